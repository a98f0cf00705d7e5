// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include "app/wire.hpp"

#include "throughline/base/json.hpp"

namespace throughline::app {

std::string readiness_json(std::vector<std::string> const& problems,
                           std::vector<std::string> const& degraded) {
  return json::dump({{"status", problems.empty() ? "ready" : "unready"},
                     {"problems", problems},
                     {"degraded", degraded}});
}

}  // namespace throughline::app

// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include "app/wire.hpp"

#include "throughline/base/json.hpp"

namespace throughline::app {

std::string readiness_json(ReadinessFound const& found) {
  json::Value age = nullptr;
  if (found.horizon_age) age = std::chrono::duration<double>(*found.horizon_age).count();
  return json::dump({{"status", found.problems.empty() ? "ready" : "unready"},
                     {"problems", found.problems},
                     {"degraded", found.degraded},
                     {"cache",
                      {{"form", found.form == cache::Form::memory ? "memory" : "redis"},
                       {"trusted", found.cache_trusted}}},
                     {"feed", {{"horizon_age_seconds", age}}}});
}

}  // namespace throughline::app

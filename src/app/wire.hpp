// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

namespace throughline::app {

/// The body of /readyz.
std::string readiness_json(std::vector<std::string> const& problems,
                           std::vector<std::string> const& degraded);

}  // namespace throughline::app

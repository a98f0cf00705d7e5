// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "throughline/platform/http.hpp"

namespace throughline::app {

/// Everything the API serves, but for what every instance has (/healthz, /readyz, /openapi.json).
std::vector<http::Route> routes();

}  // namespace throughline::app

// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "app/readiness.hpp"
#include "throughline/platform/http.hpp"

namespace throughline::app {

/// Everything that the modules serve.
std::vector<http::Route> routes();

/// What every instance serves besides, without a key. `readiness` outlives the routes.
std::vector<http::Route> service_routes(Readiness const& readiness);

}  // namespace throughline::app

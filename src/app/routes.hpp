// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "app/readiness.hpp"
#include "throughline/platform/http.hpp"
#include "throughline/platform/metrics.hpp"

namespace throughline::app {

/// Everything that the modules serve, made for one instance: routes share what they remember, and
/// its metrics show it.
std::vector<http::Route> routes(metrics::Registry& metrics);

/// What every instance serves besides, without a key. `readiness` outlives the routes.
std::vector<http::Route> service_routes(Readiness const& readiness);

}  // namespace throughline::app

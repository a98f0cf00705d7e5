// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <vector>

#include "throughline/platform/cache.hpp"
#include "throughline/platform/http_server.hpp"

namespace throughline::app {

/// GET /cached/{tenant}/{root} for the sampler, on the metrics listener: the version of the
/// document that this instance would show from its cache right now, as plain text; 404 where it
/// would ask PostgreSQL. `stores` stand on the threads of `server`; both outlive the route.
http::Route cached_route(http::Server& server,
                         std::vector<std::shared_ptr<cache::Store>> const& stores);

}  // namespace throughline::app

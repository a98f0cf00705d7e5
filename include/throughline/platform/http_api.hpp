// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// A table of routes, served under keys: the way from an Exchange to a module's function and back.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "throughline/platform/auth.hpp"
#include "throughline/platform/cache.hpp"
#include "throughline/platform/config.hpp"
#include "throughline/platform/http.hpp"
#include "throughline/platform/http_server.hpp"
#include "throughline/platform/log.hpp"
#include "throughline/platform/metrics.hpp"
#include "throughline/platform/postgres.hpp"

namespace throughline::http {

/// What the routes work with. All of it outlives the Api.
struct ApiParts {
  postgres::Pool& pool;  // under server_role; a connection for each worker and batch lane
  auth::Keys& keys;
  cache::Hints& hints;
  cache::Flights& flights;
  std::vector<std::shared_ptr<cache::Store>> stores;  // one per I/O thread, in their order
  log::Logger& log;
  metrics::Registry& metrics;
  /// Told of the roots of every commit before its answer goes out. Any thread; must neither throw
  /// nor wait. May be empty.
  std::function<void(std::span<postgres::Touched const>)> committed = {};
};

/// Owns the workers, and the lanes of writes that commit in groups. Requests wait for one in a
/// queue of at most limits.queued_requests, each no longer than limits.queue_timeout; beyond either
/// they are answered 503 with Retry-After.
class Api {
 public:
  Api(std::vector<Route> routes, ApiParts parts, std::size_t workers, config::Limits const& limits);
  ~Api();  // stop()
  Api(Api const&) = delete;
  Api& operator=(Api const&) = delete;

  /// The Handler of a Server.
  void serve(ExchangePtr const& exchange);
  /// Lets the workers finish what they have begun, answers what is queued with 503, and ends them.
  /// Idempotent.
  void stop();

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

/// The answer to a request that needs neither key nor worker, as on the metrics listener; `routes`
/// must all be Direct.
Handler serve_direct(std::vector<Route> routes);

}  // namespace throughline::http

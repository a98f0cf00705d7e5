// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// One server, assembled from its configuration. Holds everything it needs itself: a process may run
// several.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "throughline/base/time.hpp"
#include "throughline/platform/cache_protocol.hpp"
#include "throughline/platform/config.hpp"
#include "throughline/platform/http.hpp"
#include "throughline/platform/metrics.hpp"

namespace throughline::app {

class Instance {
 public:
  using MakeRoutes = std::function<std::vector<http::Route>(metrics::Registry&)>;
  /// Serves what `make_routes` makes besides /healthz, /readyz and /openapi.json. `clock` outlives
  /// the instance.
  /// Throws std::runtime_error or std::invalid_argument if the configuration can't work.
  /// `timing` is the cache protocol's; the defaults are what a deployment works with.
  Instance(config::Config const& config, Clock const& clock, MakeRoutes const& make_routes,
           cache::Timing const& timing = {});
  ~Instance();  // stop()
  Instance(Instance const&) = delete;
  Instance& operator=(Instance const&) = delete;

  /// Starts listening. PostgreSQL and Redis may be away: /readyz tells, and requests that need
  /// PostgreSQL are answered 503 until it is back. Throws std::runtime_error if a port is taken, or
  /// if another instance on this database excludes this one (the memory form serves alone).
  void start();
  std::uint16_t port() const;
  /// 0 without a metrics listener.
  std::uint16_t metrics_port() const;
  /// Drains, then ends every thread. Idempotent.
  void stop();
  /// Rings what is due by the clock, as the sweeper does by itself where config.rings_alarms.
  void ring_alarms();

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace throughline::app

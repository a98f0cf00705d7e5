// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// What /readyz says: looked up in the background, so that asking costs nothing and holds up nobody.
#pragma once

#include <chrono>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "throughline/base/time.hpp"
#include "throughline/domain/changes.hpp"
#include "throughline/platform/cache_protocol.hpp"
#include "throughline/platform/http.hpp"
#include "throughline/platform/http_server.hpp"
#include "throughline/platform/metrics.hpp"
#include "throughline/platform/postgres.hpp"

namespace throughline::app {

class Readiness {
 public:
  /// `pool` is not the one that requests wait for: a busy server is not an unready one. `stores`,
  /// of one form, stand on the threads of `server`, in their order. All outlive this.
  struct Watched {
    postgres::Pool& pool;
    http::Server& server;
    cache::Keeper const& keeper;
    cache::Form form;
    std::vector<std::shared_ptr<cache::Store>> stores;
    Clock const& clock;
  };
  Readiness(Watched watched, metrics::Registry& metrics);

  /// Asks PostgreSQL; blocks for as long as it takes to connect. Not thread-safe with itself.
  void look();
  /// Has the stores asked on their threads; their word is in the answer once they came round.
  void ask_stores();
  /// Any thread; what was found last.
  http::Reply answer() const;

 private:
  /// Shared with tasks posted to I/O threads, which may run last of all.
  struct Findings {
    std::mutex mutex;
    std::vector<std::string> problems;
    std::vector<std::string> degraded;  // one per store, empty where all is well
    std::optional<std::chrono::microseconds> horizon_age;  // nullopt: PostgreSQL was not asked
  };

  void look_at_horizon();

  Watched const watched_;
  changes::Horizon horizon_;
  metrics::Gauge horizon_age_;
  std::shared_ptr<Findings> const findings_ = std::make_shared<Findings>();
};

}  // namespace throughline::app

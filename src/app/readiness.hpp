// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// What /readyz says: looked up in the background, so that asking costs nothing and holds up nobody.
#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "throughline/platform/cache_protocol.hpp"
#include "throughline/platform/http.hpp"
#include "throughline/platform/http_server.hpp"
#include "throughline/platform/postgres.hpp"

namespace throughline::app {

class Readiness {
 public:
  /// `pool` is not the one that requests wait for: a busy server is not an unready one. `stores`
  /// stand on the threads of `server`, in their order. All outlive this.
  Readiness(postgres::Pool& pool, http::Server& server, cache::Keeper const& keeper,
            std::vector<std::shared_ptr<cache::Store>> const& stores);

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
  };

  postgres::Pool& pool_;
  http::Server& server_;
  cache::Keeper const& keeper_;
  std::vector<std::shared_ptr<cache::Store>> const stores_;
  std::shared_ptr<Findings> const findings_ = std::make_shared<Findings>();
};

}  // namespace throughline::app

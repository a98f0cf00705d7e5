// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <catch2/catch.hpp>
#include <functional>
#include <string>

#include "support/database.hpp"
#include "support/patience.hpp"
#include "support/relay.hpp"
#include "throughline/base/error.hpp"

namespace throughline::postgres {

/// A pool that reaches its database over a wire the test can cut.
struct Wired {
  explicit Wired(support::Database::Kind kind = support::Database::Kind::shared) : database(kind) {}

  support::Database database;
  TenantId tenant = database.make_tenant();
  std::string host_and_port = between(database.url(), "@", "/");
  support::Relay relay{host_and_port.substr(0, host_and_port.find(':')),
                       host_and_port.substr(host_and_port.find(':') + 1)};
  Pool pool{options(), database.log(), database.metrics()};

  static std::string between(std::string const& url, char const* from, char const* to) {
    auto const start = url.find(from) + 1;
    return url.substr(start, url.find(to, start) - start);
  }
  PoolOptions options() const {
    PoolOptions made;
    made.url = database.url();
    made.url.replace(made.url.find(host_and_port), host_and_port.size(),
                     "127.0.0.1:" + relay.port());
    made.size = 4;
    made.acquire_timeout = std::chrono::milliseconds(300);
    made.connect_timeout = std::chrono::milliseconds(500) * support::patience;
    made.statement_timeout = std::chrono::milliseconds(500);
    return made;
  }

  void claim(Tx& tx, char const* id) {
    tx.exec("insert into external_ids values ($1, 'case', 'crm', $2, $3)",
            {tenant, id, make_uuid7(support::test_now)});
  }
  bool has(char const* id) {
    bool found = false;
    database.pool().transact(Mode::read, tenant, [&](Tx& tx) {
      found = !tx.exec("select from external_ids where external_id = $1", {id}).empty();
    });
    return found;
  }
  int backend() {
    int pid = 0;
    pool.transact(Mode::read, tenant, [&](Tx& tx) {
      pid = static_cast<int>(tx.exec("select pg_backend_pid()")[0][0].integer());
    });
    return pid;
  }
  void terminate(int backend_pid) {
    database.owner_pool().transact(Mode::read, tenant, [&](Tx& tx) {
      tx.exec("select pg_terminate_backend($1, 5000)", {backend_pid});
    });
  }
};

inline void check_unavailable(std::function<void()> const& body) {
  try {
    body();
    FAIL("nothing was thrown");
  } catch (Error const& error) {
    CHECK(error.code() == Code::unavailable);
    CHECK(error.retry_after().has_value());
  }
}

}  // namespace throughline::postgres

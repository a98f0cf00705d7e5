// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>
#include <latch>
#include <thread>

#include "platform/postgres/connection.hpp"
#include "support/database.hpp"
#include "throughline/base/error.hpp"

namespace throughline::postgres {
namespace {

using support::Database;

/// A tenant with three rows to try things on: idempotency records "1" to "3", whose refs are "old".
struct World {
  Database database;
  TenantId tenant = database.make_tenant();

  World() {
    write([&](Tx& tx) {
      for (auto const* key : {"1", "2", "3"}) insert(tx, key);
    });
  }
  void insert(Tx& tx, char const* key) {
    tx.exec(
        "insert into idempotency (tenant_id, method, path_hash, key, body_hash, created_at, refs) "
        "values ($1, 'POST', '', $2, '', $3, 'old')",
        {tenant, key, support::test_now});
  }
  std::vector<Touched> write(std::function<void(Tx&)> const& body) {
    return database.pool().transact(Mode::write, tenant, body).touched;
  }
  std::string value(char const* key) {
    std::string text;
    database.pool().transact(Mode::read, tenant, [&](Tx& tx) { text = read(tx, key); });
    return text;
  }
  static std::string read(Tx& tx, char const* key) {
    return tx.exec("select refs from idempotency where key = $1", {key})[0][0].text();
  }
};

void set_value(Tx& tx, char const* key, std::string const& value) {
  tx.exec("update idempotency set refs = $2 where key = $1", {key, value});
}

Code code_of(std::function<void()> const& body) {
  try {
    body();
  } catch (Error const& error) {
    CHECK((error.code() != Code::unavailable || error.retry_after()));
    return error.code();
  }
  FAIL("nothing was thrown");
  return Code::internal;
}

TEST_CASE("what is to follow a commit follows that alone, once", "[postgres]") {
  World world;
  int calls = 0;
  int attempts = 0;
  auto const call = [&](metrics::Registry&) { ++calls; };
  world.write([&](Tx& tx) {
    tx.after_commit(call);
    set_value(tx, "1", "new");
    CHECK(calls == 0);
    if (++attempts < 3) throw Retry{};
  });
  CHECK(calls == 1);
  CHECK_THROWS_AS(world.write([&](Tx& tx) {
    tx.after_commit(call);
    set_value(tx, "1", "newer");
    throw Error(Code::conflict, "not now");
  }),
                  Error);
  CHECK(calls == 1);
  world.write([&](Tx& tx) {
    tx.after_commit(call);
    CHECK_THROWS(tx.savepoint([&] {
      tx.after_commit(call);
      throw Error(Code::conflict, "not this item");
    }));
    set_value(tx, "1", "newest");
  });
  CHECK(calls == 2);
}

TEST_CASE("a transaction is committed whole or not at all", "[postgres]") {
  World world;
  world.write([](Tx& tx) {
    CHECK(tx.mode() == Mode::write);
    set_value(tx, "1", "new");
    set_value(tx, "2", "new");
  });
  CHECK(world.value("2") == "new");
  CHECK_THROWS_AS(world.write([](Tx& tx) {
    set_value(tx, "1", "lost");
    throw std::domain_error("the body's own");
  }),
                  std::domain_error);
  CHECK(world.value("1") == "new");
  CHECK(world.database.pool().in_use() == 0);
}

TEST_CASE("a read sees one moment and can't write", "[postgres]") {
  World world;
  world.database.pool().transact(Mode::read, world.tenant, [&](Tx& tx) {
    CHECK(World::read(tx, "1") == "old");
    world.write([](Tx& other) { set_value(other, "1", "new"); });
    CHECK(World::read(tx, "1") == "old");
  });
  CHECK_THROWS_AS(world.database.pool().transact(Mode::read, world.tenant,
                                                 [](Tx& tx) { set_value(tx, "1", "x"); }),
                  StatementFailed);
  CHECK_THROWS_AS(
      world.database.pool().transact(
          Mode::read, world.tenant,
          [](Tx& tx) { tx.lock(LockRank::rest, "select from idempotency for update", {}); }),
      std::logic_error);
}

TEST_CASE("the newest version of each touched root is returned once committed", "[postgres]") {
  World world;
  auto const one = CustomerId::make(support::test_now);
  auto const two = CustomerId::make(support::test_now);
  auto touched = world.write([&](Tx& tx) {
    tx.touch(one, 3);
    tx.touch(two, 7);
    tx.touch(one, 4);
    tx.touch(one, 2);
    CHECK_THROWS_AS(tx.savepoint([&] {
      tx.touch(two, 8);
      throw std::domain_error("undone");
    }),
                    std::domain_error);
  });
  std::sort(touched.begin(), touched.end(),
            [](auto const& a, auto const& b) { return a.version < b.version; });
  REQUIRE(touched.size() == 2);
  CHECK((touched[0].root == one && touched[0].version == 4));
  CHECK((touched[1].root == two && touched[1].version == 7));
  CHECK(touched[0].tenant == world.tenant);
}

TEST_CASE("locks are taken in one order", "[postgres]") {
  World world;
  constexpr auto sql = "select from idempotency where key = '1' for update";
  auto const in_order = [&](std::vector<LockRank> const& ranks) {
    world.write([&](Tx& tx) {
      for (auto const rank : ranks) tx.lock(rank, sql, {});
    });
  };
  in_order({LockRank::idempotency, LockRank::external_ids, LockRank::identifiers,
            LockRank::customers, LockRank::rest});
  in_order({LockRank::customers});
  using Ranks = std::vector<LockRank>;
  for (auto const& wrong :
       {Ranks{LockRank::none}, Ranks{LockRank::customers, LockRank::customers},
        Ranks{LockRank::customers, LockRank::identifiers}, Ranks{LockRank::rest, LockRank::rest},
        Ranks{LockRank::idempotency, LockRank::rest, LockRank::external_ids}}) {
    CHECK_THROWS_AS(in_order(wrong), std::logic_error);
  }
}

TEST_CASE("a savepoint undoes its own part alone", "[postgres]") {
  World world;
  world.write([](Tx& tx) {
    set_value(tx, "1", "kept");
    CHECK_THROWS_AS(tx.savepoint([&] {
      tx.lock(LockRank::customers, "select from idempotency where key = '2' for update", {});
      set_value(tx, "2", "undone");
      throw Error(Code::conflict, "no");
    }),
                    Error);
    CHECK_THROWS_AS(tx.savepoint([&] { tx.exec("select 1 / 0"); }), StatementFailed);
    tx.savepoint([&] { set_value(tx, "3", "kept"); });
    tx.lock(LockRank::customers, "select from idempotency where key = '3' for update",
            {});  // rank is free
  });
  CHECK(world.value("1") == "kept");
  CHECK(world.value("2") == "old");
  CHECK(world.value("3") == "kept");
}

TEST_CASE("a serialization failure runs the body again", "[postgres]") {
  World world;
  int runs = 0;
  world.write([&](Tx& tx) {
    ++runs;
    tx.exec("set transaction isolation level repeatable read");
    auto const before = World::read(tx, "1");
    if (runs == 1) world.write([](Tx& other) { set_value(other, "1", "other"); });
    set_value(tx, "1", before + "+");
  });
  CHECK(runs == 2);
  CHECK(world.value("1") == "other+");
  CHECK(world.database.metrics().render().find("throughline_postgres_retries_total 1") !=
        std::string::npos);
}

TEST_CASE("a deadlock runs one of the two again", "[postgres]") {
  World world;
  std::latch both_hold_one(2);
  std::atomic<int> runs = 0;
  auto const cross = [&](char const* first, char const* second) {
    bool again = false;
    world.write([&](Tx& tx) {
      ++runs;
      set_value(tx, first, "new");
      if (!again) both_hold_one.arrive_and_wait();
      again = true;
      set_value(tx, second, "new");
    });
  };
  std::thread other([&] { cross("2", "1"); });
  cross("1", "2");
  other.join();
  CHECK(runs >= 3);
  CHECK(world.value("1") == "new");
  CHECK(world.value("2") == "new");
}

TEST_CASE("Retry runs the body again, a bounded number of times", "[postgres]") {
  World world;
  int runs = 0;
  world.write([&](Tx& tx) {
    set_value(tx, "1", World::read(tx, "1") + "x");
    if (++runs < 3) throw Retry{};
  });
  CHECK(runs == 3);
  CHECK(world.value("1") == "oldx");
  runs = 0;
  CHECK(code_of([&] {
          world.write([&](Tx&) {
            ++runs;
            throw Retry{};
          });
        }) == Code::unavailable);
  CHECK(runs == 1 + retries_max);
}

TEST_CASE("what takes too long is unavailable, and leaves the pool usable", "[postgres]") {
  World world;
  PoolOptions options;
  options.url = world.database.url();
  options.statement_timeout = std::chrono::milliseconds(200);
  options.lock_timeout = std::chrono::milliseconds(100);
  options.size = 1;
  Pool pool(options, world.database.log(), world.database.metrics());
  auto const slow = [&](char const* sql) {
    return code_of(
        [&] { pool.transact(Mode::write, world.tenant, [&](Tx& tx) { tx.exec(sql); }); });
  };
  CHECK(slow("select pg_sleep(2)") == Code::unavailable);
  world.write([&](Tx& holder) {
    set_value(holder, "1", "held");
    CHECK(slow("update idempotency set refs = 'x' where key = '1'") == Code::unavailable);
  });
  CHECK(world.value("1") == "held");
  pool.transact(Mode::write, world.tenant, [](Tx& tx) { set_value(tx, "1", "free"); });
  CHECK(world.value("1") == "free");
}

TEST_CASE("a failure that the body swallowed is not committed", "[postgres]") {
  World world;
  CHECK_THROWS_AS(world.write([](Tx& tx) {
    set_value(tx, "1", "lost");
    CHECK_THROWS_AS(tx.exec("select 1 / 0"), StatementFailed);
  }),
                  std::logic_error);
  CHECK(world.value("1") == "old");
}

TEST_CASE("a refused statement says what, never with which values", "[postgres]") {
  World world;
  for (auto const* sql : {"select $1::uuid", "select $1::int + 1",
                          "select 'x'::int from idempotency where key <> $1"}) {
    try {
      world.write([&](Tx& tx) { tx.exec(sql, {"Crystal Minh"}); });
      FAIL("accepted");
    } catch (StatementFailed const& failure) {
      std::string const what = failure.what();
      CHECK(what.find("Crystal") == std::string::npos);
      CHECK(what.find(failure.sqlstate) != std::string::npos);
      CHECK(what.find(sql) != std::string::npos);
    }
  }
  try {
    world.write([&](Tx& tx) { world.insert(tx, "1"); });
    FAIL("accepted");
  } catch (StatementFailed const& failure) {
    CHECK(failure.sqlstate == "23505");
    CHECK(std::string(failure.what()).find("idempotency_pkey") != std::string::npos);
  }
}

TEST_CASE("more different statements than are kept prepared still run", "[postgres]") {
  World world;
  PoolOptions options;
  options.url = world.database.url();
  options.size = 1;
  Pool pool(options, world.database.log(), world.database.metrics());
  pool.transact(Mode::read, world.tenant, [](Tx& tx) {
    for (std::size_t i = 0; i < prepared_max + 10; ++i) {
      auto const sql = "select $1::bigint + " + std::to_string(i);
      CHECK(tx.exec(sql, {1})[0][0].integer() == static_cast<std::int64_t>(i) + 1);
    }
    CHECK(tx.exec("select count(*) from pg_prepared_statements")[0][0].integer() ==
          static_cast<std::int64_t>(prepared_max));
  });
}

}  // namespace
}  // namespace throughline::postgres

// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>
#include <latch>
#include <thread>

#include "platform/postgres/connection.hpp"
#include "platform/postgres/wire_world.hpp"

namespace throughline::postgres {
namespace {

using std::chrono::milliseconds;
using support::Database;
using World = Wired;
using Clock = std::chrono::steady_clock;

TEST_CASE("a session that ended while idle is replaced unnoticed", "[postgres]") {
  World world;
  auto const before = world.backend();
  CHECK(world.backend() == before);
  world.terminate(before);
  CHECK(world.backend() != before);
}

TEST_CASE("all idle sessions go when one is found dead", "[postgres]") {
  World world;
  std::latch all_busy(4);
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      world.pool.transact(Mode::read, world.tenant, [&](Tx&) { all_busy.arrive_and_wait(); });
    });
  }
  for (auto& thread : threads) thread.join();
  CHECK(world.relay.accepted() == 4);
  world.database.owner_pool().transact(Mode::read, world.tenant, [&](Tx& tx) {
    tx.exec(
        "select pg_terminate_backend(pid, 5000) from pg_stat_activity "
        "where datname = current_database() and application_name = 'throughline'");
  });
  world.backend();
  world.backend();
  CHECK(world.relay.accepted() == 5);
}

TEST_CASE("a session lost in a transaction is unavailable, and nothing is written", "[postgres]") {
  World world;
  int runs = 0;
  check_unavailable([&] {
    world.pool.transact(Mode::write, world.tenant, [&](Tx& tx) {
      ++runs;
      world.claim(tx, "lost");
      world.terminate(static_cast<int>(tx.exec("select pg_backend_pid()")[0][0].integer()));
      tx.exec("select 1");
    });
  });
  CHECK(runs == 1);
  CHECK_FALSE(world.has("lost"));
  CHECK(world.pool.in_use() == 0);
  world.pool.transact(Mode::write, world.tenant, [&](Tx& tx) { world.claim(tx, "later"); });
  CHECK(world.has("later"));
}

TEST_CASE("a session that may only read, as on a standby, is not kept for writing", "[postgres]") {
  World world;
  auto const before = world.backend();
  check_unavailable([&] {
    world.pool.transact(Mode::write, world.tenant, [&](Tx& tx) {
      tx.exec("set transaction read only");
      world.claim(tx, "standby");
    });
  });
  CHECK(world.backend() != before);
}

TEST_CASE("a savepoint does not hide that the session is lost", "[postgres]") {
  World world;
  check_unavailable([&] {
    world.pool.transact(Mode::write, world.tenant, [&](Tx& tx) {
      tx.savepoint([&] {
        world.terminate(static_cast<int>(tx.exec("select pg_backend_pid()")[0][0].integer()));
        tx.exec("select 1");
      });
    });
  });
  CHECK(world.backend() > 0);
}

TEST_CASE("a COMMIT without an answer is in doubt: unavailable, though committed", "[postgres]") {
  World world;
  int runs = 0;
  check_unavailable([&] {
    world.pool.transact(Mode::write, world.tenant, [&](Tx& tx) {
      ++runs;
      world.claim(tx, "in doubt");
      world.relay.cut_answer_to("commit");
    });
  });
  CHECK(runs == 1);
  CHECK(world.has("in doubt"));
  CHECK(world.backend() > 0);
}

// A standby that was not waited for to its end is told by no more than a warning.
TEST_CASE("a COMMIT with a warning is in doubt", "[postgres]") {
  World world(Database::Kind::fresh);
  world.database.owner_pool().transact(Mode::write, world.tenant, [](Tx& tx) {
    tx.exec(
        "create function warn() returns trigger language plpgsql as "
        "$$ begin raise warning 'canceling wait'; return null; end $$");
    tx.exec(
        "create constraint trigger warn after insert on external_ids "
        "deferrable initially deferred for each row execute function warn()");
  });
  check_unavailable([&] {
    world.pool.transact(Mode::write, world.tenant, [&](Tx& tx) { world.claim(tx, "warned"); });
  });
  CHECK(world.pool.in_use() == 0);
}

TEST_CASE("a server that falls silent is given up, not waited for", "[postgres]") {
  World world;
  world.backend();
  auto const started = Clock::now();
  check_unavailable([&] {
    world.pool.transact(Mode::write, world.tenant, [&](Tx& tx) {
      world.relay.hold(true);
      world.claim(tx, "unheard");
    });
  });
  CHECK(Clock::now() - started >= milliseconds(500) + answer_grace);
  // The session, then another that can't be had.
  auto const connecting = world.options().connect_timeout;
  CHECK(Clock::now() - started < milliseconds(2500) + answer_grace + connecting);
  auto const tried = Clock::now();
  CHECK_FALSE(world.pool.reachable());
  CHECK(Clock::now() - tried < milliseconds(2000) * support::patience);
  world.relay.hold(false);
  std::this_thread::sleep_for(milliseconds(200));
  CHECK(world.pool.reachable());
}

TEST_CASE("while PostgreSQL is away callers fail at once and few connections are tried",
          "[postgres]") {
  World world;
  CHECK(world.pool.reachable());
  world.relay.refuse(true);
  world.terminate(world.backend());
  auto const before = world.relay.accepted();
  auto const started = Clock::now();
  int refused = 0;
  while (Clock::now() - started < milliseconds(1000)) {
    auto const asked = Clock::now();
    check_unavailable([&] { world.backend(); });
    CHECK(Clock::now() - asked < milliseconds(500) * support::patience);
    ++refused;
    std::this_thread::sleep_for(milliseconds(1));
  }
  CHECK(refused > 20 / support::patience);
  auto const tried = world.relay.accepted() - before;  // at 0, 50, 150, 350, 750 ms and about
  CHECK(tried >= 3);
  CHECK(tried <= 6);
  CHECK_FALSE(world.pool.reachable());
  world.relay.refuse(false);
  while (!world.pool.reachable()) {
    REQUIRE(Clock::now() - started < std::chrono::seconds(5));
    std::this_thread::sleep_for(milliseconds(5));
  }
  CHECK(world.backend() > 0);
}

TEST_CASE("a pool in full use makes callers wait, then refuses", "[postgres]") {
  World world;
  std::latch all_busy(5);
  std::latch done(1);
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      world.pool.transact(Mode::write, world.tenant, [&](Tx&) {
        all_busy.arrive_and_wait();
        done.wait();
      });
    });
  }
  all_busy.arrive_and_wait();
  CHECK(world.pool.in_use() == 4);
  auto const started = Clock::now();
  check_unavailable([&] { world.backend(); });
  CHECK(Clock::now() - started >= milliseconds(300));
  std::thread freeing([&] {
    std::this_thread::sleep_for(milliseconds(50));
    done.count_down();
  });
  CHECK(world.backend() > 0);
  freeing.join();
  for (auto& thread : threads) thread.join();
  CHECK(world.pool.in_use() == 0);
}

TEST_CASE("a transaction left idle is ended by PostgreSQL", "[postgres]") {
  World world;
  auto options = world.options();
  options.idle_in_transaction_timeout = milliseconds(100);
  Pool pool(options, world.database.log(), world.database.metrics());
  check_unavailable([&] {
    pool.transact(Mode::write, world.tenant, [&](Tx& tx) {
      world.claim(tx, "idle");
      std::this_thread::sleep_for(milliseconds(300));
      tx.exec("select 1");
    });
  });
  CHECK_FALSE(world.has("idle"));
}

TEST_CASE("no connection is kept that can't take its role", "[postgres]") {
  World world;
  auto options = world.options();
  for (auto const* role : {"throughline_nobody", "pg_read_server_files"}) {
    options.role = role;
    Pool pool(options, world.database.log(), world.database.metrics());
    CHECK_FALSE(pool.reachable());
    check_unavailable([&] { pool.transact(Mode::read, world.tenant, [](Tx&) {}); });
  }
  options.url = "nonsense";
  Pool pool(options, world.database.log(), world.database.metrics());
  CHECK_FALSE(pool.reachable());
}

}  // namespace
}  // namespace throughline::postgres

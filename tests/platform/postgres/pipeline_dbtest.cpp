// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// Statements that travel together: what arrives, in how many round trips, and where a failure
// shows.
#include <catch2/catch.hpp>
#include <thread>

#include "platform/postgres/connection.hpp"
#include "platform/postgres/wire_world.hpp"

namespace throughline::postgres {
namespace {

using std::chrono::milliseconds;

constexpr std::string_view insert_sql =
    "insert into external_ids values ($1, 'case', 'crm', $2, $3)";
constexpr std::string_view count_sql = "select count(*) from external_ids where tenant_id = $1";

struct World : Wired {
  std::vector<Param> row(char const* id) const {
    return {tenant, id, make_uuid7(support::test_now)};
  }
  void put(Tx& tx, char const* id) const { tx.write(insert_sql, row(id)); }
  std::int64_t count(Tx& tx) const { return tx.exec(count_sql, {tenant})[0][0].integer(); }
  Committed write(std::function<void(Tx&)> const& body) {
    return pool.transact(Mode::write, tenant, body);
  }
  /// Round trips that `body` takes on a session that has prepared its statements.
  int turns_of(std::function<void()> const& body) {
    body();
    auto const before = relay.turns();
    body();
    return relay.turns() - before;
  }
};

std::string sqlstate_of(std::function<void()> const& body) {
  try {
    body();
  } catch (StatementFailed const& failure) {
    return failure.sqlstate;
  }
  return "none";
}

TEST_CASE("pipeline: what was written travels with the next statement, in order", "[postgres]") {
  World world;
  world.write([&](Tx& tx) {
    world.put(tx, "1");
    world.put(tx, "2");
    CHECK(world.count(tx) == 2);
    world.put(tx, "3");
  });
  CHECK(world.has("3"));
}

TEST_CASE("pipeline: appended rows are there for whatever follows, and undone with it",
          "[postgres]") {
  World world;
  constexpr std::string_view leading_sql =
      "with given as (select $2::text as id) insert into external_ids "
      "select $1, 'case', 'crm', given.id, $3 from given";
  world.write([&](Tx& tx) {
    tx.append(insert_sql, world.row("1"));
    tx.append(leading_sql, world.row("2"));
    tx.append(insert_sql, world.row("3"));
    tx.append(leading_sql, world.row("4"));
    CHECK(world.count(tx) == 4);
    CHECK_THROWS_AS(tx.savepoint([&] {
      tx.append(insert_sql, world.row("5"));
      throw Error(Code::invalid, "no");
    }),
                    Error);
    tx.append(insert_sql, world.row("6"));
  });
  CHECK(world.has("4"));
  CHECK_FALSE(world.has("5"));
  CHECK(world.has("6"));
}

TEST_CASE("pipeline: an append that fails is told by the next statement", "[postgres]") {
  World world;
  CHECK(sqlstate_of([&] {
          world.write([&](Tx& tx) {
            auto row = world.row("1");
            tx.append(insert_sql, row);
            tx.append(insert_sql, row);
            world.count(tx);
          });
        }) == "23505");
}

TEST_CASE("pipeline: BEGIN, tenant and statements take one round trip, COMMIT another",
          "[postgres]") {
  World world;
  auto const renew = [&](Tx& tx) {
    tx.write("delete from external_ids where tenant_id = $1", {world.tenant});
    world.put(tx, "1");
    auto const count = tx.ask(count_sql, {world.tenant});
    world.put(tx, "2");
    CHECK(count.rows()[0][0].integer() == 1);
    world.put(tx, "3");
  };
  CHECK(world.turns_of([&] { world.write(renew); }) == 2);
  CHECK(world.turns_of([&] { world.write([](Tx&) {}); }) == 0);
  CHECK(world.has("3"));
  auto const before = world.relay.turns();
  world.pool.transact(Mode::read, world.tenant, [&](Tx& tx) {
    CHECK(world.count(tx) == 3);
    CHECK(world.relay.turns() - before == 1);
  });
}

TEST_CASE("pipeline: who has only read does not wait for COMMIT's answer", "[postgres]") {
  World world;
  auto const read = [&](bool cut_off) {
    std::int64_t found = 0;
    world.pool.transact(Mode::read, world.tenant, [&](Tx& tx) {
      found = world.count(tx);
      if (cut_off) world.relay.hold(true);
    });
    world.relay.hold(false);
    return found;
  };
  CHECK(read(true) == 0);
  CHECK(read(true) == 0);
  world.write([&](Tx& tx) { world.put(tx, "1"); });
  CHECK(read(true) == 1);
  CHECK(world.pool.reachable());
  CHECK(read(false) == 1);
  CHECK(world.relay.accepted() == 1);
}

TEST_CASE("pipeline: a session that is lost after it was read from is replaced without a word",
          "[postgres]") {
  World world;
  auto const lose = [&] {
    world.pool.transact(Mode::read, world.tenant, [&](Tx& tx) { world.count(tx); });
    world.relay.drop();
    std::this_thread::sleep_for(milliseconds(50));
  };
  lose();
  world.write([&](Tx& tx) { world.put(tx, "1"); });
  lose();
  CHECK(world.backend() != 0);
  lose();
  CHECK(world.pool.reachable());
  CHECK(world.has("1"));
  // Lost with the COMMIT itself.
  world.relay.cut_before("commit");
  CHECK(world.backend() != 0);
  CHECK(world.backend() != 0);
}

TEST_CASE("pipeline: a reader that passes over a failure is told", "[postgres]") {
  World world;
  auto const pass_over = [](Tx& tx) {
    CHECK_THROWS_AS(tx.exec("select 1 / $1::int", {0}), StatementFailed);
  };
  CHECK_THROWS_AS(world.pool.transact(Mode::read, world.tenant, pass_over), std::logic_error);
  CHECK(world.backend() != 0);
}

// As on a new session: the statement is prepared in the pipeline that first runs it.
TEST_CASE("pipeline: preparing a statement takes no round trip of its own", "[postgres]") {
  World world;
  world.write([](Tx& tx) { tx.exec("select 1"); });
  auto const before = world.relay.turns();
  world.write([&](Tx& tx) {
    world.put(tx, "1");
    world.put(tx, "2");
    CHECK(world.count(tx) == 2);
  });
  CHECK(world.relay.turns() - before == 2);
}

TEST_CASE("pipeline: rows that were asked for are there for good", "[postgres]") {
  World world;
  world.write([&](Tx& tx) {
    auto const first = tx.ask("select $1::int", {1});
    auto const locked = tx.ask_lock(LockRank::customers, "select $1::int", {2});
    CHECK_THROWS_AS(tx.ask_lock(LockRank::customers, "select 1", {}), std::logic_error);
    CHECK(tx.exec("select 3")[0][0].integer() == 3);
    CHECK(first.rows()[0][0].integer() == 1);
    CHECK(first.rows()[0][0].integer() == 1);
    CHECK(locked.rows()[0][0].integer() == 2);
  });
}

TEST_CASE("pipeline: a failure shows at the next statement, and none behind it runs",
          "[postgres]") {
  World world;
  world.write([&](Tx& tx) { world.put(tx, "taken"); });
  bool went_on = false;
  CHECK(sqlstate_of([&] {
          world.write([&](Tx& tx) {
            world.put(tx, "before");
            world.put(tx, "taken");
            world.put(tx, "behind");
            world.count(tx);
            went_on = true;
          });
        }) == "23505");
  CHECK_FALSE(went_on);
  CHECK_FALSE(world.has("before"));
  CHECK_FALSE(world.has("behind"));
  world.write([&](Tx& tx) { world.put(tx, "later"); });
  CHECK(world.has("later"));
  CHECK(world.relay.accepted() == 1);
}

TEST_CASE("pipeline: a failure of the last one written shows at COMMIT", "[postgres]") {
  World world;
  world.write([&](Tx& tx) { world.put(tx, "taken"); });
  CHECK(sqlstate_of([&] {
          world.write([&](Tx& tx) {
            CHECK(world.count(tx) == 1);
            world.put(tx, "with it");
            world.put(tx, "taken");
          });
        }) == "23505");
  CHECK_FALSE(world.has("with it"));
  CHECK(world.relay.accepted() == 1);
}

TEST_CASE("pipeline: an answer that never came is not made up", "[postgres]") {
  World world;
  CHECK(sqlstate_of([&] {
          world.write([&](Tx& tx) {
            auto const wrong = tx.ask("select 1 / $1::int", {0});
            auto const behind = tx.ask("select 1", {});
            CHECK(sqlstate_of([&] { wrong.rows(); }) == "22012");
            CHECK_THROWS_AS(behind.rows(), std::logic_error);
            throw StatementFailed("seen", "");
          });
        }) == "seen");
}

TEST_CASE("pipeline: a statement skipped behind a failure is prepared when it runs", "[postgres]") {
  World world;
  auto const fail = [&](Tx& tx) {
    tx.write("select 1 / $1::int", {0});
    world.count(tx);
  };
  CHECK(sqlstate_of([&] { world.write(fail); }) == "22012");
  CHECK(sqlstate_of([&] { world.write([](Tx& tx) { tx.exec("select nonsense"); }); }) == "42703");
  CHECK(sqlstate_of([&] { world.write([](Tx& tx) { tx.exec("select nonsense"); }); }) == "42703");
  world.write([&](Tx& tx) { CHECK(world.count(tx) == 0); });
  CHECK(world.relay.accepted() == 1);
}

TEST_CASE("pipeline: a NUL character is refused where it is written", "[postgres]") {
  World world;
  world.write([&](Tx& tx) {
    CHECK_THROWS_AS(tx.write("select $1", {std::string("a\0b", 3)}), Error);
    world.put(tx, "after");
  });
  CHECK(world.has("after"));
}

TEST_CASE("pipeline: what a savepoint undoes includes what it has not sent", "[postgres]") {
  World world;
  world.write([&](Tx& tx) {
    world.put(tx, "kept");
    CHECK_THROWS_AS(tx.savepoint([&] {
      world.put(tx, "undone");
      throw std::domain_error("the body's own");
    }),
                    std::domain_error);
    CHECK(sqlstate_of([&] {
            tx.savepoint([&] {
              world.put(tx, "undone");
              world.put(tx, "kept");
            });
          }) == "23505");
    tx.savepoint([&] { world.put(tx, "kept too"); });
  });
  CHECK(world.has("kept"));
  CHECK(world.has("kept too"));
  CHECK_FALSE(world.has("undone"));
}

TEST_CASE("pipeline: what fails ahead of a savepoint is not taken for its own", "[postgres]") {
  World world;
  bool inside = false;
  CHECK(sqlstate_of([&] {
          world.write([&](Tx& tx) {
            tx.write("select 1 / $1::int", {0});
            tx.savepoint([&] { inside = true; });
          });
        }) == "22012");
  CHECK_FALSE(inside);
}

TEST_CASE("pipeline: a conflict in what was written runs the body again", "[postgres]") {
  World world;
  int runs = 0;
  world.write([&](Tx& tx) {
    if (++runs == 1)
      tx.write("do $$ begin raise exception 'conflict' using errcode = '40001'; end $$", {});
    world.put(tx, "once");
  });
  CHECK(runs == 2);
  CHECK(world.has("once"));
}

TEST_CASE("pipeline: what takes too long is unavailable at COMMIT, too", "[postgres]") {
  World world;
  check_unavailable([&] {
    world.write([&](Tx& tx) {
      world.put(tx, "slow");
      tx.exec("select 1");
      tx.write("select pg_sleep(2)", {});
    });
  });
  CHECK_FALSE(world.has("slow"));
  CHECK(world.backend() > 0);
  CHECK(world.relay.accepted() == 1);
}

TEST_CASE("pipeline: a session that broke while idle is replaced, whatever comes first",
          "[postgres]") {
  World world;
  world.terminate(world.backend());
  int runs = 0;
  world.write([&](Tx& tx) {
    ++runs;
    world.put(tx, "written only");
  });
  CHECK(runs == 2);
  CHECK(world.has("written only"));
}

TEST_CASE("pipeline: a COMMIT whose answer is lost is in doubt, though nothing was asked before",
          "[postgres]") {
  World world;
  world.write([&](Tx& tx) { world.put(tx, "first"); });  // BEGIN speaks of "committed", once
  int runs = 0;
  check_unavailable([&] {
    world.write([&](Tx& tx) {
      ++runs;
      world.put(tx, "in doubt");
      world.relay.cut_answer_to("commit");
    });
  });
  CHECK(runs == 1);
  CHECK(world.has("in doubt"));
}

TEST_CASE("pipeline: much is sent while much is answered", "[postgres]") {
  World world;
  std::string const large(20'000, 'x');
  world.write([&](Tx& tx) {
    std::vector<Answer> echoes;
    for (int i = 0; i < 400; ++i) echoes.push_back(tx.ask("select $1::text", {large}));
    for (auto const& echo : echoes) CHECK(echo.rows()[0][0].view().size() == large.size());
  });
}

}  // namespace
}  // namespace throughline::postgres

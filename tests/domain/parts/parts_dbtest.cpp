// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <catch2/catch.hpp>
#include <functional>
#include <future>
#include <vector>

#include "support/database.hpp"
#include "throughline/base/error.hpp"
#include "throughline/domain/parts.hpp"

namespace throughline::parts {
namespace {

using postgres::Mode;
using postgres::Tx;
using std::chrono::seconds;
using support::Database;

struct Fixture {
  Database database;
  TenantId tenant = database.make_tenant();

  Actor actor(seconds later = seconds(0)) {
    return database.actor(tenant, support::test_now + later);
  }
  std::vector<postgres::Touched> write(std::function<void(Tx&)> const& body) {
    return database.pool().transact(Mode::write, tenant, body).touched;
  }
  CustomerId make(seconds later = seconds(0)) {
    CustomerId id;
    write([&](Tx& tx) {
      Locked locked;
      id = create(tx, actor(later), locked, false);
    });
    return id;
  }
  void join_both(CustomerId one, CustomerId other) {
    write([&](Tx& tx) {
      auto locked = lock(tx, actor(), std::vector{one, other});
      join(tx, actor(), locked, one, other);
    });
  }
  std::optional<CustomerId> root(CustomerId part) {
    std::optional<CustomerId> found;
    database.pool().transact(Mode::read, tenant, [&](Tx& tx) { found = root_of(tx, part); });
    return found;
  }
  std::int64_t version(CustomerId root) {
    std::int64_t found = 0;
    database.pool().transact(Mode::read, tenant, [&](Tx& tx) {
      found = tx.exec("select version from parts where id = $1", {root})[0][0].integer();
    });
    return found;
  }
  /// Raises as changes::record() does.
  void raise(Tx& tx, Locked& locked, CustomerId root, std::int64_t by) {
    std::int64_t version = 0;
    for (; by > 0; --by) version = parts::raise(tx, locked, root);
    tx.write(raising(" select"),
             {tenant, postgres::Param::array_of(std::vector{root}, std::identity{}),
              postgres::Param::array_of(std::vector{version}, std::identity{}), support::test_now});
  }
};

TEST_CASE("parts: a new part is its own root, at version 0", "[parts]") {
  Fixture test;
  test.write([&](Tx& tx) {
    Locked locked;
    auto const id = create(tx, test.actor(), locked, true);
    CHECK(locked.has(id));
    CHECK(locked.root(id).id == id);
    CHECK(locked.root(id).version == 0);
    CHECK(root_of(tx, id) == id);
    CHECK(tx.exec("select provisional from parts where id = $1", {id})[0][0].boolean());
  });
}

TEST_CASE("parts: ids nobody knows are absent, and are no root", "[parts]") {
  Fixture test;
  auto const known = test.make();
  auto const unknown = CustomerId::make(support::test_now);
  test.write([&](Tx& tx) {
    auto const locked = lock(tx, test.actor(), std::vector{unknown, known, known});
    CHECK(locked.size() == 1);
    CHECK(locked.has(known));
    CHECK_FALSE(locked.has(unknown));
    CHECK_THROWS_AS(locked.root(unknown), std::logic_error);
  });
  CHECK(test.root(unknown) == std::nullopt);
}

TEST_CASE("parts: nothing asked for is nothing locked", "[parts]") {
  Fixture test;
  auto const known = test.make();
  test.write([&](Tx& tx) {
    CHECK(lock(tx, test.actor(), {}).size() == 0);
    CHECK(lock(tx, test.actor(), std::vector{known}).size() == 1);
    CHECK_THROWS_AS(lock(tx, test.actor(), std::vector{known}), std::logic_error);
  });
}

TEST_CASE("parts: another tenant's parts can't be seen, locked or joined", "[parts]") {
  Fixture ours;
  Fixture theirs;
  auto const id = theirs.make();
  CHECK(ours.root(id) == std::nullopt);
  ours.write([&](Tx& tx) { CHECK(lock(tx, ours.actor(), std::vector{id}).size() == 0); });
}

TEST_CASE("parts: raising tells the lock and the transaction", "[parts]") {
  Fixture test;
  auto const id = test.make();
  auto const touched = test.write([&](Tx& tx) {
    auto locked = lock(tx, test.actor(), std::vector{id});
    test.raise(tx, locked, id, 3);
    CHECK(locked.root(id).version == 3);
    test.raise(tx, locked, id, 1);
    CHECK(locked.root(id).version == 4);
  });
  REQUIRE(touched.size() == 1);
  CHECK(touched[0].root == id);
  CHECK(touched[0].version == 4);
  CHECK(test.version(id) == 4);
}

TEST_CASE("parts: a join points both at the older, whichever way round", "[parts]") {
  Fixture test;
  for (bool const swapped : {false, true}) {
    auto const older = test.make();
    auto const younger = test.make(seconds(1));
    test.write([&](Tx& tx) {
      auto locked = lock(tx, test.actor(), std::vector{younger});
      test.raise(tx, locked, younger, 5);
    });
    std::vector<postgres::Touched> const touched = test.write([&](Tx& tx) {
      auto locked = lock(tx, test.actor(), std::vector{older, younger});
      join(tx, test.actor(), locked, swapped ? younger : older, swapped ? older : younger);
      CHECK(locked.size() == 1);
      CHECK(locked.root(younger).id == older);
      CHECK(locked.root(older).version == 6);
    });
    CHECK(test.root(older) == older);
    CHECK(test.root(younger) == older);
    CHECK(test.version(older) == 6);
    CHECK(test.version(younger) == 6);
    REQUIRE(touched.size() == 2);
    for (auto const& one : touched) CHECK(one.version == 6);
  }
}

TEST_CASE("parts: created at the same moment, the smaller id answers", "[parts]") {
  Fixture test;
  auto const one = test.make();
  auto const other = test.make();
  test.join_both(one, other);
  CHECK(test.root(one) == std::min(one, other));
  CHECK(test.root(other) == std::min(one, other));
}

TEST_CASE("parts: a joined customer brings all its parts, one step from the root", "[parts]") {
  Fixture test;
  std::vector<CustomerId> ids;
  for (int i = 0; i < 4; ++i) ids.push_back(test.make(seconds(i)));
  test.join_both(ids[2], ids[3]);
  test.join_both(ids[0], ids[1]);
  test.join_both(ids[3], ids[1]);
  for (auto const id : ids) CHECK(test.root(id) == ids[0]);
  auto const version = test.version(ids[0]);
  test.join_both(ids[1], ids[2]);
  CHECK(test.version(ids[0]) == version);
}

TEST_CASE("parts: a customer has at most so many parts", "[parts]") {
  Fixture test;
  auto const root = test.make();
  for (std::size_t i = 1; i < parts_max; ++i) test.join_both(root, test.make(seconds(1)));
  auto const one_more = test.make(seconds(2));
  try {
    test.join_both(root, one_more);
    FAIL("joined");
  } catch (Error const& error) {
    CHECK(error.code() == Code::conflict);
  }
  CHECK(test.root(one_more) == one_more);
  CHECK(test.version(one_more) == 0);
}

// One transaction holds the lock and joins; the other has looked up before and waits. When it is
// let in, what it locked is no root any more: it starts over and locks the right one.
TEST_CASE("parts: a root that is none any more is resolved again", "[parts]") {
  Fixture test;
  for (bool const by_part : {false, true}) {
    auto const older = test.make();
    auto const younger = test.make(seconds(1));
    auto const asked = by_part ? test.make(seconds(2)) : younger;
    if (by_part) test.join_both(younger, asked);

    std::promise<void> is_locked;
    std::promise<void> go_on;
    auto joining = std::async(std::launch::async, [&] {
      test.write([&](Tx& tx) {
        auto locked = lock(tx, test.actor(), std::vector{older, younger});
        is_locked.set_value();
        go_on.get_future().wait();
        join(tx, test.actor(), locked, older, younger);
      });
    });
    is_locked.get_future().wait();
    int attempts = 0;
    CustomerId answering;
    auto waiting = std::async(std::launch::async, [&] {
      test.write([&](Tx& tx) {
        ++attempts;
        auto const locked = lock(tx, test.actor(), std::vector{asked});
        answering = locked.root(asked).id;
      });
    });
    CHECK(waiting.wait_for(std::chrono::milliseconds(100)) == std::future_status::timeout);
    go_on.set_value();
    joining.get();
    waiting.get();
    CHECK(attempts == 2);
    CHECK(answering == older);
  }
}

TEST_CASE("parts: many customers locked in any order never deadlock", "[parts]") {
  Fixture test;
  constexpr int threads = 8;
  constexpr int rounds = 25;
  std::vector<CustomerId> ids;
  for (int i = 0; i < 6; ++i) ids.push_back(test.make());
  std::vector<std::future<int>> running;
  for (int thread = 0; thread < threads; ++thread) {
    running.push_back(std::async(std::launch::async, [&, thread] {
      int attempts = 0;
      for (int round = 0; round < rounds; ++round) {
        std::vector<CustomerId> mine(ids);
        std::rotate(mine.begin(), mine.begin() + (thread + round) % 6, mine.end());
        test.write([&](Tx& tx) {
          ++attempts;
          lock(tx, test.actor(), mine);
          tx.exec("update parts set version = version + 1 where id = any($1::uuid[])",
                  {postgres::Param::array_of(mine, std::identity{})});
        });
      }
      return attempts;
    }));
  }
  for (auto& thread : running) CHECK(thread.get() == rounds);
  for (auto const id : ids) CHECK(test.version(id) == threads * rounds);
}

}  // namespace
}  // namespace throughline::parts

// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// Merges and undos that meet, and writers in between.
#include <catch2/catch.hpp>
#include <functional>
#include <thread>

#include "domain/merges/people.hpp"

using namespace throughline;
using namespace throughline::test;

namespace {

/// Each body in a thread of its own; an exception fails the test.
void at_once(std::vector<std::function<void()>> const& bodies) {
  std::vector<std::thread> threads;
  std::vector<std::string> faults(bodies.size());
  for (std::size_t i = 0; i < bodies.size(); ++i) {
    threads.emplace_back([&, i] {
      try {
        bodies[i]();
      } catch (std::exception const& fault) {
        faults[i] = fault.what();
      }
    });
  }
  for (auto& thread : threads) thread.join();
  for (auto const& fault : faults) CHECK(fault == "");
}

/// Again while it is refused as unavailable, as a caller would come back.
void insist(std::function<void()> const& operation) {
  while (code_of(operation) == Code::unavailable) std::this_thread::yield();
}

std::int64_t standing(People& people) {
  return people.number("select count(*) from merges where tenant_id = $1 and undone_at is null");
}

}  // namespace

TEST_CASE("merges that meet: A with B while B with C make one customer of three") {
  support::Database database;
  for (int round = 0; round < 10; ++round) {
    People people(database);
    auto const a = people.person("a");
    auto const b = people.person("b");
    auto const c = people.person("c");
    auto const merge = [&people](CustomerId one, CustomerId other) -> std::function<void()> {
      return [mine = people, one, other]() mutable { insist([&] { mine.merge(one, other); }); };
    };
    at_once({merge(a, b), merge(b, c), merge(c, a), merge(b, a)});
    CHECK(people.root(b) == a);
    CHECK(people.root(c) == a);
    CHECK(standing(people) == 2);
  }
}

TEST_CASE("merges that meet: a merge while the same two are parted ends one way or the other") {
  support::Database database;
  for (int round = 0; round < 10; ++round) {
    People people(database);
    auto const a = people.person("a");
    auto const b = people.person("b");
    auto const c = people.person("c");
    auto const merge = people.joined(a, b);
    auto const undo = [mine = people, merge]() mutable { insist([&] { mine.undo(merge); }); };
    at_once({undo, [mine = people, b, c]() mutable { insist([&] { mine.merge(b, c); }); }, undo});
    CHECK(people.one_person(b, c));
    CHECK_FALSE(people.one_person(a, b));
    CHECK(people.root(c) == b);
    CHECK(standing(people) == 1);
    CHECK(people.number("select count(*) from undos where tenant_id = $1") == 1);
  }
}

TEST_CASE("merges that meet: whatever is written while two are joined and parted stays written") {
  support::Database database;
  People people(database);
  auto const a = people.person("a");
  auto const b = people.person("b");
  auto const about = people.open_case(b);
  auto const first = people.call(a);
  auto const second = people.call(b);
  constexpr int rounds = 15;
  auto const say = [&people](InteractionId id) -> std::function<void()> {
    return [mine = people, id]() mutable {
      interactions::NewMessage line;
      line.role = "customer";
      line.text = "hello";
      for (int i = 0; i < 4 * rounds; ++i) {
        insist([&] {
          mine.write([&](postgres::Tx& tx) {
            return interactions::append(tx, mine.actor, id, std::span(&line, 1), {}).size();
          });
        });
      }
    };
  };
  // Puts the call on the other one's case whenever the two are one.
  auto const link = [mine = people, first, about]() mutable {
    interactions::Patch patch;
    patch.case_id.emplace(about);
    for (int i = 0; i < 2 * rounds; ++i) {
      auto const ended = code_of([&] {
        mine.write([&](postgres::Tx& tx) {
          interactions::update(tx, mine.actor, first, patch, {});
          return 0;
        });
      });
      if (ended && ended != Code::conflict && ended != Code::unavailable) {
        throw std::logic_error("linking ended otherwise");
      }
    }
  };
  auto const join_and_part = [mine = people, a, b]() mutable {
    for (int i = 0; i < rounds; ++i) {
      std::optional<MergeId> merge;
      insist([&] { merge = mine.joined(a, b); });
      insist([&] { mine.undo(*merge); });
    }
  };
  at_once({say(first), say(second), link, join_and_part});

  for (auto const id : {first, second}) {
    CHECK(people.interaction(id).message_count == 4 * rounds);
    CHECK(people.number("select count(distinct seq) from messages where tenant_id = $1 and "
                        "interaction_id = $2",
                        {id}) == 4 * rounds);
  }
  CHECK(people.root(a) == a);
  CHECK(people.root(b) == b);
  CHECK(people.interaction(first).case_id == std::nullopt);
  CHECK(people.number("select count(*) from interactions where tenant_id = $1 and case_part_id is "
                      "not null") == 0);
  // Each customer's facts have one order: versions rise with positions.
  CHECK(
      people.number("select count(*) from (select version, lag(version) over (partition by root_id "
                    "order by position) as before from changes where tenant_id = $1) facts "
                    "where version <= before") == 0);
}

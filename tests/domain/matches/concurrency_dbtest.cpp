// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// People who decide at once, and merges and undos in between.
#include <array>
#include <catch2/catch.hpp>
#include <functional>
#include <thread>

#include "domain/matches/review.hpp"

using namespace throughline;
using namespace throughline::test;

namespace {

constexpr int rounds = 10;

/// What each body was refused for, all of them running at once.
std::vector<std::optional<Code>> at_once(std::vector<std::function<void()>> const& bodies) {
  std::vector<std::optional<Code>> refused(bodies.size());
  std::vector<std::string> faults(bodies.size());
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < bodies.size(); ++i) {
    threads.emplace_back([&, i] {
      try {
        refused[i] = code_of(bodies[i]);
      } catch (std::exception const& fault) {
        faults[i] = fault.what();
      }
    });
  }
  for (auto& thread : threads) thread.join();
  for (auto const& fault : faults) CHECK(fault == "");
  return refused;
}

std::function<void()> accepting(Review people, MatchId id, CustomerId customer) {
  return [=]() mutable { people.accept(id, customer); };
}

}  // namespace

TEST_CASE("matches: two people decide at once, and one of them is told what was decided") {
  support::Database database;
  for (int round = 0; round < rounds; ++round) {
    Review people(database);
    auto const ann = people.person("ann");
    auto const bea = people.person("bea");
    auto const doubt = people.person("doubt");
    auto const id = people.asked(doubt, {ann, bea});
    auto const refused = at_once({accepting(people, id, ann), accepting(people, id, bea)});
    CHECK(refused[0].has_value() != refused[1].has_value());
    CHECK(refused[0].value_or(Code::conflict) == Code::conflict);
    CHECK(refused[1].value_or(Code::conflict) == Code::conflict);
    CHECK(people.one_person(doubt, ann) == !refused[0]);
    CHECK(people.one_person(doubt, bea) == !refused[1]);
    CHECK_FALSE(people.one_person(ann, bea));
  }
}

TEST_CASE("matches: two matches of one part accepted at once link it to one customer") {
  support::Database database;
  for (int round = 0; round < rounds; ++round) {
    Review people(database);
    auto const ann = people.person("ann");
    auto const bea = people.person("bea");
    auto const doubt = people.person("doubt");
    auto const one = people.asked(doubt, {ann});
    auto const other = people.asked(doubt, {bea});
    auto const refused = at_once({accepting(people, one, ann), accepting(people, other, bea)});
    CHECK(refused[0].has_value() != refused[1].has_value());
    CHECK_FALSE(people.one_person(ann, bea));
    CHECK(people.waiting().size() == 1);
  }
}

TEST_CASE("matches: a decision while the two are merged and parted elsewhere") {
  support::Database database;
  for (int round = 0; round < rounds; ++round) {
    Review people(database);
    auto const ann = people.person("ann");
    auto const bea = people.person("bea");
    auto const doubt = people.person("doubt");
    auto const id = people.asked(doubt, {ann, bea});
    auto const elsewhere = [people, doubt, ann]() mutable {
      if (auto const merged = people.merge(doubt, ann)) people.undo(merged->id);
    };
    at_once({accepting(people, id, bea), elsewhere,
             [people, ann, bea]() mutable { people.raise(ann, {candidate(bea)}); }});
    auto const status = people.status(id);
    bool const accepted = status == "merged";
    CHECK((accepted || status == "superseded"));
    // Accepted before the two met, bea is one with whoever the part was: whole or not at all.
    CHECK(people.one_person(doubt, bea) == accepted);
    CHECK_FALSE(people.one_person(doubt, ann));
  }
}

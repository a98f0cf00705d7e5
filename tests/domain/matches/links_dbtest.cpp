// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// A value turns out to be shared: links that rested on it are looked at again.
#include <catch2/catch.hpp>

#include "domain/matches/review.hpp"

using namespace throughline;
using namespace throughline::test;

namespace {

using Ids = std::vector<MatchId>;

/// Two whom a rule has joined.
struct Linked : Review {
  explicit Linked(support::Database& database) : Review(database) {}
  CustomerId ann = person("ann");
  CustomerId bea = person("bea");
  CustomerId cleo = person("cleo");
  MergeId link = by_rule(bea, ann);

  MergeId by_rule(CustomerId one, CustomerId other) {
    return write([&](postgres::Tx& tx) {
      auto locked = parts::lock(tx, actor, std::array{one, other});
      merges::Facts facts;
      merges::Link made;
      made.one = one;
      made.other = other;
      made.rule = "resolve";
      auto const merged = merges::merge(tx, actor, locked, made, facts).value();
      timeline::append(tx, actor, facts.timeline);
      changes::record(tx, actor, locked, facts.changes);
      return merged.id;
    });
  }
  std::optional<MatchId> question(CustomerId one, CustomerId other) {
    return raise(one, {candidate(other)}, "shared");
  }
};

}  // namespace

TEST_CASE("matches: a link that rested on a shared value is asked about once, and stands") {
  support::Database database;
  Linked people(database);
  auto const id = people.question(people.ann, people.bea);
  REQUIRE(id);
  auto const match = people.shown(*id);
  CHECK(match.reason == "shared");
  CHECK(match.merge == people.link);
  CHECK(match.person.customer == match.candidates.at(0).person.customer);
  CHECK_FALSE(people.question(people.bea, people.ann));
  CHECK_FALSE(people.question(people.ann, people.cleo));
  CHECK(people.one_person(people.ann, people.bea));

  people.joined(people.ann, people.cleo);
  CHECK(people.waiting() == Ids{*id});
  people.accept(*id);
  CHECK(people.status(*id) == "merged");
  CHECK(people.one_person(people.ann, people.bea));
  CHECK_FALSE(people.question(people.ann, people.bea));
  people.accept(*id);
  CHECK(code_of([&] { people.tell_apart(*id); }) == Code::conflict);
}

TEST_CASE("matches: a link that should not stand is undone, and not asked about again") {
  support::Database database;
  Linked people(database);
  people.joined(people.bea, people.cleo);
  auto const id = people.question(people.ann, people.bea).value();
  people.tell_apart(id);
  CHECK_FALSE(people.one_person(people.ann, people.bea));
  CHECK(people.one_person(people.bea, people.cleo));
  CHECK(people.parted(people.ann, people.cleo));
  auto const match = people.shown(id);
  CHECK(match.status == "not_same");
  CHECK(match.undone_at == people.actor.now);
  people.tell_apart(id);
  CHECK(code_of([&] { people.accept(id); }) == Code::conflict);
  CHECK_FALSE(people.question(people.ann, people.bea));
  auto const facts = people.facts(people.ann);
  CHECK(facts[facts.size() - 2] == "customer.parted");
  CHECK(facts.back() == "match.decided");
}

TEST_CASE("matches: a link that was undone elsewhere is asked about no more") {
  support::Database database;
  Linked people(database);
  auto const id = people.question(people.ann, people.bea).value();
  people.undo(people.link);
  CHECK(people.status(id) == "superseded");
  CHECK(people.waiting(people.ann).empty());
  CHECK(code_of([&] { people.tell_apart(id); }) == Code::conflict);
}

TEST_CASE("matches: a link that people made is not questioned") {
  support::Database database;
  Linked people(database);
  people.joined(people.ann, people.cleo);
  CHECK_FALSE(people.question(people.ann, people.cleo));
  auto const dora = people.person("dora");
  people.accept(people.asked(dora, {people.ann}));
  CHECK_FALSE(people.question(dora, people.ann));
}

TEST_CASE("trap: a mailbox turns out to be shared, and its links are looked at again") {
  support::Database database;
  Linked people(database);
  auto const put = [&](std::string const& number, std::string const& name) {
    people.actor.now += std::chrono::seconds(1);
    identity::Upsert upsert{identifier("account", "crm:" + number), {}, {email("info@acme.com")}};
    upsert.patch.display_name.emplace(name);
    return people
        .write([&](postgres::Tx& tx) { return identity::upsert(tx, people.actor, upsert, {}); })
        .customer;
  };
  auto const jane = put("1", "Jane Smith");
  auto const robert = put("2", "Robert Miller");
  auto const link = people.by_rule(robert, jane);
  CHECK(people.waiting().empty());
  put("3", "Carol Jones");
  auto const waiting = people.waiting(jane);
  REQUIRE(waiting.size() == 1);
  auto const match = people.shown(waiting.front());
  CHECK(match.reason == "shared");
  CHECK(match.merge == link);
  CHECK(match.candidates.at(0).evidence == R"([{"field": "email", "level": "shared"}])");
  people.tell_apart(match.id);
  CHECK_FALSE(people.one_person(jane, robert));
}

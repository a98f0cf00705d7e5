// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// Two customers become one because a person says so, and what is remembered of two that are not.
#include <algorithm>
#include <catch2/catch.hpp>

#include "domain/merges/people.hpp"

using namespace throughline;
using namespace throughline::test;

TEST_CASE("merge: the older survives whichever way round, and the other's id answers for ever") {
  support::Database database;
  for (bool const turned : {false, true}) {
    People people(database);
    auto const old = people.person("old");
    auto const young = people.person("young");
    auto const highest = std::max(people.version(old), people.version(young));
    auto const own = std::max(people.get(old).version, people.get(young).version);
    auto const merged = turned ? people.merge(young, old) : people.merge(old, young);
    REQUIRE(merged);
    CHECK(merged->survivor == old);
    CHECK(merged->loser == young);
    CHECK(people.get(young).id == old);
    CHECK(people.get(young).merged_from == young);
    CHECK(people.version(old) > highest);
    CHECK(people.version(young) > highest);
    CHECK(people.get(old).version > own);
    CHECK(people.identifiers_of(young).size() == 2);
    CHECK(people.facts(young).back() == "customer.merged");
  }
}

TEST_CASE("merge: what is one already stays as it is") {
  support::Database database;
  People people(database);
  auto const one = people.person("one");
  auto const other = people.person("other");
  REQUIRE(people.merge(one, other));
  auto const version = people.version(one);
  CHECK_FALSE(people.merge(other, one));
  CHECK_FALSE(people.merge(one, one));
  CHECK(people.version(one) == version);
  CHECK(people.number("select count(*) from merges where tenant_id = $1") == 1);
}

TEST_CASE("merge: nobody, and nobody to merge with") {
  support::Database database;
  People people(database);
  auto const one = people.person("one");
  auto const nobody = CustomerId::make(people.actor.now);
  CHECK(code_of([&] { people.merge(nobody, one); }) == Code::not_found);
  CHECK(code_of([&] { people.merge(one, nobody); }) == Code::invalid);
}

TEST_CASE("merge: links hang on the parts named, and the parts that moved are told") {
  support::Database database;
  People people(database);
  auto const a = people.person("a");
  auto const b = people.person("b");
  auto const c = people.person("c");
  people.joined(b, c);
  auto const second = people.joined(c, a);
  CHECK(people.number("select count(*) from merges where tenant_id = $1 and id = $2 and one_id = $3"
                      " and other_id = $4 and survivor_id = $4 and loser_id = $5"
                      " and moved_parts @> array[$3, $5]::uuid[] and rule = 'person'",
                      {second, c, a, b}) == 1);
}

TEST_CASE("merge: more parts than one customer can have are refused") {
  support::Database database;
  People people(database);
  auto const first = people.person("p0");
  for (std::size_t i = 1; i < parts::parts_max; ++i) {
    auto const next = people.write([&](postgres::Tx& tx) {
      parts::Locked locked;
      auto const id = parts::create(tx, people.actor, locked, false);
      customers::create(tx, people.actor, id);
      return id;
    });
    REQUIRE(people.merge(first, next));
  }
  auto const one_more = people.person("one_more");
  CHECK(code_of([&] { people.merge(first, one_more); }) == Code::conflict);
  CHECK_FALSE(people.one_person(first, one_more));
}

TEST_CASE("merge: more identifiers than one customer can hold are refused") {
  support::Database database;
  People people(database);
  people.lift_class_limits();
  auto const one = people.person("one");
  auto const other = people.person("other");
  for (std::size_t i = 1; i < merges::identifiers_max; ++i) {
    people.attach(one, identifier("account", "shop:" + std::to_string(i)));
  }
  CHECK(code_of([&] { people.merge(one, other); }) == Code::conflict);
  people.detach(one, identifier("account", "shop:1"));
  CHECK(people.merge(one, other));
}

TEST_CASE("not the same: one pair of parts binds both customers, until people say otherwise") {
  support::Database database;
  People people(database);
  auto const a = people.person("a");
  auto const b = people.person("b");
  auto const c = people.person("c");
  auto const d = people.person("d");
  people.write([&](postgres::Tx& tx) {
    auto const locked = parts::lock(tx, people.actor, std::array{a, b});
    merges::Parting parting;
    parting.one = b;
    parting.other = a;
    parting.source = "review";
    parting.reason = "father and son";
    merges::part(tx, people.actor, locked, parting);
    merges::part(tx, people.actor, locked, parting);
    return 0;
  });
  CHECK(people.number("select count(*) from partings where tenant_id = $1") == 1);
  CHECK(people.parted(a, b));
  CHECK(people.parted(b, a));
  CHECK_FALSE(people.parted(a, c));
  people.joined(a, c);
  people.joined(b, d);
  CHECK(people.parted(c, d));
  auto const found = people.read([&](postgres::Tx& tx) {
    return merges::partings(tx, std::array{people.root(d)}, std::array{people.root(c)});
  });
  REQUIRE(found.size() == 1);
  CHECK(found[0].one == b);
  CHECK(found[0].other == a);
  CHECK(found[0].source == "review");
  CHECK(found[0].reason == "father and son");

  people.joined(c, d);
  CHECK(people.number("select count(*) from partings where tenant_id = $1 and lifted_at is null") ==
        0);
}

TEST_CASE("not the same: a caller who is identified is not joined against it") {
  support::Database database;
  People people(database);
  auto const jane = people.person("jane");
  people.person("other");
  people.actor.now += std::chrono::seconds(1);
  auto const doubtful = people.contact({email("jane@x.com"), email("other@x.com")}).part.value();
  people.write([&](postgres::Tx& tx) {
    auto const locked = parts::lock(tx, people.actor, std::array{jane, doubtful});
    merges::Parting parting;
    parting.one = jane;
    parting.other = doubtful;
    parting.source = "person";
    merges::part(tx, people.actor, locked, parting);
    return 0;
  });
  CHECK(code_of([&] { people.World::join(doubtful, jane); }) == Code::conflict);
  CHECK(people.merge(doubtful, jane));
}

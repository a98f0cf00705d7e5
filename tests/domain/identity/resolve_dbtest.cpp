// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// Who a contact is, against the database: what is decided, what is written, what is left alone.
#include <catch2/catch.hpp>

#include "domain/identity/world.hpp"

using namespace throughline;
using namespace throughline::identity;
using namespace throughline::test;

namespace {

using Texts = std::vector<std::string>;

Texts values(std::vector<Owned> const& owned) {
  Texts values;
  for (auto const& one : owned) values.push_back(one.value);
  return values;
}

}  // namespace

TEST_CASE("resolve_or_create: nobody known makes a customer with all identifiers") {
  support::Database database;
  World world(database);
  auto const made = world.contact({phone("+14155552671"), email("Jane@X.com")});
  CHECK(made.decision == Decision::created);
  CHECK(made.created);
  CHECK(made.part == made.root);
  CHECK(made.grade.empty());
  CHECK(made.assurance.empty());
  CHECK(values(world.identifiers_of(*made.root)) == Texts{"jane@x.com", "+14155552671"});
  CHECK(world.facts(*made.root) ==
        Texts{"customer.created", "identifier.attached", "identifier.attached"});
  CHECK(world.get(*made.root).version == 1);
  CHECK(world.version(*made.root) == 3);
}

TEST_CASE("resolve_or_create: a contact without identifiers is somebody new each time") {
  support::Database database;
  World world(database);
  CHECK(world.contact({}).root != world.contact({}).root);
  auto const nameless = world.contact({phone("anonymous")});
  CHECK(nameless.decision == Decision::created);
  CHECK(world.identifiers_of(*nameless.root).empty());
  CHECK(world.contact({phone("anonymous")}).root != nameless.root);
}

TEST_CASE("resolve_or_create: a known identifier matches and brings the unknown ones along") {
  support::Database database;
  World world(database);
  auto const jane = world.customer({phone("+14155552671")});
  auto const found = world.contact({phone("+14155552671"), email("jane@x.com", "authenticated")});
  CHECK(found.decision == Decision::matched);
  CHECK(found.root == jane);
  CHECK(found.grade == "probable");
  CHECK(found.assurance == "channel");
  CHECK_FALSE(found.created);
  CHECK(world.facts(jane).back() == "identifier.attached");
  CHECK(world.get(jane).version == 2);
  CHECK(world.contact({email("JANE@x.com", "authenticated")}).grade == "certain");
}

TEST_CASE("resolve_or_create: a known caller within a day writes nothing") {
  support::Database database;
  World world(database);
  auto const jane = world.customer({phone("+14155552671")});
  auto const version = world.version(jane);
  world.actor.now += std::chrono::hours(23);
  world.contact({phone("+14155552671")});
  CHECK(world.version(jane) == version);
  CHECK(world.identifiers_of(jane)[0].confirmed_at == support::test_now);

  world.actor.now += std::chrono::hours(1);
  world.contact({phone("+14155552671")});
  CHECK(world.version(jane) == version);
  CHECK(world.get(jane).version == 1);
  CHECK(world.identifiers_of(jane)[0].confirmed_at == world.actor.now);
  CHECK(world.identifiers_of(jane)[0].valid_from == support::test_now);
}

TEST_CASE("resolve_or_create: assurance rises at once and never falls") {
  support::Database database;
  World world(database);
  auto const jane = world.customer({email("jane@x.com", "claimed")});
  world.contact({email("jane@x.com", "authenticated")});
  CHECK(world.identifiers_of(jane)[0].assurance == "authenticated");
  CHECK(world.facts(jane).back() == "identifier.confirmed");
  CHECK(world.get(jane).version == 2);
  world.contact({email("jane@x.com", "channel")});
  CHECK(world.identifiers_of(jane)[0].assurance == "authenticated");
  CHECK(world.get(jane).version == 2);
}

TEST_CASE("resolve_or_create: contradiction gets a part of its own with what nobody holds") {
  support::Database database;
  World world(database);
  auto const jane = world.customer({phone("+14155552671")});
  auto const john = world.customer({email("john@x.com")});
  auto const doubt =
      world.contact({phone("+14155552671"), email("john@x.com"), identifier("account", "shop:77")});
  CHECK(doubt.decision == Decision::conflict);
  CHECK(doubt.created);
  CHECK(doubt.grade.empty());
  REQUIRE(doubt.part);
  CHECK(*doubt.part != jane);
  CHECK(*doubt.part != john);
  REQUIRE(doubt.candidates.size() == 2);
  CHECK(doubt.candidates[0].customer == jane);
  CHECK(doubt.candidates[1].customer == john);
  CHECK(values(world.identifiers_of(*doubt.part)) == Texts{"shop:77"});
  CHECK(world.identifiers_of(jane).size() == 1);
  CHECK(world.number("select count(*) from parts where tenant_id = $1 and provisional") == 1);
}

TEST_CASE("resolve_or_create: a shared identifier is reviewed, another one decides beside it") {
  support::Database database;
  World world(database);
  auto const home = phone("+14155552671");
  auto const jane = world.customer({home, email("jane@x.com")});
  auto const john = world.customer({email("john@x.com")});
  world.attach(john, home, true);

  auto const doubt = world.contact({home});
  CHECK(doubt.decision == Decision::review);
  CHECK(doubt.candidates.size() == 2);
  CHECK(doubt.candidates[0].grade == "possible");
  CHECK(doubt.created);
  CHECK(world.identifiers_of(*doubt.part).empty());

  auto const clear = world.contact({home, email("john@x.com")});
  CHECK(clear.decision == Decision::matched);
  CHECK(clear.root == john);
  CHECK(world.contact({email("jane@x.com")}).root == jane);
}

TEST_CASE("resolve_or_create: create_known leaves doubt unwritten") {
  support::Database database;
  World world(database);
  auto const jane = world.customer({phone("+14155552671")});
  auto const john = world.customer({email("john@x.com")});
  auto const doubt = world.contact({phone("+14155552671"), email("john@x.com"), email("new@x.com")},
                                   Unknown::create_known);
  CHECK(doubt.decision == Decision::conflict);
  CHECK_FALSE(doubt.part);
  CHECK_FALSE(doubt.created);
  CHECK(doubt.candidates.size() == 2);
  CHECK(world.resolve({email("new@x.com")}).decision == Decision::none);
  CHECK(world.contact({email("new@x.com")}, Unknown::create_known).created);
  CHECK(world.version(jane) == 2);
  CHECK(world.version(john) == 2);
}

TEST_CASE("resolve_or_create: a customer named by id takes what nobody holds") {
  support::Database database;
  World world(database);
  auto const jane = world.customer({phone("+14155552671")});
  auto const john = world.customer({email("john@x.com")});
  auto const found = world.contact({email("john@x.com"), email("j@x.com")}, Unknown::create, jane);
  CHECK(found.decision == Decision::matched);
  CHECK(found.part == jane);
  CHECK(found.grade == "certain");
  CHECK(values(world.identifiers_of(jane)) == Texts{"j@x.com", "+14155552671"});
  CHECK(values(world.identifiers_of(john)) == Texts{"john@x.com"});

  auto const unknown =
      world.contact({email("z@x.com")}, Unknown::create, CustomerId::make(support::test_now));
  CHECK(unknown.decision == Decision::none);
  CHECK_FALSE(unknown.part);
  CHECK(world.resolve({email("z@x.com")}).decision == Decision::none);
}

TEST_CASE("resolve_or_create: a batch sees what its earlier subjects brought") {
  support::Database database;
  World world(database);
  auto const jane = world.customer({email("jane@x.com")});
  std::vector<Subject> const batch{{{phone("+14155552671"), email("new@x.com")}, {}},
                                   {{email("jane@x.com")}, {}},
                                   {{phone("+14155552671", "authenticated")}, {}},
                                   {{email("new@x.com"), email("jane@x.com")}, {}},
                                   {{}, jane}};
  auto const resolution = world.write([&](postgres::Tx& tx) {
    Facts facts;
    auto done = resolve_or_create(tx, world.actor, batch, Unknown::create_known, {}, facts);
    timeline::append(tx, world.actor, facts.timeline);
    changes::record(tx, world.actor, done.locked, facts.changes);
    return done;
  });
  auto const& subjects = resolution.subjects;
  REQUIRE(subjects.size() == batch.size());
  CHECK(subjects[0].created);
  CHECK(subjects[1].root == jane);
  CHECK(subjects[2].decision == Decision::matched);
  CHECK(subjects[2].root == subjects[0].root);
  CHECK(subjects[3].decision == Decision::conflict);
  CHECK(subjects[4].root == jane);
  for (auto const& one : subjects) {
    if (one.part) CHECK(resolution.locked.has(*one.part));
    for (auto const& candidate : one.candidates) CHECK(resolution.locked.has(candidate.customer));
  }
  auto const owned = world.identifiers_of(*subjects[0].root);
  REQUIRE(owned.size() == 2);
  CHECK(owned[1].assurance == "authenticated");
}

TEST_CASE("resolve_or_create: a full customer is matched and takes no more") {
  support::Database database;
  World world(database);
  world.lift_class_limits();
  auto const jane = world.customer({phone("+14155552671")});
  for (std::size_t i = 1; i < identifiers_per_customer_max; ++i) {
    world.attach(jane, identifier("account", "shop:" + std::to_string(i)));
  }
  auto const found = world.contact({phone("+14155552671"), email("jane@x.com")});
  CHECK(found.root == jane);
  CHECK(world.identifiers_of(jane).size() == identifiers_per_customer_max);
  CHECK(world.resolve({email("jane@x.com")}).decision == Decision::none);
}

TEST_CASE("resolve: reads, and creates nobody") {
  support::Database database;
  World world(database);
  CHECK(world.resolve({email("jane@x.com")}).decision == Decision::none);
  CHECK(world.number("select count(*) from identifiers where tenant_id = $1") == 0);
  auto const jane = world.customer({email("jane@x.com")});
  auto const found = world.resolve({email("jane@x.com", "channel"), email("other@x.com")});
  CHECK(found.decision == Decision::matched);
  CHECK(found.grade == "certain");
  CHECK(found.root == jane);
  CHECK(values(world.identifiers_of(jane)) == Texts{"jane@x.com"});

  auto const named = world.read([&](postgres::Tx& tx) {
    return resolve(tx, world.actor, Subject{{}, jane});
  });
  CHECK(named.root == jane);
  auto const nobody = world.read([&](postgres::Tx& tx) {
    return resolve(tx, world.actor, Subject{{}, CustomerId::make(support::test_now)});
  });
  CHECK(nobody.decision == Decision::none);
}

TEST_CASE("resolve: two tenants with the same identifiers never meet") {
  support::Database database;
  World one(database);
  World other(database);
  auto const same = email("jane@x.com", "authenticated");
  auto const jane = one.customer({same});
  CHECK(other.resolve({same}).decision == Decision::none);
  auto const namesake = other.customer({same});
  CHECK(namesake != jane);
  CHECK(one.contact({same}).root == jane);
  CHECK(other.contact({same}).root == namesake);
  CHECK(code_of([&] { other.attach(jane, phone("+14155552671")); }) == Code::not_found);
  CHECK(code_of([&] { other.get(jane); }) == Code::not_found);
  CHECK(other.contact({}, Unknown::create, jane).decision == Decision::none);
  CHECK(other.identifiers_of(jane).empty());
}

TEST_CASE("resolve: an extension makes another phone, text is found exactly") {
  support::Database database;
  World world(database);
  auto const desk = world.customer({phone("+64 3 331 6005 ext 1234")});
  auto const line = world.customer({phone("+64 3 331 6005")});
  CHECK(desk != line);
  CHECK(world.resolve({phone("tel:+64-3-331-6005;ext=1234")}).root == desk);
  auto const text = world.customer({phone("03 331 6005")});
  CHECK(text != line);
  auto const found = world.resolve({phone("03  331 6005")});
  CHECK(found.root == text);
  CHECK(found.grade == "possible");
}

// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// Identifiers coming and going: attach, detach, sharing, and whose versions rise.
#include <catch2/catch.hpp>

#include "domain/identity/world.hpp"

using namespace throughline;
using namespace throughline::identity;
using namespace throughline::test;

TEST_CASE("attach: a new identifier leads to the customer, a second time confirms it") {
  support::Database database;
  World world(database);
  auto const jane = world.customer({});
  auto const before = world.version(jane);
  CHECK(world.attach(jane, email("jane@x.com")));
  CHECK(world.version(jane) == before + 1);
  CHECK(world.resolve({email("jane@x.com")}).root == jane);

  CHECK_FALSE(world.attach(jane, email("jane@x.com")));
  CHECK(world.version(jane) == before + 1);
  CHECK_FALSE(world.attach(jane, email("jane@x.com", "channel")));
  CHECK(world.identifiers_of(jane)[0].assurance == "channel");
  CHECK(world.version(jane) == before + 2);
}

TEST_CASE("attach: another's identifier is a conflict that names them") {
  support::Database database;
  World world(database);
  auto const jane = world.customer({email("jane@x.com")});
  auto const john = world.customer({});
  try {
    world.attach(john, email("jane@x.com"));
    FAIL("taken");
  } catch (Error const& error) {
    CHECK(error.code() == Code::conflict);
    REQUIRE(error.members().size() == 1);
    CHECK(error.members()[0].name == "candidates");
    CHECK(error.members()[0].json.find(jane.str()) != std::string::npos);
  }
  CHECK(world.resolve({email("jane@x.com")}).root == jane);
  CHECK(code_of([&] { world.attach(CustomerId::make(support::test_now), email("a@x.com")); }) ==
        Code::not_found);
  CHECK(world.resolve({email("a@x.com")}).decision == Decision::none);
}

TEST_CASE("attach: becoming shared and sole again changes every holder's answer") {
  support::Database database;
  World world(database);
  auto const home = phone("+14155552671");
  auto const jane = world.customer({home});
  auto const john = world.customer({});
  auto const jack = world.customer({});
  auto const alone = world.version(jane);

  CHECK(world.attach(john, home, true));
  CHECK(world.resolve({home}).decision == Decision::review);
  CHECK(world.version(jane) == alone + 1);
  CHECK(world.facts(jane).back() == "customer.updated");
  CHECK(world.get(jane).version == 2);
  CHECK(world.identifiers_of(jane)[0].shared);
  CHECK(world.identifiers_of(john)[0].shared);

  auto const shared_by_two = world.version(jane);
  CHECK(world.attach(jack, home, true));
  CHECK(world.version(jane) == shared_by_two);

  world.detach(jack, home);
  CHECK(world.version(jane) == shared_by_two);
  world.detach(john, home);
  CHECK(world.version(jane) == shared_by_two + 1);
  CHECK_FALSE(world.identifiers_of(jane)[0].shared);
  CHECK(world.resolve({home}).root == jane);
}

TEST_CASE("attach: what is already shared needs the word for a further customer too") {
  support::Database database;
  World world(database);
  auto const home = phone("+14155552671");
  world.customer({home});
  world.attach(world.customer({}), home, true);
  auto const third = world.customer({});
  CHECK(code_of([&] { world.attach(third, home); }) == Code::conflict);
  CHECK(world.attach(third, home, true));
}

TEST_CASE("attach: limits of a customer and of a shared identifier") {
  support::Database database;
  World world(database);
  world.lift_class_limits();
  auto const jane = world.customer({});
  auto const home = phone("+14155552671");
  for (std::size_t i = 0; i < identifiers_per_customer_max; ++i) {
    world.attach(jane, identifier("account", "shop:" + std::to_string(i)));
  }
  CHECK(code_of([&] { world.attach(jane, home); }) == Code::conflict);
  CHECK_FALSE(world.attach(jane, identifier("account", "shop:1")));
  world.detach(jane, identifier("account", "shop:1"));
  CHECK(world.attach(jane, home));

  for (std::size_t i = 1; i < customers_per_identifier_max; ++i) {
    world.attach(world.customer({}), home, true);
  }
  auto const last = world.customer({});
  CHECK(code_of([&] { world.attach(last, home, true); }) == Code::conflict);
  CHECK(world.resolve({home}).candidates.size() == candidates_max);
  CHECK(world.contact({home}).candidates.size() == candidates_max);
}

TEST_CASE("detach: ends the validity, keeps the history, frees the identifier") {
  support::Database database;
  World world(database);
  auto const jane = world.customer({email("jane@x.com"), phone("+14155552671")});
  auto const before = world.version(jane);
  world.detach(jane, email("jane@x.com"));
  CHECK(world.version(jane) == before + 1);
  CHECK(world.facts(jane).back() == "identifier.detached");
  CHECK(world.identifiers_of(jane).size() == 1);
  CHECK(world.resolve({email("jane@x.com")}).decision == Decision::none);
  CHECK(world.number("select count(*) from identifier_owners where tenant_id = $1 and "
                     "valid_to is not null") == 1);

  auto const john = world.customer({email("jane@x.com")});
  CHECK(john != jane);
  CHECK(code_of([&] { world.detach(jane, email("jane@x.com")); }) == Code::not_found);
  CHECK(code_of([&] { world.detach(CustomerId::make(support::test_now), email("a@x.com")); }) ==
        Code::not_found);
}

TEST_CASE("detach: what comes back within the same moment holds again") {
  support::Database database;
  World world(database);
  auto const jane = world.customer({email("jane@x.com", "authenticated")});
  world.detach(jane, email("jane@x.com"));
  CHECK(world.attach(jane, email("jane@x.com")));
  auto const owned = world.identifiers_of(jane);
  REQUIRE(owned.size() == 1);
  CHECK(owned[0].assurance == "claimed");
  world.actor.now += std::chrono::seconds(1);
  world.detach(jane, email("jane@x.com"));
  world.actor.now += std::chrono::seconds(1);
  CHECK(world.attach(jane, email("jane@x.com")));
  CHECK(world.identifiers_of(jane)[0].valid_from == world.actor.now);
}

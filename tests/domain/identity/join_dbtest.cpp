// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// A contact's own part joined to the customer that it turned out to be.
#include <catch2/catch.hpp>

#include "domain/identity/world.hpp"

using namespace throughline;
using namespace throughline::identity;
using namespace throughline::test;

namespace {

/// A family's phone: whoever calls by it is in doubt.
struct Family {
  explicit Family(World& world)
      : home(phone("+14155552671")),
        jane(world.customer({home, email("jane@x.com")})),
        john(world.customer({email("john@x.com")})) {
    world.attach(john, home, true);
  }
  Identifier home;
  CustomerId jane;
  CustomerId john;
};

/// What the start of an interaction leaves on the timeline.
void note_contact(World& world, CustomerId part, InteractionId interaction) {
  world.write([&](postgres::Tx& tx) {
    timeline::Entry entry{};
    entry.part = part;
    entry.at = world.actor.now;
    entry.kind = timeline::Kind::interaction;
    entry.fact = "started";
    entry.resource = interaction.value;
    entry.interaction_id = interaction;
    auto locked = parts::lock(tx, world.actor, std::vector{part});
    timeline::append(tx, world.actor, std::span(&entry, 1));
    return 0;
  });
}

}  // namespace

TEST_CASE("join: a contact in doubt becomes part of the customer it was") {
  support::Database database;
  World world(database);
  Family const family(world);
  world.actor.now += std::chrono::minutes(1);
  auto const doubt = world.contact({family.home, identifier("account", "app:9")});
  auto const own = doubt.part.value();
  auto const highest = std::max(world.version(own), world.version(family.john));

  CHECK(world.join(own, family.john));
  CHECK(world.get(own).id == family.john);
  CHECK(world.get(own).merged_from == own);
  CHECK_FALSE(world.get(family.john).merged_from);
  CHECK(world.resolve({identifier("account", "app:9")}).root == family.john);
  CHECK(world.resolve({identifier("account", "app:9")}).part == own);
  CHECK(world.identifiers_of(own).size() == 3);
  CHECK(world.version(family.john) > highest);
  CHECK(world.version(own) > highest);
  CHECK(world.facts(own).back() == "customer.merged");
  CHECK(world.number("select count(*) from merges where tenant_id = $1 and survivor_id = $2 and "
                     "loser_id = $3 and moved_parts = array[$3]::uuid[] and undone_at is null",
                     {family.john, own}) == 1);
  CHECK_FALSE(world.join(own, family.john));
}

TEST_CASE("join: the older customer survives, whichever way round") {
  support::Database database;
  World world(database);
  Family const family(world);
  auto const later = world.actor.now + std::chrono::hours(1);
  auto const own = world.contact({family.home}).part.value();
  world.actor.now = later;
  auto const young = world.customer({email("young@x.com")});
  world.patch(young, [] {
    customers::Patch patch;
    patch.display_name.emplace("Young");
    return patch;
  }());
  auto const versions = std::max(world.get(own).version, world.get(young).version);

  CHECK(world.join(own, young));
  auto const shown = world.get(young);
  CHECK(shown.id == own);
  CHECK(shown.merged_from == young);
  CHECK(shown.display_name == "Young");
  CHECK(shown.version > versions);
  CHECK(world.resolve({email("young@x.com")}).root == own);
  CHECK(world.number("select count(*) from merges where tenant_id = $1 and survivor_id = $2 and "
                     "loser_id = $3 and moved_parts = array[$3]::uuid[]",
                     {own, young}) == 1);
}

TEST_CASE("join: a customer made by the contact is its own too, another's is not") {
  support::Database database;
  World world(database);
  auto const jane = world.customer({email("jane@x.com")});
  world.actor.now += std::chrono::hours(1);
  auto const made = world.customer({phone("+14155552671")});
  auto const call = InteractionId::make(world.actor.now);
  note_contact(world, made, call);

  auto const other_call = InteractionId::make(world.actor.now + std::chrono::hours(1));
  CHECK(code_of([&] { world.join(made, jane, other_call); }) == Code::conflict);
  CHECK(code_of([&] { world.join(made, jane); }) == Code::conflict);
  CHECK(code_of([&] { world.join(jane, made, call); }) == Code::conflict);
  CHECK(world.join(made, jane, call));
  CHECK(world.number("select count(*) from merges where tenant_id = $1 and interaction_id = $2",
                     {call}) == 1);
}

TEST_CASE("join: a part with another contact's records stays") {
  support::Database database;
  World world(database);
  Family const family(world);
  auto const own = world.contact({family.home}).part.value();
  auto const first = InteractionId::make(world.actor.now);
  note_contact(world, own, first);
  note_contact(world, own, InteractionId::make(world.actor.now));
  CHECK(code_of([&] { world.join(own, family.john, first); }) == Code::conflict);
  CHECK(world.get(own).id == own);
}

TEST_CASE("join: once joined, a part is no contact's own any more") {
  support::Database database;
  World world(database);
  Family const family(world);
  auto const own = world.contact({family.home}).part.value();
  CHECK(world.join(own, family.john));
  CHECK(code_of([&] { world.join(own, family.jane); }) == Code::conflict);
}

TEST_CASE("join: together they must not hold too many identifiers") {
  support::Database database;
  World world(database);
  world.lift_class_limits();
  Family const family(world);
  auto const own = world.contact({family.home, email("new@x.com")}).part.value();
  for (std::size_t i = 2; i < identifiers_per_customer_max; ++i) {
    world.attach(family.john, identifier("account", "shop:" + std::to_string(i)));
  }
  CHECK(world.identifiers_of(family.john).size() == identifiers_per_customer_max);
  CHECK(code_of([&] { world.join(own, family.john); }) == Code::conflict);
  world.detach(family.john, identifier("account", "shop:2"));
  CHECK(world.join(own, family.john));
}

TEST_CASE("join: what both held is held once, and shared with nobody") {
  support::Database database;
  World world(database);
  Family const family(world);
  auto const own = world.contact({family.home}).part.value();
  world.attach(own, family.home, true);
  world.detach(family.jane, family.home);
  CHECK(world.identifiers_of(own)[0].shared);
  CHECK(world.join(own, family.john));
  auto const owned = world.identifiers_of(family.john);
  REQUIRE(owned.size() == 2);
  CHECK(owned[1].value == family.home.value);
  CHECK_FALSE(owned[1].shared);
  CHECK(world.resolve({family.home}).root == world.get(own).id);
  world.detach(own, family.home);
  CHECK(world.resolve({family.home}).decision == Decision::none);
}

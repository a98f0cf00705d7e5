// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>

#include "domain/identity/world.hpp"
#include "throughline/base/json.hpp"

using namespace throughline;
using namespace throughline::customers;
using namespace throughline::test;

namespace {

Patch named(std::string name) {
  Patch patch;
  patch.display_name.emplace(std::move(name));
  return patch;
}
Patch profile(std::string json) {
  Patch patch;
  patch.profile = std::move(json);
  return patch;
}
Patch cleared() {
  Patch patch;
  patch.display_name.emplace();
  patch.tier.emplace();
  patch.language.emplace();
  patch.sensitivities.emplace();
  patch.profile = "null";
  return patch;
}
Patch sensitive(std::string code) {
  Patch patch;
  patch.sensitivities.emplace(std::vector<Sensitivity>{{std::move(code), "", "", {}}});
  return patch;
}

/// A customer of two parts, joined as a contact in doubt and the one it was.
struct Merged {
  explicit Merged(World& world) {
    auto const home = phone("+14155552671");
    world.customer({home});
    older = world.customer({email("john@x.com")});
    world.attach(older, home, true);
    world.actor.now += std::chrono::minutes(1);
    younger = world.contact({home}).part.value();
  }
  CustomerId older;
  CustomerId younger;
};

}  // namespace

TEST_CASE("customers: new ones are empty and found by their id") {
  support::Database database;
  World world(database);
  auto const id = world.customer({});
  auto const shown = world.get(id);
  CHECK(shown.id == id);
  CHECK_FALSE(shown.merged_from);
  CHECK(shown.version == 1);
  CHECK(shown.display_name.empty());
  CHECK(shown.profile == "{}");
  CHECK(shown.sensitivities.empty());
  CHECK(shown.created_at == support::test_now);
  CHECK(shown.updated_at == support::test_now);
  auto const unknown = CustomerId::make(support::test_now);
  CHECK(world.read([&](postgres::Tx& tx) { return !find(tx, unknown); }));
  CHECK(code_of([&] { world.get(unknown); }) == Code::not_found);
  CHECK(code_of([&] { world.patch(unknown, named("x")); }) == Code::not_found);
}

TEST_CASE("customers: a patch sets and clears, and raises versions only for a change") {
  support::Database database;
  World world(database);
  auto const id = world.customer({});
  Patch patch = named("Jane");
  patch.tier.emplace("gold");
  patch.profile = R"({"given_name":"Jane","address":{"city":"Oslo"}})";
  auto const before = world.version(id);
  world.patch(id, patch);
  CHECK(world.get(id).display_name == "Jane");
  CHECK(world.get(id).tier == "gold");
  CHECK(world.get(id).version == 2);
  CHECK(world.version(id) == before + 1);
  CHECK(world.facts(id).back() == "customer.updated");
  CHECK(world.number("select count(*) from changes where tenant_id = $1 and fields = "
                     "'{display_name,tier,profile}'") == 1);

  world.patch(id, patch);
  world.patch(id, Patch{});
  CHECK(world.version(id) == before + 1);

  world.patch(id, cleared());
  auto const shown = world.get(id);
  CHECK(shown.display_name.empty());
  CHECK(shown.tier.empty());
  CHECK(shown.profile == "{}");
  CHECK(shown.version == 3);
}

TEST_CASE("customers: the version asked for is compared, and nothing written where it is not") {
  support::Database database;
  World world(database);
  auto const id = world.customer({});
  auto const update_at = [&](std::int64_t version) {
    return code_of([&] {
      world.write([&](postgres::Tx& tx) {
        update(tx, world.actor, id, named("v" + std::to_string(version)), version);
        return 0;
      });
    });
  };
  CHECK(update_at(2) == Code::version_mismatch);
  CHECK(update_at(1) == std::nullopt);
  CHECK(update_at(1) == Code::version_mismatch);
  CHECK(world.get(id).display_name == "v1");
}

TEST_CASE("customers: of two parts each field shows what was set last, as it was set") {
  support::Database database;
  World world(database);
  Merged const parts(world);
  Patch first = named("Older");
  first.tier.emplace("bronze");
  first.profile = R"({"given_name":"A","shoe":40})";
  world.patch(parts.older, first);
  world.actor.now += std::chrono::minutes(1);
  Patch second;
  second.tier.emplace("gold");
  second.profile = R"({"given_name":"B"})";
  world.patch(parts.younger, second);
  REQUIRE(world.join(parts.younger, parts.older));

  auto const shown = world.get(parts.older);
  CHECK(shown.display_name == "Older");
  CHECK(shown.tier == "gold");
  CHECK(json::parse_object(shown.profile) == json::parse_object(R"({"given_name":"B","shoe":40})"));

  world.actor.now += std::chrono::minutes(1);
  Patch third;
  third.language.emplace("en");
  world.patch(parts.older, third);
  CHECK(world.get(parts.younger).tier == "gold");
  CHECK(world.get(parts.younger).language == "en");
}

TEST_CASE("customers: what is written later is shown, whatever the clocks say") {
  support::Database database;
  World world(database);
  Merged const parts(world);
  world.patch(parts.older, sensitive("hearing"));
  REQUIRE(world.join(parts.younger, parts.older));
  world.patch(parts.younger, named("First"));
  world.actor.now -= std::chrono::hours(1);
  world.patch(parts.older, named("Second"));
  CHECK(world.get(parts.older).display_name == "Second");
  world.patch(parts.younger, sensitive("bereavement"));
  REQUIRE(world.get(parts.older).sensitivities.size() == 1);
  CHECK(world.get(parts.older).sensitivities[0].code == "bereavement");
}

TEST_CASE("customers: null clears on every part") {
  support::Database database;
  World world(database);
  Merged const parts(world);
  world.patch(parts.older, named("Older"));
  world.patch(parts.older, profile(R"({"a":1,"b":2})"));
  world.patch(parts.younger, named("Younger"));
  world.patch(parts.younger, profile(R"({"a":3})"));
  world.patch(parts.younger, sensitive("hearing"));
  REQUIRE(world.join(parts.younger, parts.older));

  world.patch(parts.older, profile(R"({"a":null})"));
  CHECK(json::parse_object(world.get(parts.older).profile) == json::parse_object(R"({"b":2})"));
  world.patch(parts.younger, cleared());
  auto const shown = world.get(parts.older);
  CHECK(shown.display_name.empty());
  CHECK(shown.profile == "{}");
  CHECK(shown.sensitivities.empty());
  CHECK(world.number("select count(*) from customers where tenant_id = $1 and id = any($2::uuid[]) "
                     "and field_times <> '{}'",
                     {postgres::Param::array_of(std::vector{parts.older, parts.younger},
                                                [](CustomerId id) { return id; })}) == 0);
}

TEST_CASE("customers: a nested patch works on what is shown, whichever part it stands on") {
  support::Database database;
  World world(database);
  Merged const parts(world);
  world.patch(parts.older, profile(R"({"address":{"city":"Oslo","line1":"Gata 1"}})"));
  REQUIRE(world.join(parts.younger, parts.older));
  world.patch(parts.younger, profile(R"({"address":{"line1":null,"line2":"B"}})"));
  CHECK(json::parse_object(world.get(parts.older).profile) ==
        json::parse_object(R"({"address":{"city":"Oslo","line2":"B"}})"));
}

TEST_CASE("customers: names of several at once, those without one left out") {
  support::Database database;
  World world(database);
  auto const jane = world.customer({});
  auto const nameless = world.customer({});
  world.patch(jane, named("Jane"));
  auto const names = world.read([&](postgres::Tx& tx) {
    return display_names(tx, std::vector{jane, nameless, CustomerId::make(support::test_now)});
  });
  CHECK(names == std::map<CustomerId, std::string>{{jane, "Jane"}});
  CHECK(world.read([&](postgres::Tx& tx) { return display_names(tx, {}).empty(); }));
}

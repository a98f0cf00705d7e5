// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// What a dry run of the settings says that a change would do.
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "domain/identity/world.hpp"
#include "throughline/domain/merges.hpp"

using namespace throughline;
using namespace throughline::identity;
using namespace throughline::test;
using nlohmann::json;

namespace {

json effect(World& world, std::string const& patch) {
  return world.read([&](postgres::Tx& tx) {
    return json::parse(settings::try_out(tx, world.actor, settings_section(), patch, {}).effect);
  });
}

void link(World& world, CustomerId one, CustomerId other) {
  world.write([&](postgres::Tx& tx) {
    auto locked = parts::lock(tx, world.actor, std::vector{one, other});
    merges::Facts facts;
    merges::Link link;
    link.one = one;
    link.other = other;
    link.rule = "resolve";
    merges::merge(tx, world.actor, locked, link, facts);
    changes::record(tx, world.actor, locked, facts.changes);
    return 0;
  });
}

}  // namespace

TEST_CASE(
    "settings dry run: links that an exclusive class or a blocked value would have forbidden") {
  support::Database database;
  World world(database);
  auto const home = email("home@x.com");
  auto const jane = world.customer({identifier("account", "crm:1"), home});
  auto const other = world.customer({identifier("account", "crm:2"), phone("+14155552671")});
  world.attach(other, home, true);
  link(world, jane, other);
  auto const plain = effect(world, R"({"thresholds": {"review": 0.3}})");
  CHECK(plain == json{{"would_split", 0},
                      {"would_join", 0},
                      {"links_looked_at", 1},
                      {"doubts_looked_at", 0},
                      {"cut_off", false}});
  CHECK(effect(world, R"({"classes": {"account": {"systems": {"crm": {"class": "exclusive"}}}}})")
            .at("would_split") == 1);
  CHECK(effect(world, R"({"classes": {"account": {"systems": {"app": {"class": "exclusive"}}}}})")
            .at("would_split") == 0);
  CHECK(effect(world, R"({"blocked": {"email": {"patterns": ["home@*"]}}})").at("would_split") ==
        1);
}

TEST_CASE("settings dry run: contacts in doubt that would be recognised") {
  support::Database database;
  World world(database);
  auto const old = phone("+14155552671");
  auto const fresh = phone("+14155552672");
  world.customer({old, email("jane@x.com")});
  world.write([&](postgres::Tx& tx) {
    tx.exec(
        "update identifier_owners set confirmed_last_at = confirmed_last_at - interval '60 "
        "days' where tenant_id = $1",
        {tx.tenant()});
    return 0;
  });
  world.customer({fresh, email("bob@x.com")});
  REQUIRE(world.contact({old, fresh}).decision == Decision::conflict);
  CHECK(effect(world, R"({"stale_after_days": {"phone": 50}})").at("would_join") == 1);
  CHECK(effect(world, R"({"stale_after_days": {"phone": 70}})").at("would_join") == 0);
}

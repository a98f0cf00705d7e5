// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// Traps for whoever recognises people by what they write into forms. Each test names its trap.
#include <algorithm>
#include <array>
#include <catch2/catch.hpp>
#include <set>

#include "domain/identity/world.hpp"

using namespace throughline;
using namespace throughline::identity;
using namespace throughline::test;

namespace {

Identifier crm(std::string const& number) {
  return identifier("account", "crm:" + number, "channel");
}

constexpr auto crm_is_exclusive =
    R"({"classes": {"account": {"systems": {"crm": {"class": "exclusive"}}}}})";

/// A contact, and how many customers it had to lock.
struct Arrived {
  Resolved resolved;
  std::size_t locked = 0;
};
Arrived arrive(World& world, std::vector<Identifier> const& identifiers) {
  return world.write([&](postgres::Tx& tx) {
    Facts facts;
    Subject const subject{identifiers, {}};
    auto resolution =
        resolve_or_create(tx, world.actor, std::span(&subject, 1), Unknown::create, {}, facts);
    timeline::append(tx, world.actor, facts.timeline);
    changes::record(tx, world.actor, resolution.locked, facts.changes);
    return Arrived{resolution.subjects.front(), resolution.locked.size()};
  });
}

/// So many days, without anybody being heard of: the present stays, what is known moves back.
void pass(World& world, int days) {
  world.write([&](postgres::Tx& tx) {
    tx.exec(
        "update identifier_owners set confirmed_last_at = confirmed_last_at - $2 * interval "
        "'1 day' where tenant_id = $1",
        {tx.tenant(), days});
    return 0;
  });
}

std::vector<std::string> values_of(World& world, CustomerId customer) {
  std::vector<std::string> values;
  for (auto const& owned : world.identifiers_of(customer)) values.push_back(owned.value);
  return values;
}

}  // namespace

TEST_CASE("trap: a placeholder arrives 1,000 times and links nobody") {
  support::Database database;
  World world(database);
  std::vector<Subject> const subjects(
      250, Subject{{phone("anonymous"), email("null@x.com"), identifier("account", "crm:000"),
                    phone("+1 000 000 0000")},
                   {}});
  std::set<CustomerId> customers;
  for (int i = 0; i < 4; ++i) {
    world.write([&](postgres::Tx& tx) {
      Facts facts;
      auto const made = resolve_or_create(tx, world.actor, subjects, Unknown::create, {}, facts);
      for (auto const& one : made.subjects) customers.insert(*one.root);
      return 0;
    });
  }
  CHECK(customers.size() == 1000);
  CHECK(world.number("select count(*) from identifiers where tenant_id = $1") == 0);
  CHECK(world.resolve({phone("anonymous")}).decision == Decision::none);
}

TEST_CASE("trap: a placeholder beside a real value") {
  support::Database database;
  World world(database);
  auto const jane = world.customer({email("jane@x.com"), phone("anonymous")});
  CHECK(values_of(world, jane) == std::vector<std::string>{"jane@x.com"});
  auto const other = world.contact({phone("anonymous"), email("bob@x.com")});
  CHECK(other.created);
  CHECK(world.contact({phone("anonymous"), email("jane@x.com")}).root == jane);
  CHECK(code_of([&] { world.attach(jane, email("noreply@x.com")); }) == Code::invalid);
}

TEST_CASE("trap: a value that the company blocks, exactly and by pattern") {
  support::Database database;
  World world(database);
  auto const jane = world.customer({email("front@desk.com"), phone("+14155552671")});
  world.set(
      R"({"blocked": {"email": {"values": ["Front@Desk.com"], "patterns": ["*@temp.com"]}}})");
  CHECK(world.resolve({email("front@desk.com")}).decision == Decision::none);
  auto const stranger = world.contact({email("front@desk.com")});
  CHECK(stranger.created);
  CHECK(stranger.root != jane);
  CHECK(values_of(world, *stranger.root).empty());
  CHECK(world.contact({email("front@desk.com"), phone("+14155552671")}).root == jane);
  CHECK(world.contact({email("a@temp.com")}).root != world.contact({email("a@temp.com")}).root);
  CHECK(code_of([&] { world.attach(jane, email("b@temp.com")); }) == Code::invalid);

  world.set(R"({"blocked": null})");
  CHECK(world.resolve({email("front@desk.com")}).root == jane);
  world.detach(jane, email("front@desk.com"));  // what hangs there from before can go
}

TEST_CASE("trap: a role mailbox; the 22nd record on it costs what the 2nd does") {
  support::Database database;
  World world(database);
  world.set(crm_is_exclusive);
  auto const info = email("info@acme.com", "channel");
  auto const first = arrive(world, {crm("100"), info}).resolved;
  CHECK(first.created);
  std::set<CustomerId> customers{*first.root};
  for (int i = 1; i < 40; ++i) {
    auto const arrived = arrive(world, {crm(std::to_string(100 + i)), info});
    INFO(i);
    customers.insert(*arrived.resolved.root);
    CHECK(arrived.resolved.created);
    CHECK(arrived.resolved.candidates.size() == std::min<std::size_t>(i, candidates_max));
    if (i > 1) CHECK(arrived.locked == 1);  // nobody but the newcomer
  }
  CHECK(customers.size() == 40);
  CHECK(world.resolve({info}).decision == Decision::review);
  CHECK(world.number("select count(*) from identifier_owners where tenant_id = $1 and type = "
                     "'email'") == static_cast<std::int64_t>(candidates_max));
  CHECK(world.contact({crm("121"), info}).root.has_value());
  CHECK(world.contact({crm("121"), info}).decision == Decision::matched);
}

TEST_CASE("trap: two customer numbers on one email are two people, and the email is shared") {
  support::Database database;
  World world(database);
  world.set(crm_is_exclusive);
  auto const jane = world.customer({crm("1"), email("home@x.com", "channel")});
  auto const before = world.version(jane);
  auto const found = world.contact({crm("2"), email("home@x.com", "channel")});
  CHECK(found.decision == Decision::conflict);
  CHECK(found.created);
  REQUIRE(found.candidates.size() == 1);
  CHECK(found.candidates[0].customer == jane);
  CHECK(world.version(jane) > before);  // what her email answers has changed
  auto const facts = world.facts(jane);
  CHECK(std::count(facts.begin(), facts.end(), "identifier.shared") == 1);
  CHECK(world.identifiers_of(jane)[1].shared);
  CHECK(world.resolve({email("home@x.com")}).decision == Decision::review);
  CHECK(world.resolve({crm("1"), email("home@x.com")}).root == jane);
  CHECK(world.resolve({crm("2"), email("home@x.com")}).root == found.root);
}

TEST_CASE("trap: the bridge record; a number of one customer with the email of another") {
  support::Database database;
  World world(database);
  auto const jane = world.customer({crm("1"), email("jane@x.com")});
  auto const bob = world.customer({crm("2"), email("bob@x.com")});
  CHECK(world.contact({crm("2"), email("jane@x.com")}).decision == Decision::conflict);
  world.set(crm_is_exclusive);
  auto const bridge = world.contact({crm("2"), email("jane@x.com")});
  CHECK(bridge.root == bob);  // who has the number cannot be she who has another
  CHECK(world.resolve({email("jane@x.com")}).decision == Decision::review);
  CHECK(world.resolve({crm("1")}).root == jane);
}

TEST_CASE("trap: a second customer number is refused to a contact, and taken from a person") {
  support::Database database;
  World world(database);
  world.set(crm_is_exclusive);
  auto const jane = world.customer({crm("1"), email("jane@x.com")});
  auto const named = world.contact({crm("9")}, Unknown::create, jane);
  REQUIRE(named.not_attached.size() == 1);
  CHECK(named.not_attached[0].reason == "exclusive");
  CHECK(world.number("select count(*) from timeline where tenant_id = $1 and fact = "
                     "'not_attached'") == 1);
  CHECK(world.attach(jane, crm("9")));
  CHECK(world.resolve({crm("9")}).root == jane);

  auto const put = [&](Identifier const& key, Identifier const& more) {
    return world.write([&](postgres::Tx& tx) {
      return upsert(tx, world.actor, Upsert{key, {}, {more}}, {});
    });
  };
  auto const refused = put(email("jane@x.com"), crm("10"));
  REQUIRE(refused.conflicts.size() == 1);
  CHECK(refused.conflicts[0].reason == "exclusive");
  CHECK(put(crm("1"), crm("10")).conflicts.empty());  // the system's own key says so
}

TEST_CASE("trap: a sixth telephone; a person is told, a contact leaves a note") {
  support::Database database;
  World world(database);
  auto const jane = world.customer({email("jane@x.com")});
  for (int i = 0; i < 5; ++i) world.attach(jane, phone("+1415555267" + std::to_string(i)));
  CHECK(code_of([&] { world.attach(jane, phone("+14155552679")); }) == Code::conflict);
  auto const found = world.contact({email("jane@x.com"), phone("+14155552679")});
  CHECK(found.root == jane);
  REQUIRE(found.not_attached.size() == 1);
  CHECK(found.not_attached[0].reason == "limit");
  CHECK(world.resolve({phone("+14155552679")}).decision == Decision::none);
  world.set(R"({"classes": {"phone": {"max": 6}}})");
  CHECK(world.contact({email("jane@x.com"), phone("+14155552679")}).not_attached.empty());
  CHECK(world.resolve({phone("+14155552679")}).root == jane);
}

TEST_CASE("trap: a recycled number finds whose it was, possibly, and is not renewed by ringing") {
  support::Database database;
  World world(database);
  auto const number = phone("+14155552671");
  auto const jane = world.customer({number, email("jane@x.com")});
  World later = world;
  pass(later, 89);
  CHECK(later.resolve({number}).grade == "probable");
  pass(later, 1);
  auto const found = later.resolve({number});
  CHECK(found.root == jane);
  CHECK(found.grade == "possible");
  auto const version = later.version(jane);
  auto const caller = later.contact({number});
  CHECK(caller.root == jane);
  CHECK(caller.grade == "possible");
  CHECK_FALSE(caller.created);
  CHECK(later.version(jane) == version);
  CHECK(later.resolve({number}).grade == "possible");  // whoever has it now rings as she did

  SECTION("it is still hers: another value beside it says so, and it decides again") {
    later.actor.now += std::chrono::minutes(1);
    CHECK(later.contact({number, email("jane@x.com", "channel")}).root == jane);
    CHECK(later.resolve({number}).grade == "probable");
  }
  SECTION("the company may trust telephones for longer") {
    later.set(R"({"stale_after_days": {"phone": 365}})");
    CHECK(later.resolve({number}).grade == "probable");
    later.set(R"({"stale_after_days": {"phone": 0}})");
    pass(later, 4000);
    CHECK(later.resolve({number}).grade == "probable");
  }
}

TEST_CASE("trap: a recycled number gives way to whatever else its new holder brings") {
  support::Database database;
  World world(database);
  world.set(crm_is_exclusive);
  auto const number = phone("+14155552671");
  auto const jane = world.customer({crm("1"), number, email("jane@x.com")});
  auto const bob = world.customer({crm("2"), email("bob@x.com")});
  pass(world, 90);
  auto const in_doubt = [&](std::vector<Identifier> const& brought) {
    auto const caller = world.contact(brought);
    CHECK(caller.created);
    CHECK(caller.candidates.at(0).customer == jane);
    CHECK(caller.candidates.at(0).grade == "possible");
    return caller;
  };

  SECTION("an email that nobody is known by: hers alone, or his who has the number now") {
    auto const caller = in_doubt({number, email("new@y.com", "channel")});
    CHECK(caller.decision == Decision::review);
    CHECK(world.resolve({email("new@y.com")}).root == caller.root);
    CHECK(values_of(world, jane).size() == 3);
    CHECK(world.resolve({number}).root == jane);
    SECTION("moving it closes the old validity, and history stays") {
      auto const before = world.version(jane);
      CHECK(world.move(*caller.root, number));
      CHECK(world.resolve({number}).root == caller.root);
      CHECK(values_of(world, jane).size() == 2);
      CHECK(world.version(jane) > before);
      CHECK(world.facts(jane).back() == "identifier.detached");
      CHECK(world.facts(*caller.root).back() == "identifier.attached");
      CHECK(world.number("select count(*) from identifier_owners where tenant_id = $1 and type = "
                         "'phone'") == 2);
    }
  }
  SECTION("another customer's email: it is that one who rings") {
    auto const caller = world.contact({number, email("bob@x.com", "claimed")});
    CHECK(caller.root == bob);
    CHECK(world.resolve({number}).root == jane);  // it is not his by that
  }
  SECTION("a customer number that is not hers") {
    CHECK(in_doubt({number, crm("9")}).decision == Decision::conflict);
    CHECK(world.contact({number, crm("2")}).root == bob);
  }
}

TEST_CASE("trap: the customer who changes email, and the stranger who later gets it") {
  support::Database database;
  World world(database);
  auto const old = email("j.smith@x.com", "channel");
  auto const jane = world.customer({old, phone("+14155552671")});
  world.attach(jane, email("jane@y.com"));
  world.detach(jane, old);
  World later = world;
  pass(later, 300);
  auto const stranger = later.contact({old, phone("+14155559999")});
  CHECK(stranger.created);
  CHECK(stranger.root != jane);
  CHECK(later.resolve({old}).root == stranger.root);
  CHECK(later.resolve({email("jane@y.com")}).root == jane);
  CHECK(later.number("select count(*) from identifier_owners where tenant_id = $1 and valid_to is "
                     "not null") == 1);
}

TEST_CASE("trap: a shared landline that one of them takes with her") {
  support::Database database;
  World world(database);
  auto const home = phone("+14155552671");
  auto const jane = world.customer({home, email("jane@x.com")});
  auto const bob = world.customer({email("bob@x.com")});
  CHECK(code_of([&] { world.attach(bob, home); }) == Code::conflict);
  world.attach(bob, home, true);
  CHECK(world.resolve({home}).decision == Decision::review);
  CHECK_FALSE(world.move(bob, home));  // he held it before; now he alone does
  CHECK(world.resolve({home}).root == bob);
  CHECK(values_of(world, jane) == std::vector<std::string>{"jane@x.com"});
}

TEST_CASE("trap: a value that turned out shared is one person's again when a person says so") {
  support::Database database;
  World world(database);
  world.set(crm_is_exclusive);
  auto const mail = email("home@x.com", "channel");
  auto const jane = world.customer({crm("1"), mail});
  world.contact({crm("2"), mail});
  CHECK(world.resolve({mail}).decision == Decision::review);
  world.move(jane, mail);
  CHECK(world.resolve({mail}).root == jane);
  CHECK_FALSE(world.identifiers_of(jane)[1].shared);
}

TEST_CASE("trap: the same contact twice changes nothing") {
  support::Database database;
  World world(database);
  world.set(crm_is_exclusive);
  auto const home = phone("+14155552671");
  auto const jane = world.customer({crm("1"), home});
  std::vector<Identifier> const known{crm("1"), home, phone("anonymous")};
  auto const rows = [&] {
    return world.number(
        "select (select count(*) from identifiers where tenant_id = $1) + "
        "(select count(*) from identifier_owners where tenant_id = $1) + "
        "(select count(*) from identifier_sightings where tenant_id = $1) + "
        "(select count(*) from timeline where tenant_id = $1) + "
        "(select sum(version)::bigint from parts where tenant_id = $1)");
  };
  auto const before = rows();
  for (int i = 0; i < 3; ++i) CHECK(world.contact(known).root == jane);
  CHECK(rows() == before);
}

namespace {

Upserted put(World& world, std::string const& number, std::string const& name,
             Identifier const& more) {
  Upsert upsert{crm(number), {}, {more}};
  upsert.patch.display_name.emplace(name);
  return world.write(
      [&](postgres::Tx& tx) { return identity::upsert(tx, world.actor, upsert, {}); });
}

}  // namespace

TEST_CASE("trap: three names that cannot be one on a mailbox make it shared") {
  support::Database database;
  World world(database);
  auto const info = email("info@acme.com");
  auto const jane = put(world, "1", "Jane Smith", info);
  CHECK(put(world, "2", "Robert Miller", info).conflicts.at(0).reason == "taken");
  CHECK(world.resolve({info}).root == jane.customer);
  CHECK(put(world, "3", "Bob Miller", info).conflicts.size() ==
        1);  // Robert again, by another name
  CHECK(world.resolve({info}).root == jane.customer);
  put(world, "4", "Carol Jones", info);
  CHECK(world.resolve({info}).decision == Decision::review);
  CHECK(world.facts(jane.customer).back() == "identifier.shared");
  CHECK(put(world, "5", "Dieter Weiss", info).conflicts.empty());  // one more of them
}

TEST_CASE("trap: a stale number is good again once its caller was identified") {
  support::Database database;
  World world(database);
  auto const number = phone("+14155552671");
  auto const jane = world.customer({number, email("jane@x.com")});
  pass(world, 100);
  world.actor.now += std::chrono::minutes(1);
  SECTION("on a part of its own") {
    auto const caller = world.contact({number, email("new@x.com")});
    REQUIRE(caller.created);
    CHECK(world.join(*caller.part, jane));
  }
  SECTION("on hers") {
    auto const caller = world.contact({number});
    REQUIRE(caller.root == jane);
    world.write([&](postgres::Tx& tx) {
      confirm_seen(tx, world.actor, parts::lock(tx, world.actor, std::array{jane}), *caller.part);
      return 0;
    });
  }
  CHECK(world.resolve({number}).root == jane);
  CHECK(world.resolve({number}).grade == "probable");
}

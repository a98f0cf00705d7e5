// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>

#include "domain/identity/world.hpp"

using namespace throughline;
using namespace throughline::identity;
using namespace throughline::test;

namespace {

Upserted put(World& world, Upsert const& asked, std::optional<std::int64_t> expected = {}) {
  return world.write([&](postgres::Tx& tx) { return upsert(tx, world.actor, asked, expected); });
}

Upsert by(Identifier key, std::vector<Identifier> more = {}, std::string const& name = "") {
  Upsert asked;
  asked.key = std::move(key);
  asked.identifiers = std::move(more);
  if (!name.empty()) asked.patch.display_name.emplace(name);
  return asked;
}

}  // namespace

TEST_CASE("upsert: makes a customer, then updates the same") {
  support::Database database;
  World world(database);
  auto const key = identifier("account", "shop:1");
  auto const made = put(world, by(key, {email("jane@x.com")}, "Jane"));
  CHECK(made.created);
  CHECK(made.conflicts.empty());
  CHECK(world.get(made.customer).display_name == "Jane");
  CHECK(world.facts(made.customer) ==
        std::vector<std::string>{"customer.created", "identifier.attached", "identifier.attached"});

  auto const again = put(world, by(key, {phone("+14155552671")}));
  CHECK_FALSE(again.created);
  CHECK(again.customer == made.customer);
  CHECK(world.get(made.customer).display_name == "Jane");
  CHECK(world.identifiers_of(made.customer).size() == 3);

  auto const version = world.version(made.customer);
  put(world, by(key, {email("jane@x.com"), phone("+14155552671")}, "Jane"));
  CHECK(world.version(made.customer) == version);
}

TEST_CASE("upsert: what belongs to others is not taken and is said") {
  support::Database database;
  World world(database);
  auto const jane = world.customer({email("jane@x.com")});
  auto const done = put(world, by(identifier("account", "shop:1"),
                                  {email("jane@x.com"), phone("+14155552671")}, "John"));
  CHECK(done.created);
  CHECK(done.customer != jane);
  REQUIRE(done.conflicts.size() == 1);
  CHECK(done.conflicts[0].identifier.value == "jane@x.com");
  REQUIRE(done.conflicts[0].owners.size() == 1);
  CHECK(done.conflicts[0].owners[0].customer == jane);
  CHECK(world.resolve({email("jane@x.com")}).root == jane);
  CHECK(world.resolve({phone("+14155552671")}).root == done.customer);
}

TEST_CASE("upsert: a shared key is ambiguous and nothing is written") {
  support::Database database;
  World world(database);
  auto const home = phone("+14155552671");
  auto const jane = world.customer({home});
  auto const john = world.customer({});
  world.attach(john, home, true);
  try {
    put(world, by(home, {email("new@x.com")}, "Who"));
    FAIL("accepted");
  } catch (Error const& error) {
    CHECK(error.code() == Code::ambiguous);
    REQUIRE(error.members().size() == 1);
    CHECK(error.members()[0].json.find(jane.str()) != std::string::npos);
    CHECK(error.members()[0].json.find(john.str()) != std::string::npos);
  }
  CHECK(world.resolve({email("new@x.com")}).decision == Decision::none);
}

TEST_CASE("upsert: the key's assurance is the best it is named with") {
  support::Database database;
  World world(database);
  auto const made = put(world, by(email("jane@x.com"), {email("JANE@X.com", "authenticated")}));
  auto const owned = world.identifiers_of(made.customer);
  REQUIRE(owned.size() == 1);
  CHECK(owned[0].assurance == "authenticated");
}

TEST_CASE("upsert: If-Match is compared under the lock") {
  support::Database database;
  World world(database);
  auto const key = identifier("account", "shop:1");
  CHECK(code_of([&] { put(world, by(key), 1); }) == Code::version_mismatch);
  CHECK(world.resolve({key}).decision == Decision::none);
  auto const made = put(world, by(key, {}, "Jane"));
  auto const version = world.get(made.customer).version;
  CHECK(code_of([&] { put(world, by(key, {}, "John"), version - 1); }) == Code::version_mismatch);
  put(world, by(key, {}, "John"), version);
  CHECK(world.get(made.customer).display_name == "John");
}

TEST_CASE("upsert: a full customer refuses one more identifier whole") {
  support::Database database;
  World world(database);
  world.lift_class_limits();
  auto const key = identifier("account", "shop:0");
  auto const jane = put(world, by(key)).customer;
  for (std::size_t i = 1; i < identifiers_per_customer_max; ++i) {
    world.attach(jane, identifier("account", "shop:" + std::to_string(i)));
  }
  CHECK(code_of([&] { put(world, by(key, {email("jane@x.com")}, "Jane")); }) == Code::conflict);
  CHECK(world.get(jane).display_name.empty());
  put(world, by(key, {identifier("account", "shop:7")}, "Jane"));
  CHECK(world.get(jane).display_name == "Jane");
}

TEST_CASE("upsert: a merged customer is updated on the part that the key hangs on") {
  support::Database database;
  World world(database);
  auto const home = phone("+14155552671");
  world.customer({home});
  auto const john = world.customer({email("john@x.com")});
  world.attach(john, home, true);
  world.actor.now += std::chrono::minutes(1);
  auto const own = world.contact({home, identifier("account", "app:9")}).part.value();
  REQUIRE(world.join(own, john));
  auto const done = put(world, by(identifier("account", "app:9"), {}, "Johnny"));
  CHECK_FALSE(done.created);
  CHECK(world.get(john).display_name == "Johnny");
  CHECK(world.number("select count(*) from customers where tenant_id = $1 and id = $2 and "
                     "display_name = 'Johnny'",
                     {own}) == 1);
}

TEST_CASE("upsert: whoever is likely known by another key is put to people, and never joined") {
  support::Database database;
  World world(database);
  auto const said = [](Upsert asked, std::string const& given) {
    asked.patch.profile = R"({"given_name": ")" + given +
                          R"(", "family_name": "Oosterhuis", "date_of_birth": "1962-01-17"})";
    return asked;
  };
  auto const open = [&] {
    return world.number("select count(*) from matches where tenant_id = $1 and status = 'open'");
  };
  auto const crm = said(by(identifier("account", "crm:9")), "Wilhelmina");
  auto const first = put(world, said(by(identifier("account", "shop:1")), "Wilhelmina"));
  CHECK_FALSE(first.review);
  auto const other = put(world, crm);
  CHECK(other.created);
  CHECK(other.customer != first.customer);
  REQUIRE(other.review);
  CHECK(world.number("select count(*) from matches m join matches_candidates c on c.tenant_id = "
                     "m.tenant_id and c.match_id = m.id where m.tenant_id = $1 and m.part_id = $2 "
                     "and c.part_id = $3 and m.reason = 'keyed'",
                     {other.customer, first.customer}) == 1);
  CHECK(world.facts(other.customer).back() == "match.raised");
  CHECK(world.number("select count(*) from merges where tenant_id = $1") == 0);

  CHECK_FALSE(put(world, crm).review);  // tells nothing new
  auto const third = put(world, by(identifier("account", "web:3"), {phone("+14155552671")}));
  CHECK_FALSE(third.review);  // tells no more than identifiers
  CHECK(open() == 1);
  CHECK(put(world, said(by(identifier("account", "web:3")), "Wilhelmina")).review);
  CHECK(open() == 2);
  auto stranger = by(identifier("account", "app:4"));
  stranger.patch.profile = R"({"given_name": "Wilhelmina", "family_name": "Marsh"})";
  CHECK_FALSE(put(world, stranger).review);
}

TEST_CASE("upsert: two numbers of which a customer has one are not asked about") {
  support::Database database;
  World world(database);
  world.set(R"({"classes": {"account": {"systems": {"crm": {"class": "exclusive"}}}}})");
  for (std::string const number : {"crm:1", "crm:2"}) {
    auto asked = by(identifier("account", number));
    asked.patch.profile = R"({"full_name": "Ada Okafor", "date_of_birth": "1985-03-07"})";
    CHECK_FALSE(put(world, asked).review);
  }
}

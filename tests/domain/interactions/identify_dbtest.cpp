// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>

#include "support/desk.hpp"
#include "throughline/domain/customers.hpp"

namespace throughline::interactions {
namespace {

using postgres::Tx;
using support::email;
using support::error_of;
using support::phone;

struct Fixture : support::Desk {
  CustomerId known = customer_of(call_from("+19776252661"));
  InteractionId chat = start_later({});

  InteractionId start_chat(std::vector<identity::Identifier> identifiers) {
    Start asked;
    asked.channel = "chat";
    asked.direction = "inbound";
    asked.subject.identifiers = std::move(identifiers);
    return write([&](Tx& tx) { return start(tx, actor, asked); }).id;
  }
  /// Later, because the oldest of two customers is the one that stays.
  InteractionId start_later(std::vector<identity::Identifier> identifiers) {
    actor.now += std::chrono::seconds(1);
    return start_chat(std::move(identifiers));
  }
  void say(InteractionId id, identity::Subject const& subject) {
    write([&](Tx& tx) { identify(tx, actor, id, subject); });
  }
  Interaction read_one(InteractionId id) {
    return read([&](Tx& tx) { return get(tx, id); });
  }
};

TEST_CASE("identify: the caller's part joins the customer named", "[interactions]") {
  Fixture test;
  auto const before = test.read_one(test.chat);
  test.say(test.chat, {{}, test.known});
  auto const after = test.read_one(test.chat);
  CHECK(after.part == before.part);
  CHECK(after.root == test.known);
  CHECK(after.version == before.version + 1);
  CHECK(after.decision == "matched");
  CHECK(after.grade == "certain");
  auto const customer = test.read([&](Tx& tx) { return customers::get(tx, before.part); });
  CHECK(customer.id == test.known);
  CHECK(customer.merged_from == before.part);
  CHECK(test.facts().back() == "interaction.identified");

  auto const facts = test.facts();
  test.say(test.chat, {{}, test.known});
  test.say(test.chat, {{}, before.part});
  test.say(test.chat, {{phone("+19776252661")}, {}});
  CHECK(test.facts() == facts);
}

TEST_CASE("identify: identifiers must lead to exactly one customer", "[interactions]") {
  Fixture test;
  auto const other = test.start_later({email("other@example.com")});
  CHECK(error_of([&] { test.say(test.chat, {{email("nobody@example.com")}, {}}); }) == "not_found");
  CHECK(error_of([&] {
          test.say(test.chat, {{phone("+19776252661"), email("other@example.com")}, {}});
        }) == "ambiguous");
  CHECK(error_of([&] {
          test.say(test.chat, {{}, CustomerId::make(test.actor.now)});
        }) == "invalid /customer_id");
  CHECK(error_of([&] {
          test.say(InteractionId::make(test.actor.now), {{}, test.known});
        }) == "not_found");
  test.say(test.chat, {{email("other@example.com")}, {}});
  CHECK(test.read_one(test.chat).root == test.read_one(other).root);
}

TEST_CASE("identify: doubt ends, and what the caller brought along comes too", "[interactions]") {
  Fixture test;
  test.start_later({email("other@example.com")});
  auto const doubtful = test.start_later(
      {phone("+19776252661"), email("other@example.com"), email("new@example.com")});
  REQUIRE(test.read_one(doubtful).candidates.size() == 2);
  test.say(doubtful, {{phone("+19776252661"), email("new@example.com")}, {}});
  auto const after = test.read_one(doubtful);
  CHECK(after.root == test.known);
  CHECK(after.candidates.empty());
  CHECK(after.decision == "matched");
  CHECK(test.customer_of(test.start_later({email("new@example.com")})) == test.known);
}

TEST_CASE("identify: a caller whom a stale telephone found is made sure of", "[interactions]") {
  Fixture test;
  test.write([](Tx& tx) {
    tx.exec(
        "update identifier_owners set confirmed_last_at = confirmed_last_at - interval '100 days' "
        "where tenant_id = $1",
        {tx.tenant()});
  });
  auto const number = phone("+19776252661");
  auto const call = test.start_later({number});
  REQUIRE(test.read_one(call).root == test.known);
  REQUIRE(test.read_one(call).grade == "possible");
  CHECK(error_of([&] { test.say(test.chat, {{number}, {}}); }) == "ambiguous");

  test.say(call, {{number}, {}});  // tells nothing that was not known
  CHECK(test.read_one(call).grade == "possible");
  test.say(call, {{}, test.known});
  CHECK(test.read_one(call).grade == "certain");
  CHECK(test.read_one(test.start_later({number})).grade == "probable");
}

TEST_CASE("identify: two established customers are not joined", "[interactions]") {
  Fixture test;
  auto const first = test.start_chat({email("other@example.com")});
  test.start_chat({email("other@example.com")});
  auto const facts = test.facts();
  CHECK(error_of([&] { test.say(first, {{}, test.known}); }) == "conflict");
  CHECK(test.facts() == facts);
}

TEST_CASE("identify: another tenant's customer is nobody", "[interactions]") {
  Fixture test;
  Fixture other;
  CHECK(error_of([&] { test.say(test.chat, {{}, other.known}); }) == "invalid /customer_id");
  CHECK(error_of([&] { test.say(other.chat, {{}, test.known}); }) == "not_found");
}

}  // namespace
}  // namespace throughline::interactions

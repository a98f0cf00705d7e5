// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <catch2/catch.hpp>
#include <future>

#include "support/desk.hpp"
#include "throughline/domain/cases.hpp"

namespace throughline::interactions {
namespace {

using postgres::Tx;
using support::email;
using support::error_of;
using support::phone;
using Lines = std::vector<std::string>;

Start contact(std::vector<identity::Identifier> identifiers = {}) {
  Start start;
  start.channel = "chat";
  start.direction = "inbound";
  start.subject.identifiers = std::move(identifiers);
  return start;
}

struct Fixture : support::Desk {
  Started begin(Start const& asked) {
    return write([&](Tx& tx) { return start(tx, actor, asked); });
  }
  Interaction begin_and_read(Start const& asked) {
    auto const id = begin(asked).id;
    return read([&](Tx& tx) { return get(tx, id); });
  }
  CustomerId customer(identity::Identifier const& identifier) {
    return begin_and_read(contact({identifier})).root;
  }
  CaseId open_case(CustomerId customer) {
    cases::Open open;
    open.customer = customer;
    open.subject = "Wrong size";
    return write([&](Tx& tx) { return cases::open(tx, actor, open); }).id;
  }
  std::vector<std::string> identifiers_of(CustomerId customer) {
    return read([&](Tx& tx) {
      std::vector<std::string> values;
      for (auto const& one : identity::identifiers_of(tx, customer)) values.push_back(one.value);
      std::sort(values.begin(), values.end());
      return values;
    });
  }
};

std::vector<CustomerId> candidates_of(Interaction const& value) {
  std::vector<CustomerId> ids;
  for (auto const& candidate : value.candidates) ids.push_back(candidate.customer);
  std::sort(ids.begin(), ids.end());
  return ids;
}

std::vector<CustomerId> sorted(std::vector<CustomerId> ids) {
  std::sort(ids.begin(), ids.end());
  return ids;
}

TEST_CASE("interactions: a start is read back as it was sent", "[interactions]") {
  Fixture test;
  auto asked = contact({phone("+19776252661")});
  asked.channel = "voice";
  asked.direction = "outbound";
  asked.agent = Agent{"bot", "voice-1", "m-4", "p-7", "calm"};
  asked.intent = "return_size";
  asked.external_id = ExternalId{"pbx", "call-1"};
  auto const started = test.begin(asked);
  CHECK(started.created);
  CHECK_FALSE(started.repeated);
  auto const found = test.read([&](Tx& tx) { return get(tx, started.id); });
  CHECK(found.part == found.root);
  CHECK(found.version == 1);
  CHECK(found.channel == "voice");
  CHECK(found.direction == "outbound");
  CHECK(found.status == "live");
  CHECK(found.agent == asked.agent);
  CHECK(found.intent == "return_size");
  CHECK(found.started_at == test.actor.now);
  CHECK(found.message_count == 0);
  CHECK(found.decision == "created");
  CHECK(found.candidates.empty());
  CHECK(found.external_id->id == "call-1");
  CHECK(test.facts() == Lines{"customer.created", "identifier.attached", "interaction.started"});
  CHECK(test.entries().back() == "interaction started");
}

TEST_CASE("interactions: a known caller is matched and nobody created", "[interactions]") {
  Fixture test;
  auto const first = test.begin_and_read(contact({phone("+19776252661")}));
  auto const again = test.begin(contact({phone("+19776252661"), email("cm@example.com")}));
  CHECK_FALSE(again.created);
  auto const second = test.read([&](Tx& tx) { return get(tx, again.id); });
  CHECK(second.root == first.root);
  CHECK(second.decision == "matched");
  CHECK_FALSE(second.grade.empty());
  CHECK(second.assurance == "claimed");
  CHECK(test.identifiers_of(first.root) == Lines{"+19776252661", "cm@example.com"});
}

TEST_CASE("interactions: an anonymous contact has a customer of its own", "[interactions]") {
  Fixture test;
  auto const one = test.begin_and_read(contact());
  auto const other = test.begin_and_read(contact());
  CHECK(one.decision == "created");
  CHECK(one.root != other.root);
}

TEST_CASE("interactions: contradicting identifiers start in doubt", "[interactions]") {
  Fixture test;
  auto const one = test.customer(phone("+19776252661"));
  auto const other = test.customer(email("other@example.com"));
  auto const found = test.begin_and_read(
      contact({phone("+19776252661"), email("other@example.com"), email("new@example.com")}));
  CHECK(found.decision == "conflict");
  CHECK(found.root != one);
  CHECK(found.root != other);
  CHECK(candidates_of(found) == sorted({one, other}));
  CHECK(test.identifiers_of(found.root) == Lines{"new@example.com"});
}

TEST_CASE("interactions: a shared identifier starts in doubt", "[interactions]") {
  Fixture test;
  auto const one = test.customer(phone("+19776252661"));
  auto const other = test.customer(email("other@example.com"));
  test.write([&](Tx& tx) {
    identity::attach(tx, test.actor, other, phone("+19776252661"), identity::Others::share);
  });
  auto const found = test.begin_and_read(contact({phone("+19776252661")}));
  CHECK(found.decision == "review");
  CHECK(candidates_of(found) == sorted({one, other}));
  auto const decided =
      test.begin_and_read(contact({phone("+19776252661"), email("other@example.com")}));
  CHECK(decided.root == other);
  CHECK(decided.candidates.empty());
}

TEST_CASE("interactions: a customer named is the customer", "[interactions]") {
  Fixture test;
  auto const one = test.customer(phone("+19776252661"));
  auto const other = test.customer(email("other@example.com"));
  auto asked = contact({email("new@example.com"), email("other@example.com")});
  asked.subject.customer = one;
  auto const found = test.begin_and_read(asked);
  CHECK(found.root == one);
  CHECK(found.decision == "matched");
  CHECK(candidates_of(found) == std::vector{other});
  CHECK(test.identifiers_of(one) == Lines{"+19776252661", "new@example.com"});
  CHECK(test.identifiers_of(other) == Lines{"other@example.com"});

  asked.subject.customer = CustomerId::make(test.actor.now);
  CHECK(error_of([&] { test.begin(asked); }) == "invalid /customer_id");
  Fixture elsewhere;
  asked.subject.customer = elsewhere.customer(phone("+19776252661"));
  CHECK(error_of([&] { test.begin(asked); }) == "invalid /customer_id");
}

TEST_CASE("interactions: a case named decides where identifiers don't", "[interactions]") {
  Fixture test;
  auto const one = test.customer(phone("+19776252661"));
  auto const other = test.customer(email("other@example.com"));
  auto asked = contact();
  asked.case_id = test.open_case(one);
  CHECK(test.begin_and_read(asked).root == one);
  CHECK(test.begin_and_read(asked).case_id == asked.case_id);

  test.write([&](Tx& tx) {
    identity::attach(tx, test.actor, other, phone("+19776252661"), identity::Others::share);
  });
  asked.subject.identifiers = {phone("+19776252661")};
  auto const shared = test.begin_and_read(asked);
  CHECK(shared.root == one);
  CHECK(candidates_of(shared) == std::vector{other});

  asked.subject.identifiers = {email("other@example.com")};
  CHECK(error_of([&] { test.begin(asked); }) == "conflict");
  auto const old = phone("+19776252662");
  test.customer(old);
  test.write([](Tx& tx) {
    tx.exec(
        "update identifier_owners set confirmed_last_at = confirmed_last_at - interval '100 days' "
        "where tenant_id = $1",
        {tx.tenant()});
  });
  asked.subject.identifiers = {old};  // stale: possibly theirs, and no reason to doubt the case
  CHECK(test.begin_and_read(asked).root == one);
  asked.subject = {{}, other};
  CHECK(error_of([&] { test.begin(asked); }) == "conflict");
  asked.case_id = CaseId::make(test.actor.now);
  CHECK(error_of([&] { test.begin(asked); }) == "invalid /case_id");
}

TEST_CASE("interactions: a start repeated by external id finds the first", "[interactions]") {
  Fixture test;
  auto asked = contact({phone("+19776252661")});
  asked.external_id = ExternalId{"pbx", "call-1"};
  auto const first = test.begin(asked);
  auto const facts = test.facts();
  asked.subject.identifiers = {phone("+18597879085")};
  auto const second = test.begin(asked);
  CHECK(second.repeated);
  CHECK(second.id == first.id);
  CHECK_FALSE(second.created);
  CHECK(test.facts() == facts);
}

TEST_CASE("interactions: a start in the past needs a scope of its own", "[interactions]") {
  Fixture test;
  auto asked = contact({phone("+19776252661")});
  asked.started_at = test.actor.now - std::chrono::hours(48);
  CHECK(test.begin_and_read(asked).started_at == asked.started_at);
  test.actor.scopes = *parse_scopes("interactions:write");
  CHECK(error_of([&] { test.begin(asked); }) == "forbidden");
  asked.started_at = test.actor.now + std::chrono::hours(1);
  CHECK(error_of([&] { test.begin(asked); }) == "invalid /started_at");
}

TEST_CASE("interactions: callers with one new number are one customer", "[interactions]") {
  Fixture test;
  test.database.pool();
  constexpr int callers = 16;
  std::vector<std::future<Started>> running;
  for (int i = 0; i < callers; ++i) {
    running.push_back(std::async(std::launch::async, [&test] {
      return test.begin(contact({phone("+19776252661"), email("cm@example.com")}));
    }));
  }
  std::vector<CustomerId> roots;
  int created = 0;
  for (auto& one : running) {
    auto const started = one.get();
    created += started.created ? 1 : 0;
    roots.push_back(test.customer_of(started.id));
  }
  CHECK(created == 1);
  CHECK(std::count(roots.begin(), roots.end(), roots.front()) == callers);
}

}  // namespace
}  // namespace throughline::interactions

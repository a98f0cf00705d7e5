// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <catch2/catch.hpp>
#include <future>

#include "support/desk.hpp"
#include "throughline/domain/cases.hpp"

namespace throughline::cases {
namespace {

using postgres::Tx;
using support::error_of;
using Lines = std::vector<std::string>;

struct Fixture : support::Desk {
  InteractionId call = call_from("+19776252661");
  CustomerId customer = customer_of(call);

  Open asked(std::string subject = "Wrong size") {
    Open open;
    open.customer = customer;
    open.subject = std::move(subject);
    return open;
  }
  Opened open_case(Open const& what) {
    return write([&](Tx& tx) { return open(tx, actor, what); });
  }
  Case read_case(CaseId id) {
    return read([&](Tx& tx) { return get(tx, id); });
  }
  void patch(CaseId id, Patch const& what, std::optional<std::int64_t> expected = {}) {
    write([&](Tx& tx) { update(tx, actor, id, what, expected); });
  }
  void move_to(CaseId id, std::string status) {
    Patch what;
    what.status = std::move(status);
    patch(id, what);
  }
  std::vector<CaseId> ids_of(Filter const& filter, std::size_t limit = 2) {
    std::vector<CaseId> found;
    PageRequest request{limit, {}};
    do {
      auto const page = read([&](Tx& tx) { return list(tx, filter, request); });
      CHECK(page.items.size() <= limit);
      for (auto const& item : page.items) found.push_back(item.id);
      request.after = page.next;
    } while (!request.after.empty());
    return found;
  }
};

Lines last(Lines const& lines, std::size_t count) {
  return {lines.end() - static_cast<std::ptrdiff_t>(count), lines.end()};
}

TEST_CASE("cases: a case is read back as it was opened", "[cases]") {
  Fixture test;
  test.actor.now += std::chrono::seconds(1);
  auto what = test.asked();
  what.intent = "return_size";
  what.priority = "high";
  what.assignee = "mara";
  what.attributes = R"({"order":{"id":7}})";
  what.external_id = ExternalId{"crm", "c-1"};
  auto const id = test.open_case(what).id;
  auto const found = test.read_case(id);
  CHECK(found.number == 1000);
  CHECK(found.part == test.customer);
  CHECK(found.root == test.customer);
  CHECK_FALSE(found.opening_interaction);
  CHECK(found.version == 1);
  CHECK(found.subject == "Wrong size");
  CHECK(found.intent == "return_size");
  CHECK(found.status == "open");
  CHECK(found.priority == "high");
  CHECK(found.assignee == "mara");
  CHECK(found.open_question.empty());
  CHECK(found.attributes == R"({"order": {"id": 7}})");
  CHECK(found.opened_at == test.actor.now);
  CHECK(found.updated_at == test.actor.now);
  CHECK_FALSE(found.resolved_at);
  CHECK(found.external_id->system == "crm");
  CHECK(test.facts().back() == "case.opened");
  CHECK(test.entries().back() == "case opened");
  CHECK(test.leaks_of("Wrong size") == 0);
}

TEST_CASE("cases: a case opened in an interaction is linked with it", "[cases]") {
  Fixture test;
  auto what = test.asked();
  what.customer.reset();
  what.interaction = test.call;
  auto const id = test.open_case(what).id;
  CHECK(test.read_case(id).opening_interaction == test.call);
  CHECK(test.read_case(id).part == test.customer);
  auto const call = test.read([&](Tx& tx) { return interactions::get(tx, test.call); });
  CHECK(call.case_id == id);
  CHECK(call.version == 2);
  CHECK(last(test.facts(), 2) == Lines{"case.opened", "interaction.updated case_id"});
}

TEST_CASE("cases: an unknown opener is named", "[cases]") {
  Fixture test;
  Fixture other;
  auto const facts = test.facts();
  auto what = test.asked();
  for (CustomerId const unknown : {CustomerId::make(test.actor.now), other.customer}) {
    what.customer = unknown;
    CHECK(error_of([&] { test.open_case(what); }) == "invalid /customer_id");
  }
  what.customer.reset();
  for (InteractionId const unknown : {InteractionId::make(test.actor.now), other.call}) {
    what.interaction = unknown;
    CHECK(error_of([&] { test.open_case(what); }) == "invalid /interaction_id");
  }
  CHECK(test.facts() == facts);
}

TEST_CASE("cases: numbers run from 1000 per tenant, without gaps", "[cases]") {
  Fixture test;
  Fixture other;
  CHECK(test.read_case(test.open_case(test.asked()).id).number == 1000);
  CHECK(error_of([&] {
          test.write([&](Tx& tx) {
            open(tx, test.actor, test.asked());
            throw Error(Code::conflict, "rolled back");
          });
        }) == "conflict");
  CHECK(test.read_case(test.open_case(test.asked()).id).number == 1001);
  CHECK(other.read_case(other.open_case(other.asked()).id).number == 1000);
}

TEST_CASE("cases: cases opened at once get numbers of their own", "[cases]") {
  Fixture test;
  constexpr int writers = 8;
  constexpr int each = 5;
  std::vector<std::future<void>> running;
  test.database.pool();
  for (int w = 0; w < writers; ++w) {
    CustomerId const customer = test.customer_of(test.call_from("+1977625200" + std::to_string(w)));
    running.push_back(std::async(std::launch::async, [&test, customer] {
      auto what = test.asked();
      what.customer = customer;
      for (int i = 0; i < each; ++i) test.open_case(what);
    }));
  }
  for (auto& one : running) one.get();
  std::vector<std::int64_t> numbers;
  for (CaseId const id : test.ids_of({}, 200)) numbers.push_back(test.read_case(id).number);
  std::sort(numbers.begin(), numbers.end());
  REQUIRE(numbers.size() == writers * each);
  CHECK(numbers.front() == 1000);
  CHECK(numbers.back() == 1000 + writers * each - 1);
  CHECK(std::adjacent_find(numbers.begin(), numbers.end()) == numbers.end());
}

TEST_CASE("cases: a repeat by external id finds the first and writes nothing", "[cases]") {
  Fixture test;
  auto what = test.asked();
  what.external_id = ExternalId{"crm", "c-1"};
  auto const first = test.open_case(what);
  auto const facts = test.facts();
  auto const second = test.open_case(what);
  CHECK_FALSE(first.repeated);
  CHECK(second.repeated);
  CHECK(second.id == first.id);
  CHECK(test.facts() == facts);
  CHECK(test.read_case(test.open_case(test.asked()).id).number == 1001);
}

TEST_CASE("cases: past times need a scope of their own", "[cases]") {
  Fixture test;
  auto what = test.asked();
  what.opened_at = test.actor.now - std::chrono::hours(48);
  CHECK(test.read_case(test.open_case(what).id).opened_at == what.opened_at);
  test.actor.scopes = *parse_scopes("cases:write");
  CHECK(error_of([&] { test.open_case(what); }) == "forbidden");
  what.opened_at = test.actor.now + std::chrono::hours(1);
  CHECK(error_of([&] { test.open_case(what); }) == "invalid /opened_at");
}

TEST_CASE("cases: status moves as the lifecycle allows", "[cases]") {
  Fixture test;
  auto const id = test.open_case(test.asked()).id;
  test.actor.now += std::chrono::minutes(5);
  test.move_to(id, "pending");
  test.actor.now += std::chrono::minutes(5);
  test.move_to(id, "resolved");
  CHECK(test.read_case(id).resolved_at == test.actor.now);
  test.actor.now += std::chrono::minutes(5);
  test.move_to(id, "open");
  CHECK_FALSE(test.read_case(id).resolved_at);
  test.actor.now += std::chrono::minutes(5);
  test.move_to(id, "closed");
  auto const closed = test.read_case(id);
  CHECK(closed.closed_at == test.actor.now);
  CHECK(closed.version == 5);
  CHECK(last(test.entries(), 4) ==
        Lines{"case pending", "case resolved", "case open", "case closed"});
  CHECK(test.facts().back() == "case.updated status");

  test.move_to(id, "closed");
  CHECK(test.read_case(id).version == 5);
  for (auto const* status : {"open", "pending", "resolved"}) {
    CHECK(error_of([&] { test.move_to(id, status); }) == "conflict");
  }
  Patch what;
  what.assignee = "mara";
  test.patch(id, what);
  CHECK(test.read_case(id).assignee == "mara");
}

TEST_CASE("cases: a patch sets, clears and leaves alone", "[cases]") {
  Fixture test;
  auto opening = test.asked();
  opening.intent = "return_size";
  opening.assignee = "mara";
  auto const id = test.open_case(opening).id;
  test.actor.now += std::chrono::minutes(1);
  Patch what;
  what.subject = "Wrong colour";
  what.priority = "urgent";
  what.intent = std::optional<std::string>();
  what.open_question = "Which one was ordered?";
  test.patch(id, what);
  auto found = test.read_case(id);
  CHECK(found.subject == "Wrong colour");
  CHECK(found.priority == "urgent");
  CHECK(found.intent.empty());
  CHECK(found.assignee == "mara");
  CHECK(found.open_question == "Which one was ordered?");
  CHECK(found.version == 2);
  CHECK(found.updated_at == test.actor.now);
  CHECK(test.facts().back() == "case.updated subject,intent,priority,open_question");

  auto const facts = test.facts();
  test.actor.now += std::chrono::minutes(1);
  test.patch(id, what);
  test.patch(id, {});
  CHECK(test.read_case(id).version == 2);
  CHECK(test.read_case(id).updated_at == found.updated_at);
  CHECK(test.facts() == facts);

  what = {};
  what.open_question = std::optional<std::string>();
  what.assignee = std::optional<std::string>();
  test.patch(id, what);
  found = test.read_case(id);
  CHECK(found.open_question.empty());
  CHECK(found.assignee.empty());
  CHECK(test.leaks_of("colour") == 0);
}

TEST_CASE("cases: attributes are merged as RFC 7396 has it", "[cases]") {
  Fixture test;
  auto opening = test.asked();
  opening.attributes = R"({"order":7,"size":{"wanted":8,"sent":7}})";
  auto const id = test.open_case(opening).id;
  Patch what;
  what.attributes = R"({"order":null,"size":{"sent":9}})";
  test.patch(id, what);
  CHECK(test.read_case(id).attributes == R"({"size": {"sent": 9, "wanted": 8}})");
  CHECK(test.facts().back() == "case.updated attributes");
  what.attributes = R"({"size":{"sent":9},"order":null})";
  test.patch(id, what);
  CHECK(test.read_case(id).version == 2);

  what.attributes = R"({"a":")" + std::string(10000, 'a') + R"("})";
  test.patch(id, what);
  what.attributes = R"({"b":")" + std::string(10000, 'b') + R"("})";
  CHECK(error_of([&] { test.patch(id, what); }) == "invalid /attributes");
  what.attributes = "null";
  test.patch(id, what);
  CHECK(test.read_case(id).attributes == "{}");
}

TEST_CASE("cases: a patch based on another version is refused", "[cases]") {
  Fixture test;
  auto const id = test.open_case(test.asked()).id;
  Patch what;
  what.subject = "Wrong colour";
  test.patch(id, what, 1);
  what.subject = "Wrong brand";
  CHECK(error_of([&] { test.patch(id, what, 1); }) == "version_mismatch");
  CHECK(test.read_case(id).subject == "Wrong colour");
}

TEST_CASE("cases: lists filter, combine filters and page to the end", "[cases]") {
  Fixture test;
  CustomerId const other = test.customer_of(test.call_from("+18597879085"));
  std::vector<CaseId> mine;
  for (int i = 0; i < 7; ++i) {
    auto what = test.asked();
    what.assignee = i % 2 == 0 ? "mara" : "finn";
    what.opened_at = test.actor.now - std::chrono::hours(i / 3);
    mine.push_back(test.open_case(what).id);
  }
  auto what = test.asked();
  what.customer = other;
  auto const theirs = test.open_case(what).id;
  test.move_to(mine[0], "pending");

  auto const all = test.ids_of({});
  CHECK(all.size() == 8);
  for (std::size_t i = 1; i < all.size(); ++i) {
    auto const newer = test.read_case(all[i - 1]);
    auto const older = test.read_case(all[i]);
    CHECK(std::pair(newer.opened_at, newer.id) > std::pair(older.opened_at, older.id));
  }
  CHECK(
      test.ids_of({.status = {}, .assignee = {}, .customer = test.customer, .number = {}}).size() ==
      7);
  CHECK(test.ids_of({.status = {}, .assignee = {}, .customer = other, .number = {}}) ==
        std::vector{theirs});
  CHECK(test.ids_of({.status = "pending", .assignee = {}, .customer = {}, .number = {}}) ==
        std::vector{mine[0]});
  CHECK(test.ids_of({.status = {}, .assignee = "mara", .customer = {}, .number = {}}).size() == 4);
  CHECK(test.ids_of({.status = "open", .assignee = "mara", .customer = test.customer, .number = {}})
            .size() == 3);
  CHECK(test.ids_of({.status = {}, .assignee = {}, .customer = {}, .number = 1001}) ==
        std::vector{mine[1]});
  CHECK(test.ids_of({.status = {}, .assignee = {}, .customer = other, .number = 1001}).empty());
  CustomerId const unknown = CustomerId::make(test.actor.now);
  CHECK(test.ids_of({.status = {}, .assignee = {}, .customer = unknown, .number = {}}).empty());
}

TEST_CASE("cases: a merged customer's cases are listed under each of its ids", "[cases]") {
  Fixture test;
  test.actor.now += std::chrono::minutes(1);
  auto const chat = test.call_from("+18597879085", "chat");
  CustomerId const newcomer = test.customer_of(chat);
  auto what = test.asked();
  auto const first = test.open_case(what).id;
  what.customer.reset();
  what.interaction = chat;
  test.actor.now += std::chrono::minutes(1);
  auto const second = test.open_case(what).id;
  test.write([&](Tx& tx) { interactions::identify(tx, test.actor, chat, {{}, test.customer}); });
  for (CustomerId const id : {test.customer, newcomer}) {
    CHECK(test.ids_of({.status = {}, .assignee = {}, .customer = id, .number = {}}, 1) ==
          std::vector{second, first});
  }
  auto const found = test.read_case(second);
  CHECK(found.part == newcomer);
  CHECK(found.root == test.customer);
  Patch patch;
  patch.subject = "Still wrong";
  test.patch(second, patch);
  CHECK(test.read_case(second).subject == "Still wrong");
}

TEST_CASE("cases: another tenant's case is not there", "[cases]") {
  Fixture test;
  Fixture other;
  auto const id = other.open_case(other.asked()).id;
  CHECK(error_of([&] { test.read_case(id); }) == "not_found");
  CHECK(error_of([&] { test.move_to(id, "closed"); }) == "not_found");
  CHECK(error_of([&] { test.write([&](Tx& tx) { lock(tx, test.actor, id); }); }) == "not_found");
  CHECK(test.ids_of({}).empty());
  CHECK(test.ids_of({.status = {}, .assignee = {}, .customer = other.customer, .number = {}})
            .empty());
  CHECK(other.read_case(id).status == "open");
}

}  // namespace
}  // namespace throughline::cases

// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <catch2/catch.hpp>
#include <thread>

#include "support/desk.hpp"
#include "throughline/domain/cases.hpp"
#include "throughline/domain/commitments.hpp"
#include "throughline/domain/merges.hpp"

namespace throughline::commitments {
namespace {

using postgres::Tx;
using std::chrono::hours;
using std::chrono::minutes;
using support::error_of;
using Lines = std::vector<std::string>;

struct Fixture : support::Desk {
  InteractionId call = call_from("+19776252661", "email");  // never falls silent
  CustomerId customer = customer_of(call);
  CaseId case_id = open_case(customer);
  alarms::Handler handler = alarms().front();

  CaseId open_case(CustomerId whose) {
    cases::Open open;
    open.customer = whose;
    open.subject = "Wrong size";
    return write([&](Tx& tx) { return cases::open(tx, actor, open).id; });
  }
  NewCommitment asked(std::chrono::microseconds due_in = hours(2)) const {
    NewCommitment what;
    what.what = "A manager calls back";
    what.due_at = actor.now + due_in;
    return what;
  }
  Made promise(NewCommitment const& what) {
    return write([&](Tx& tx) { return make(tx, actor, case_id, what); });
  }
  CommitmentId promise(std::chrono::microseconds due_in = hours(2)) {
    return promise(asked(due_in)).id;
  }
  Commitment find(CommitmentId id) {
    return read([&](Tx& tx) { return get(tx, id); });
  }
  void patch(CommitmentId id, Patch const& what, std::optional<std::int64_t> expected = {}) {
    write([&](Tx& tx) { update(tx, actor, id, what, expected); });
  }
  void settle(CommitmentId id, std::string status) {
    Patch what;
    what.status = std::move(status);
    patch(id, what);
  }
  std::vector<CommitmentId> ids_of(Filter const& filter, std::size_t limit = 2) {
    std::vector<CommitmentId> found;
    PageRequest request{limit, {}};
    do {
      auto const page = read([&](Tx& tx) { return list(tx, filter, request); });
      CHECK(page.items.size() <= limit);
      for (auto const& item : page.items) found.push_back(item.id);
      request.after = page.next;
    } while (!request.after.empty());
    return found;
  }
  Lines last_facts(std::size_t count) {
    auto const all = facts();
    return {all.end() - static_cast<std::ptrdiff_t>(count), all.end()};
  }
  std::int64_t version() {
    return read([&](Tx& tx) {
      return tx
          .exec("select version from parts where tenant_id = $1 and id = $2",
                {tenant, customer})[0][0]
          .integer();
    });
  }
};

TEST_CASE("commitments: one is read back as it was made", "[commitments]") {
  Fixture test;
  test.actor.now += minutes(1);
  auto what = test.asked();
  what.agent = Agent{"bot", "chat-1", "m-7", "", ""};
  what.interaction_id = test.call;
  what.external_id = ExternalId{"crm", "p-1"};
  auto const id = test.promise(what).id;
  auto const found = test.find(id);
  CHECK(found.case_id == test.case_id);
  CHECK(found.part == test.customer);
  CHECK(found.root == test.customer);
  CHECK(found.version == 1);
  CHECK(found.what == what.what);
  CHECK(found.status == "open");
  CHECK(found.channel == "email");
  CHECK(found.due_at == what.due_at);
  CHECK_FALSE(found.overdue);
  CHECK(found.agent == what.agent);
  CHECK(found.interaction_id == test.call);
  CHECK(found.at == test.actor.now);
  CHECK_FALSE(found.settled_at);
  CHECK_FALSE(found.settled_by);
  CHECK(found.external_id->id == "p-1");
  CHECK(test.facts().back() == "commitment.made");
  CHECK(test.entries().back() == "commitment made");
  CHECK(test.alarms_set() == Lines{"commitment_due " + format_rfc3339(what.due_at)});
  CHECK(test.leaks_of("manager") == 0);
}

TEST_CASE("commitments: what can't be promised is named and leaves nothing", "[commitments]") {
  Fixture test;
  Fixture other;
  auto const facts = test.facts();
  CHECK(error_of([&] { test.promise(test.asked(hours(0))); }) == "invalid /due_at");
  CHECK(error_of([&] { test.promise(test.asked(-hours(1))); }) == "invalid /due_at");
  CHECK(error_of([&] { test.promise(test.asked(due_ahead_max + hours(1))); }) == "invalid /due_at");
  auto what = test.asked();
  auto const stranger = test.call_from("+18597879085", "email");
  for (InteractionId const id : {InteractionId::make(test.actor.now), other.call, stranger}) {
    what.interaction_id = id;
    CHECK(error_of([&] { test.promise(what); }) == "invalid /interaction_id");
  }
  what = test.asked();
  for (CaseId const id : {CaseId::make(test.actor.now), other.case_id}) {
    CHECK(error_of([&] { test.write([&](Tx& tx) { make(tx, test.actor, id, what); }); }) ==
          "not_found");
  }
  CHECK(test.ids_of({}).empty());
  CHECK(test.alarms_set().empty());
  CHECK(test.facts().size() == facts.size() + 3);  // the stranger's call
}

TEST_CASE("commitments: a repeat by external id finds the first and writes nothing",
          "[commitments]") {
  Fixture test;
  auto what = test.asked();
  what.external_id = ExternalId{"crm", "p-1"};
  auto const first = test.promise(what);
  auto const facts = test.facts();
  auto const second = test.promise(what);
  CHECK_FALSE(first.repeated);
  CHECK(second.repeated);
  CHECK(second.id == first.id);
  CHECK(test.facts() == facts);
}

TEST_CASE("commitments: one made in the past that fell due since is overdue from the start",
          "[commitments]") {
  Fixture test;
  auto what = test.asked(-hours(1));
  what.at = test.actor.now - hours(3);
  auto const id = test.promise(what).id;
  CHECK(test.find(id).overdue);
  CHECK(test.find(id).at == what.at);
  CHECK(test.last_facts(2) == Lines{"commitment.made", "commitment.overdue"});
  CHECK(test.alarms_set().empty());
  what.due_at = *what.at;
  CHECK(error_of([&] { test.promise(what); }) == "invalid /due_at");
  test.actor.scopes = *parse_scopes("cases:write");
  what.due_at = test.actor.now + hours(1);
  CHECK(error_of([&] { test.promise(what); }) == "forbidden");
}

TEST_CASE("commitments: the due time is a fact of its moment, once", "[commitments]") {
  Fixture test;
  auto const id = test.promise(hours(2));
  auto const due_at = test.find(id).due_at;
  auto const before = test.version();
  test.actor.now = due_at - std::chrono::microseconds(1);
  CHECK(test.ring(test.handler) == 0);
  CHECK_FALSE(test.find(id).overdue);
  test.actor.now = due_at + minutes(3);
  CHECK(test.ring(test.handler) == 1);
  CHECK(test.find(id).overdue);
  CHECK(test.find(id).version == 2);
  CHECK(test.version() == before + 1);
  CHECK(test.facts().back() == "commitment.overdue");
  CHECK(test.entries().back() == "commitment overdue");
  CHECK(test.read([&](Tx& tx) {
    return tx
        .exec("select at from timeline where tenant_id = $1 and fact = 'overdue'",
              {test.tenant})[0][0]
        .time();
  }) == due_at);
  CHECK(test.ring(test.handler) == 0);
  CHECK(test.find(id).version == 2);
}

TEST_CASE("commitments: two sweepers tell the due time once", "[commitments]") {
  Fixture test;
  std::vector<CommitmentId> ids;
  for (int i = 0; i < 20; ++i) ids.push_back(test.promise(hours(2)));
  test.actor.now += hours(3);
  std::vector<std::thread> sweepers;
  for (int i = 0; i < 4; ++i) sweepers.emplace_back([&] { test.ring(test.handler); });
  for (auto& sweeper : sweepers) sweeper.join();
  auto const facts = test.facts();
  CHECK(std::count(facts.begin(), facts.end(), "commitment.overdue") == 20);
  for (auto const id : ids) CHECK(test.find(id).version == 2);
}

TEST_CASE("commitments: settling takes the alarm away and tells it once", "[commitments]") {
  Fixture test;
  for (auto const* status : {"kept", "broken", "cancelled"}) {
    auto const id = test.promise();
    auto const before = test.version();
    test.actor.now += minutes(1);
    test.settle(id, status);
    CHECK(test.find(id).status == status);
    CHECK(test.find(id).settled_at == test.actor.now);
    CHECK(test.version() == before + 1);
    CHECK(test.facts().back() == "commitment.settled status,settled_at");
    CHECK(test.entries().back() == "commitment " + std::string(status));
    auto const facts = test.facts();
    test.settle(id, status);
    CHECK(test.facts() == facts);
    CHECK(error_of([&] { test.settle(id, "open"); }) == "conflict");
  }
  CHECK(test.alarms_set().empty());
}

TEST_CASE("commitments: kept late is kept, and overdue comes first however late the sweeper is",
          "[commitments]") {
  Fixture test;
  auto const id = test.promise(hours(2));
  test.actor.now += hours(3);
  test.settle(id, "kept");
  CHECK(test.find(id).status == "kept");
  CHECK(test.find(id).overdue);
  CHECK(test.last_facts(2) == Lines{"commitment.overdue", "commitment.settled status,settled_at"});
  CHECK(test.ring(test.handler) == 0);
}

TEST_CASE("commitments: a new due time moves the alarm and clears overdue", "[commitments]") {
  Fixture test;
  auto const id = test.promise(hours(2));
  test.actor.now += hours(2);
  test.ring(test.handler);
  test.actor.now += minutes(1);
  Patch what;
  what.due_at = test.actor.now + hours(1);
  test.patch(id, what);
  CHECK_FALSE(test.find(id).overdue);
  CHECK(test.facts().back() == "commitment.updated due_at");
  CHECK(test.entries().back() == "commitment rescheduled");
  CHECK(test.alarms_set() == Lines{"commitment_due " + format_rfc3339(*what.due_at)});
  test.actor.now += hours(1);
  CHECK(test.ring(test.handler) == 1);
  CHECK(test.find(id).overdue);

  what = {};
  what.what = "A manager writes";
  test.patch(id, what);
  CHECK(test.find(id).what == "A manager writes");
  CHECK(test.facts().back() == "commitment.updated what");
  CHECK(test.alarms_set().empty());
}

TEST_CASE("commitments: a patch based on another version is refused", "[commitments]") {
  Fixture test;
  auto const id = test.promise();
  Patch what;
  what.what = "A manager writes";
  test.patch(id, what, 1);
  CHECK(error_of([&] { test.patch(id, what, 1); }) == "version_mismatch");
  CHECK(error_of([&] { test.patch(CommitmentId::make(test.actor.now), what); }) == "not_found");
}

TEST_CASE("commitments: lists run by due time, filter and page to the end", "[commitments]") {
  Fixture test;
  std::vector<CommitmentId> ids;
  for (int const due : {5, 3, 4, 1, 2}) ids.push_back(test.promise(hours(due)));
  test.settle(ids[3], "kept");
  auto const mine = test.case_id;
  auto const stranger = test.customer_of(test.call_from("+18597879085"));
  test.case_id = test.open_case(stranger);
  auto const theirs = test.promise(hours(6));

  CHECK(test.ids_of({}) == std::vector{ids[3], ids[4], ids[1], ids[2], ids[0], theirs});
  Filter open;
  open.status = "open";
  CHECK(test.ids_of(open, 1) == std::vector{ids[4], ids[1], ids[2], ids[0], theirs});
  Filter kept;
  kept.status = "kept";
  CHECK(test.ids_of(kept) == std::vector{ids[3]});
  open.due_before = test.actor.now + hours(4);
  CHECK(test.ids_of(open) == std::vector{ids[4], ids[1]});
  Filter of_stranger;
  of_stranger.customer = stranger;
  CHECK(test.ids_of(of_stranger) == std::vector{theirs});
  Filter of_case;
  of_case.case_id = mine;
  of_case.customer = stranger;
  CHECK(test.ids_of(of_case).empty());
  of_case.customer = test.customer;
  of_case.status = "open";
  CHECK(test.ids_of(of_case) == std::vector{ids[4], ids[1], ids[2], ids[0]});
  Filter of_nobody;
  of_nobody.customer = CustomerId::make(test.actor.now);
  CHECK(test.ids_of(of_nobody).empty());
}

TEST_CASE("commitments: an undo takes another customer's interaction away, and nothing else",
          "[commitments]") {
  Fixture test;
  test.actor.now += minutes(1);
  auto const chat = test.call_from("+18597879085", "chat");
  auto const newcomer = test.customer_of(chat);
  auto const merged = test.write([&](Tx& tx) {
    return merges::merge(tx, test.actor, {test.customer, newcomer, "they say so", {}});
  });
  auto what = test.asked();
  what.interaction_id = chat;
  auto const crossing = test.promise(what).id;
  what.interaction_id = test.call;
  auto const staying = test.promise(what).id;
  Filter by_newcomer;
  by_newcomer.customer = newcomer;
  CHECK(test.ids_of(by_newcomer).size() == 2);

  merges::Undo undo;
  undo.merge = merged.value().id;
  test.write([&](Tx& tx) { merges::undo(tx, test.actor, undo); });
  CHECK_FALSE(test.find(crossing).interaction_id);
  CHECK(test.find(crossing).version == 2);
  CHECK(test.find(crossing).channel == "chat");
  CHECK(test.find(staying).interaction_id == test.call);
  CHECK(test.find(staying).version == 1);
  CHECK(test.ids_of(by_newcomer).empty());
  auto const facts = test.facts();
  CHECK(std::count(facts.begin(), facts.end(), "commitment.updated interaction_id") == 1);
}

TEST_CASE("commitments: another tenant's commitment is not there", "[commitments]") {
  Fixture test;
  Fixture other;
  auto const id = other.promise();
  CHECK(error_of([&] { test.find(id); }) == "not_found");
  CHECK(error_of([&] { test.settle(id, "kept"); }) == "not_found");
  CHECK(test.ids_of({}).empty());
  Filter filter;
  filter.customer = other.customer;
  CHECK(test.ids_of(filter).empty());
  filter = {};
  filter.case_id = other.case_id;
  CHECK(test.ids_of(filter).empty());
  CHECK(other.find(id).status == "open");
}

}  // namespace
}  // namespace throughline::commitments

// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// Handoffs of customers who were one and are two again.
#include <algorithm>
#include <catch2/catch.hpp>

#include "domain/handoffs/desk.hpp"
#include "throughline/domain/merges.hpp"

namespace throughline::handoffs {
namespace {

using namespace std::chrono_literals;

struct Twins : HandoffDesk {
  InteractionId call = start("voice", "+18597879085");
  CustomerId one = customer_of(chat), other = customer_of(call);
  MergeId merge = joined();
  CaseId problem = case_of_other();

  MergeId joined() {
    return write([&](postgres::Tx& tx) {
      return merges::merge(tx, actor, {one, other, "they say so", {}}).value().id;
    });
  }
  /// The chat is on a case of the other part.
  CaseId case_of_other() {
    cases::Open open;
    open.customer = other;
    open.subject = "A lamp";
    auto const id = write([&](postgres::Tx& tx) { return cases::open(tx, actor, open).id; });
    put_on(id);
    return id;
  }
  void put_on(std::optional<CaseId> about) {
    interactions::Patch patch;
    patch.case_id = about;
    write([&](postgres::Tx& tx) { interactions::update(tx, actor, chat, patch, {}); });
  }
  merges::Undone part() {
    pass(1s);
    return write([&](postgres::Tx& tx) {
      return merges::undo(tx, actor, {merge, merges::Undo::How::merge, {}, "", {}});
    });
  }
};

TEST_CASE("handoffs: an undo takes links across the cut away", "[handoffs]") {
  Twins test;
  auto const id = test.offered();
  CHECK(test.found(id).case_id == test.problem);
  test.take(id, mara, test.call);
  auto const packet = test.whole(id).packet;
  auto const count = test.facts().size();
  auto const version = test.found(id).version;
  test.part();
  auto const value = test.found(id);
  CHECK(value.root == test.customer_of(test.chat));
  CHECK_FALSE(value.case_id);
  CHECK_FALSE(value.receiving_interaction);
  CHECK(value.version == version + 1);
  CHECK(test.whole(id).packet == packet);
  auto const facts = test.facts_since(count);
  CHECK(std::count(facts.begin(), facts.end(), "handoff.updated case_id") == 1);
  CHECK(std::count(facts.begin(), facts.end(), "handoff.updated receiving_interaction_id") == 1);
  // The call stays with who took it; what is said there is nothing to the chat's handoff.
  CHECK(test.interaction(test.call).agent == mara);
  test.say(test.call, {line("agent", "This is Mara")}, mara);
  CHECK_FALSE(test.found(id).first_message_at);
  test.say(test.chat, {line("agent", "This is Mara")}, mara);
  CHECK(test.found(id).first_message_at == test.actor.now);
}

TEST_CASE("handoffs: links within one side stay", "[handoffs]") {
  Twins test;
  auto const own = test.start("voice", caller);
  test.put_on({});
  test.problem = test.open_case();
  auto const id = test.offered();
  test.take(id, mara, own);
  auto const version = test.found(id).version;
  test.part();
  CHECK(test.found(id).case_id == test.problem);
  CHECK(test.found(id).receiving_interaction == own);
  CHECK(test.found(id).version == version);
}

TEST_CASE("handoffs: an offer that waits goes with its interaction", "[handoffs]") {
  Twins test;
  auto const id = test.offered();
  test.part();
  CHECK(support::error_of([&] { test.take(id, mara, test.call); }) == "invalid /interaction_id");
  test.take(id, mara);
  CHECK(test.interaction(test.chat).agent == mara);
}

}  // namespace
}  // namespace throughline::handoffs

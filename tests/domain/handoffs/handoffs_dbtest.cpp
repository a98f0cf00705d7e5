// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include <atomic>
#include <catch2/catch.hpp>
#include <thread>

#include "domain/handoffs/desk.hpp"

namespace throughline::handoffs {
namespace {

using namespace std::chrono_literals;
using support::error_of;
using Lines = std::vector<std::string>;

TEST_CASE("handoffs: an offer is read back as it was made", "[handoffs]") {
  HandoffDesk test;
  CaseId const problem = test.open_case();
  auto asked = test.to_queue();
  asked.to.channel = "voice";
  asked.to.agent = mara;
  asked.reason = "Wants a \"person\"\n\\";
  test.pass(1s);
  auto const count = test.facts().size();
  auto const id = test.offer_with(asked);
  auto const value = test.found(id);
  CHECK(value.status == "offered");
  CHECK(value.version == 1);
  CHECK(value.interaction == test.chat);
  CHECK(value.channel == "chat");
  CHECK(value.case_id == problem);
  CHECK(value.from == bot);
  CHECK(value.to.channel == "voice");
  CHECK(value.to.queue == "returns");
  CHECK(value.to.agent == mara);
  CHECK(value.reason == asked.reason);
  CHECK(value.offered_at == test.actor.now);
  CHECK(value.expires_at == test.actor.now + expires_after_default);
  CHECK_FALSE(value.answered_at);
  CHECK(test.facts_since(count) == Lines{"handoff.offered"});
  CHECK(test.entries().back() == "handoff offered");
  CHECK(test.leaks_of("person") == 0);
}

TEST_CASE("handoffs: what cannot be offered is refused", "[handoffs]") {
  HandoffDesk test;
  auto asked = test.to_queue();
  auto const count = test.facts().size();
  auto const told = [&] { return error_of([&] { test.offer_with(asked); }); };
  asked.expires_at = test.actor.now;
  CHECK(told() == "invalid /expires_at");
  asked.expires_at = test.actor.now + expires_after_max + 1s;
  CHECK(told() == "invalid /expires_at");
  asked.expires_at.reset();
  asked.interaction = InteractionId::make(test.actor.now);
  CHECK(told() == "invalid /interaction_id");
  HandoffDesk other;
  asked.interaction = other.chat;
  CHECK(told() == "invalid /interaction_id");
  CHECK(test.facts().size() == count);

  asked = test.to_queue();
  test.offer_with(asked);
  CHECK(told() == "conflict");
  asked.interaction = test.start("voice", caller);
  test.write([&](postgres::Tx& tx) {
    interactions::end(tx, test.actor, asked.interaction, {"resolved", {}, {}}, {});
  });
  CHECK(told() == "conflict");
}

TEST_CASE("handoffs: who accepts becomes the current agent", "[handoffs]") {
  HandoffDesk test;
  auto const id = test.offered();
  auto const before = test.interaction(test.chat);
  auto const count = test.facts().size();
  test.pass(30s);
  test.take(id, mara);
  auto const value = test.found(id);
  CHECK(value.status == "accepted");
  CHECK(value.version == 2);
  CHECK(value.answered_at == test.actor.now);
  CHECK(value.answered_by == mara);
  CHECK_FALSE(value.receiving_interaction);
  auto const after = test.interaction(test.chat);
  CHECK(after.agent == mara);
  CHECK(after.version == before.version + 1);
  CHECK(after.handed_over_at == test.actor.now);
  CHECK(test.facts_since(count) == Lines{"handoff.accepted", "interaction.updated agent"});
  CHECK(test.entries().back() == "handoff accepted");
  // Its expiry is nothing to it any more.
  test.pass(1h);
  test.ring();
  CHECK(test.found(id).status == "accepted");
  CHECK(test.found(id).version == value.version);
}

TEST_CASE("handoffs: an answer is given once", "[handoffs]") {
  HandoffDesk test;
  auto const id = test.offered();
  test.take(id, mara);
  auto const count = test.facts().size();
  test.pass(1s);
  test.take(id, mara);  // said twice
  CHECK(test.found(id).answered_at == test.actor.now - 1s);
  CHECK(error_of([&] { test.take(id, noah); }) == "conflict");
  CHECK(error_of([&] { test.take(id, mara, test.start("voice", "+18597879085")); }) == "conflict");
  CHECK(error_of([&] { test.turn_down(id); }) == "conflict");
  CHECK(error_of([&] { test.take_back(id); }) == "conflict");
  CHECK(test.interaction(test.chat).agent == mara);

  auto again = test.to_queue();
  again.agent = mara;
  auto const declined = test.offer_with(again);
  test.turn_down(declined, noah);
  CHECK(test.found(declined).status == "declined");
  CHECK(test.found(declined).answered_by == noah);
  CHECK(test.found(declined).answer_reason == "No time");
  test.turn_down(declined, noah);
  CHECK(error_of([&] { test.turn_down(declined, mara); }) == "conflict");
  CHECK(error_of([&] { test.take(declined, noah); }) == "conflict");

  auto const cancelled = test.offer_with(again);
  test.take_back(cancelled);
  test.take_back(cancelled);
  CHECK(error_of([&] { test.take(cancelled, noah); }) == "conflict");
  CHECK(test.found(cancelled).answer_reason == "Solved it");
  CHECK(test.interaction(test.chat).agent == mara);
  auto const facts = test.facts_since(count);
  CHECK(Lines(facts.end() - 4, facts.end()) ==
        Lines{"handoff.offered", "handoff.declined", "handoff.offered", "handoff.cancelled"});
  CHECK(error_of([&] { test.take(HandoffId::make(test.actor.now), mara); }) == "not_found");
  CHECK(error_of([&] { test.found(HandoffId::make(test.actor.now)); }) == "not_found");
}

TEST_CASE("handoffs: of many who accept at once one does", "[handoffs]") {
  HandoffDesk test;
  auto const id = test.offered();
  std::atomic<int> accepted{0}, refused{0};
  std::vector<std::thread> desks;
  for (int i = 0; i < 8; ++i) {
    desks.emplace_back([&, i] {
      Agent const agent{"human", "desk-" + std::to_string(i), "", "", ""};
      try {
        test.take(id, agent);
        ++accepted;
      } catch (Error const& error) {
        if (error.code() == Code::conflict) ++refused;
      }
    });
  }
  for (auto& desk : desks) desk.join();
  CHECK(accepted == 1);
  CHECK(refused == 7);
  CHECK(test.interaction(test.chat).agent == test.found(id).answered_by);
}

TEST_CASE("handoffs: whom it was offered to alone answers it", "[handoffs]") {
  HandoffDesk test;
  auto asked = test.to_queue();
  asked.to.agent = Agent{"human", "mara", "", "", ""};
  auto const id = test.offer_with(asked);
  CHECK(error_of([&] { test.take(id, noah); }) == "conflict");
  CHECK(error_of([&] { test.turn_down(id, noah); }) == "conflict");
  CHECK(test.found(id).status == "offered");
  CHECK(error_of([&] { test.take(id, bot); }) == "conflict");
  test.take(id, mara);
  asked.to = {"", "returns", {}};
  asked.agent = mara;
  CHECK(error_of([&, next = test.offer_with(asked)] { test.take(next, mara); }) ==
        "invalid /agent");
}

TEST_CASE("handoffs: If-Match asks for the version", "[handoffs]") {
  HandoffDesk test;
  auto const id = test.offered();
  CHECK(error_of([&] { test.take(id, mara, {}, 2); }) == "version_mismatch");
  test.show(id, mara);
  CHECK(error_of([&] { test.take(id, mara, {}, 1); }) == "version_mismatch");
  test.take(id, mara, {}, 2);
  CHECK(test.found(id).version == 3);
}

TEST_CASE("handoffs: the receiver's own interaction is handed over with it", "[handoffs]") {
  HandoffDesk test;
  auto const call = test.start("voice", caller, Agent{"bot", "voice-1", "", "", ""});
  auto const stranger = test.start("voice", "+18597879085");
  auto const over = test.start("voice", caller);
  test.write([&](postgres::Tx& tx) {
    interactions::end(tx, test.actor, over, {"resolved", {}, {}}, {});
  });
  auto const id = test.offered();
  for (auto const wrong : {stranger, over, test.chat, InteractionId::make(test.actor.now)}) {
    CHECK(error_of([&] { test.take(id, mara, wrong); }) == "invalid /interaction_id");
  }
  CHECK(test.found(id).status == "offered");
  auto const count = test.facts().size();
  test.take(id, mara, call);
  CHECK(test.found(id).receiving_interaction == call);
  CHECK(test.interaction(call).agent == mara);
  CHECK(test.interaction(test.chat).agent == mara);
  CHECK(test.facts_since(count) ==
        Lines{"handoff.accepted", "interaction.updated agent", "interaction.updated agent"});
}

TEST_CASE("handoffs: an offer may be accepted after its interaction has ended", "[handoffs]") {
  HandoffDesk test;
  auto const id = test.offered();
  test.write([&](postgres::Tx& tx) {
    interactions::end(tx, test.actor, test.chat, {"transferred", {}, {}}, {});
  });
  test.pass(5s);
  test.take(id, mara);
  CHECK(test.found(id).status == "accepted");
  CHECK(error_of([&] { test.say(test.chat, {line("agent", "Still here")}, bot); }) == "handed_off");
}

TEST_CASE("handoffs: nobody answers, and it expires at its moment", "[handoffs]") {
  HandoffDesk test;
  auto asked = test.to_queue();
  asked.expires_at = test.actor.now + 90s;
  auto const id = test.offer_with(asked);
  test.pass(89s);
  CHECK(test.ring() == 0);
  CHECK(test.found(id).status == "offered");
  test.pass(2s);
  // The fact is only to follow; nobody answers meanwhile.
  CHECK(error_of([&] { test.take(id, mara); }) == "conflict");
  CHECK(error_of([&] { test.turn_down(id); }) == "conflict");
  CHECK(error_of([&] { test.take_back(id); }) == "conflict");
  auto const count = test.facts().size();
  CHECK(test.ring() == 1);
  auto const value = test.found(id);
  CHECK(value.status == "expired");
  CHECK(value.answered_at == asked.expires_at);
  CHECK_FALSE(value.answered_by);
  CHECK(test.facts_since(count) == Lines{"handoff.expired"});
  CHECK(test.entries().back() == "handoff expired");
  CHECK(test.ring() == 0);  // once
  CHECK(error_of([&] { test.take(id, mara); }) == "conflict");
  test.offered();  // and the interaction may be offered again
}

TEST_CASE("handoffs: every agent who was shown the packet is kept, once", "[handoffs]") {
  HandoffDesk test;
  auto const id = test.offered();
  auto const count = test.facts().size();
  test.show(id, noah);
  test.pass(1s);
  test.show(id, mara);
  test.pass(1s);
  test.show(id, mara);
  auto const whole = test.whole(id);
  REQUIRE(whole.reads.size() == 2);
  CHECK(whole.reads[0].agent == noah);
  CHECK(whole.reads[1].agent == mara);
  CHECK(whole.reads[1].at == test.actor.now - 1s);
  CHECK(whole.handoff.version == 3);
  CHECK_FALSE(whole.handoff.read_at);
  CHECK(test.facts_since(count) == Lines{"handoff.read", "handoff.read"});
  // Of those it counts for the receiver what the receiver read.
  SECTION("before") {
    test.take(id, mara);
    CHECK(test.found(id).read_at == test.actor.now - 1s);
  }
  SECTION("afterwards") {
    Agent const late{"human", "late", "", "", ""};
    test.take(id, late);
    CHECK_FALSE(test.found(id).read_at);
    test.pass(1s);
    test.show(id, late);
    CHECK(test.found(id).read_at == test.actor.now);
  }
}

TEST_CASE("handoffs: inboxes by queue and agent, the latest first", "[handoffs]") {
  HandoffDesk test;
  std::vector<HandoffId> made;
  auto const put = [&](std::string queue, std::optional<Agent> agent) {
    test.pass(1s);
    auto asked = test.to_queue(std::move(queue));
    asked.interaction = test.start("chat", caller, bot);
    asked.to.agent = std::move(agent);
    made.push_back(test.offer_with(asked));
  };
  put("returns", {});
  put("returns", mara);
  put("billing", mara);
  put("", mara);
  test.take(made[0], noah);
  auto const ids = [&](Filter const& filter) {
    std::vector<HandoffId> seen;
    PageRequest request{1, {}};
    do {
      auto const page = test.read([&](postgres::Tx& tx) { return list(tx, filter, request); });
      for (auto const& one : page.items) seen.push_back(one.id);
      request.after = page.next;
    } while (!request.after.empty());
    return seen;
  };
  using Ids = std::vector<HandoffId>;
  CHECK(ids({}) == Ids{made[3], made[2], made[1], made[0]});
  CHECK(ids({"offered", "returns", {}}) == Ids{made[1]});
  CHECK(ids({{}, "returns", {}}) == Ids{made[1], made[0]});
  CHECK(ids({"offered", {}, "mara"}) == Ids{made[3], made[2], made[1]});
  CHECK(ids({"accepted", {}, "noah"}) == Ids{made[0]});
  CHECK(ids({{}, "billing", "noah"}).empty());
  CHECK(ids({"declined", {}, {}}).empty());
}

}  // namespace
}  // namespace throughline::handoffs

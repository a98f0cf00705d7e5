// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// Who may say what once a handoff was accepted, and what is lost on the way.
#include <catch2/catch.hpp>

#include "domain/handoffs/desk.hpp"

namespace throughline::handoffs {
namespace {

using namespace std::chrono_literals;
using support::error_of;
using Lines = std::vector<std::string>;

struct Speaking : HandoffDesk {
  std::string told(std::vector<interactions::NewMessage> const& lines,
                   std::optional<Agent> const& agent = {}) {
    return error_of([&] { say(chat, lines, agent); });
  }
  interactions::Message last() {
    return read([&](postgres::Tx& tx) {
      return interactions::messages(tx, chat, {200, {}}).items.back();
    });
  }
};

interactions::NewMessage said_at(std::string role, Timestamp at) {
  auto message = line(std::move(role), "Of before");
  message.at = at;
  return message;
}

TEST_CASE("speaking: after acceptance only who accepted speaks as the agent", "[handoffs]") {
  Speaking test;
  test.say(test.chat, {line("agent", "Let me find somebody")}, bot);
  auto const id = test.offered();
  test.say(test.chat, {line("agent", "One moment")}, bot);  // offered is not accepted
  test.pass(10s);
  test.take(id, mara);
  auto const count = test.facts().size();

  CHECK(test.told({line("agent", "As an AI")}, bot) == "handed_off");
  CHECK(test.told({line("agent", "As an AI")}, noah) == "handed_off");
  CHECK(test.told({line("agent", "Who says this?")}) == "handed_off");
  CHECK(test.told({line("customer", "Hello?"), line("agent", "As an AI")}, bot) == "handed_off");
  test.pass(10s);
  CHECK(test.told({said_at("agent", test.actor.now - 5s)}, bot) == "handed_off");
  CHECK(test.facts().size() == count);  // refused whole

  CHECK(test.told({line("agent", "This is Mara")}, mara) == "nothing");
  CHECK(test.last().agent == mara);
  Agent const newer{"human", "mara", "", "", ""};
  CHECK(test.told({line("agent", "Still Mara")}, newer) == "nothing");
}

TEST_CASE("speaking: the refusal names who speaks now", "[handoffs]") {
  Speaking test;
  test.take(test.offered(), mara);
  try {
    test.say(test.chat, {line("agent", "As an AI")}, bot);
    FAIL("the bot went on talking");
  } catch (Error const& error) {
    CHECK(error.code() == Code::handed_off);
    REQUIRE(error.members().size() == 1);
    CHECK(error.members()[0].name == "agent");
    CHECK(error.members()[0].json == to_json(mara));
  }
}

TEST_CASE("speaking: what others have to tell is taken still", "[handoffs]") {
  Speaking test;
  auto const id = test.offered();
  test.pass(10s);
  test.take(id, mara);
  test.pass(10s);

  // The customer's words, brought by the bot, which does not become the current agent by that.
  CHECK(test.told({line("customer", "Hello?"), line("system", "typing")}, bot) == "nothing");
  CHECK(test.interaction(test.chat).agent == mara);
  // Lines of before, said by whoever is named, else by who was the agent then.
  CHECK(test.told({said_at("agent", test.actor.now - 11s)}, bot) == "nothing");
  CHECK(test.last().agent == bot);
  CHECK(test.told({said_at("agent", test.actor.now - 11s)}) == "nothing");
  CHECK(test.last().agent == bot);
  CHECK(test.interaction(test.chat).agent == mara);
  CHECK_FALSE(test.found(id).first_message_at);
  // Summary and end.
  test.write([&](postgres::Tx& tx) {
    interactions::Patch patch;
    patch.summary = "Passed on";
    interactions::update(tx, test.actor, test.chat, patch, {});
    interactions::heartbeat(tx, test.actor, test.chat);
  });
  test.write([&](postgres::Tx& tx) {
    interactions::end(tx, test.actor, test.chat, {"transferred", {}, {}}, {});
  });
  CHECK(test.told({line("agent", "After the end")}, bot) == "handed_off");
}

TEST_CASE("speaking: repeats of what was written before are answered as ever", "[handoffs]") {
  Speaking test;
  auto known = line("agent", "Said once");
  known.external_id = ExternalId{"chat", "m-1"};
  auto const first = test.say(test.chat, {known}, bot);
  test.take(test.offered(), mara);
  CHECK(test.say(test.chat, {known}, bot).front().id == first.front().id);
  auto fresh = line("agent", "Not yet said");
  fresh.external_id = ExternalId{"chat", "m-2"};
  CHECK(test.told({known, fresh}, bot) == "handed_off");
  // The foreign id is free still.
  CHECK_FALSE(test.say(test.chat, {fresh}, mara).front().repeated);
}

TEST_CASE("speaking: each line is judged by who had the word then", "[handoffs]") {
  Speaking test;
  auto const start = test.actor.now;
  test.pass(10s);
  test.take(test.offered(), mara);  // at 10
  test.pass(10s);
  auto next = test.to_queue();
  next.agent = mara;
  test.take(test.offer_with(next), noah);  // at 20
  test.pass(10s);
  CHECK(test.told({said_at("agent", start + 15s)}, mara) == "nothing");
  CHECK(test.told({said_at("agent", start + 15s)}, bot) == "handed_off");
  CHECK(test.told({said_at("agent", start + 15s)}, noah) == "handed_off");
  CHECK(test.told({said_at("agent", start + 5s)}, bot) == "nothing");
  CHECK(test.told({said_at("agent", start + 25s)}, mara) == "handed_off");
  CHECK(test.told({said_at("agent", start + 25s)}, noah) == "nothing");
  CHECK(test.told({said_at("agent", start + 20s)}, mara) == "handed_off");
}

TEST_CASE("speaking: only who has the word passes it on", "[handoffs]") {
  Speaking test;
  test.take(test.offered(), mara);
  auto again = test.to_queue();
  CHECK(error_of([&] { test.offer_with(again); }) == "handed_off");
  again.agent = bot;
  CHECK(error_of([&] { test.offer_with(again); }) == "handed_off");
  again.agent = mara;
  test.take(test.offer_with(again), noah);
  CHECK(test.interaction(test.chat).agent == noah);
}

TEST_CASE("speaking: what is kept of many handovers is bounded", "[handoffs]") {
  Speaking test;
  auto const start = test.actor.now;
  Agent holder = bot;
  for (std::size_t i = 0; i < interactions::hand_overs_max + 5; ++i) {
    test.pass(1s);
    Agent const next{"human", "desk-" + std::to_string(i), "", "", ""};
    auto asked = test.to_queue();
    asked.agent = holder;
    test.take(test.offer_with(asked), next);
    holder = next;
  }
  CHECK(test.told({line("agent", "Me")}, holder) == "nothing");
  CHECK(test.told({line("agent", "Me")}, bot) == "handed_off");
  CHECK(test.told({said_at("agent", start)}, bot) == "nothing");
}

TEST_CASE("speaking: what the receiver says first is kept, and whether they had read",
          "[handoffs]") {
  Speaking test;
  bool const has_read = GENERATE(true, false);
  auto const call = test.start("voice", caller);
  auto const id = test.offered();
  test.pass(20s);
  if (has_read) test.show(id, mara);
  test.show(id, noah);
  test.take(id, mara, call);
  auto const version = test.found(id).version;
  std::string const packet = has_read ? "read" : "unread";
  std::string const counted =
      "throughline_handoff_first_message_wait_seconds_count{packet=\"" + packet + "\"}";
  auto const before = test.metric(counted);
  auto const count = test.facts().size();

  test.pass(7s);
  test.say(call, {line("customer", "Hello?")});
  CHECK_FALSE(test.found(id).first_message_at);
  // The first that came in, whatever time a later one tells.
  test.say(call, {line("agent", "This is Mara"), said_at("agent", test.actor.now - 2s)}, mara);
  auto const value = test.found(id);
  CHECK(value.first_message_at == test.actor.now);
  CHECK(value.read_before_first_message == has_read);
  CHECK(value.version == version + 1);
  CHECK(test.facts_since(count) ==
        Lines{"message.added", "message.added", "message.added",
              "handoff.updated first_message_at,read_before_first_message"});
  CHECK(test.metric(counted) == before + 1);

  // Once, in whichever of the two; reading it afterwards changes nothing about that.
  test.pass(7s);
  test.show(id, mara);
  test.say(test.chat, {line("agent", "In the chat, too")}, mara);
  CHECK(test.found(id).first_message_at == value.first_message_at);
  CHECK(test.found(id).read_before_first_message == has_read);
  CHECK(test.found(id).read_at.has_value());
  CHECK(test.metric(counted) == before + 1);
}

TEST_CASE("speaking: answers are counted with the wait for them", "[handoffs]") {
  Speaking test;
  auto const total = [&](std::string const& status) {
    return test.metric("throughline_handoffs_total{status=\"" + status + "\"}");
  };
  std::string const sum = "throughline_handoff_answer_wait_seconds_sum{status=\"accepted\"}";
  auto const offered = total("offered"), accepted = total("accepted"), waited = test.metric(sum);
  auto const id = test.offered();
  test.pass(45s);
  test.take(id, mara);
  test.take(id, mara);
  CHECK(total("offered") == offered + 1);
  CHECK(total("accepted") == accepted + 1);
  CHECK(test.metric(sum) == waited + 45);
  // What was rolled back did not happen.
  CHECK_THROWS(test.write([&](postgres::Tx& tx) {
    auto asked = test.to_queue();
    asked.agent = mara;
    offer(tx, test.actor, asked);
    throw Error(Code::conflict, "not now");
  }));
  CHECK(total("offered") == offered + 1);
}

}  // namespace
}  // namespace throughline::handoffs

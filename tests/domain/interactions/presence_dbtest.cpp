// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// Contacts that fall silent and revive, and how their customers feel, under a clock that the test
// moves.
#include <algorithm>
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>
#include <thread>
#include <vector>

#include "support/alarms.hpp"
#include "support/desk.hpp"
#include "throughline/domain/cases.hpp"
#include "throughline/domain/context.hpp"
#include "throughline/domain/interactions_presence.hpp"

namespace throughline::interactions {
namespace {

using postgres::Tx;
using std::chrono::seconds;
using support::error_of;
using support::test_now;

constexpr seconds voice_limit{120};

NewMessage says(std::string role, std::optional<double> sentiment = {}) {
  NewMessage message;
  message.role = std::move(role);
  message.text = "Hello";
  message.sentiment = sentiment;
  return message;
}

struct Fixture : support::Desk {
  InteractionId call = call_from("+19776252661");

  Interaction found(InteractionId id) {
    return read([&](Tx& tx) { return get(tx, id); });
  }
  Interaction found() { return found(call); }
  void say(NewMessage const& message, std::optional<Agent> const& agent = {}) {
    write([&](Tx& tx) { append(tx, actor, call, {&message, 1}, agent); });
  }
  void beat() {
    write([&](Tx& tx) { heartbeat(tx, actor, call); });
  }
  void finish(std::string const& outcome) {
    write([&](Tx& tx) { end(tx, actor, call, {outcome, {}, {}}, {}); });
  }
  /// The clock goes on; whatever falls due on the way rings at its end.
  void wait(std::chrono::microseconds time) {
    actor.now += time;
    support::ring(database, tenant, actor.now);
  }
  void set_limit(std::string const& channel, int limit) {
    write([&](Tx& tx) {
      auto const patch = nlohmann::json{{"silent_after_seconds", {{channel, limit}}}}.dump();
      settings::change(tx, actor, presence_section(), patch, {});
    });
  }
  std::int64_t facts_of(std::string const& type) {
    auto const all = facts();
    return std::count(all.begin(), all.end(), type);
  }
  nlohmann::json context() {
    auto const root = customer_of(call);
    return read([&](Tx& tx) {
      return nlohmann::json::parse(context::assemble(tx, actor, root)->body);
    });
  }
};

TEST_CASE("presence: a call that nobody hears of is abandoned at its very moment", "[presence]") {
  Fixture test;
  test.wait(voice_limit - std::chrono::microseconds(1));
  CHECK(test.found().status == "live");
  test.wait(std::chrono::microseconds(1));
  auto const silent = test.found();
  CHECK(silent.status == "ended");
  CHECK(silent.outcome == "abandoned");
  CHECK(silent.fell_silent);
  CHECK(silent.ended_at == test_now + voice_limit);
  CHECK(silent.version == 2);
  CHECK(test.facts_of("interaction.ended") == 1);
  CHECK(test.entries().back() == "interaction ended");
  CHECK(test.context().at("live").empty());
  CHECK(test.context().at("recent_interactions")[0].at("outcome") == "abandoned");
  test.wait(std::chrono::hours(1));
  CHECK(test.facts_of("interaction.ended") == 1);
  CHECK(support::alarms_set(test.database, test.tenant) == 0);
}

TEST_CASE("presence: noticed late, it ended when it fell silent all the same", "[presence]") {
  Fixture test;
  test.wait(std::chrono::hours(3));
  CHECK(test.found().ended_at == test_now + voice_limit);
}

TEST_CASE("presence: heartbeats and lines keep it alive, a system's line does not", "[presence]") {
  Fixture test;
  auto const version = test.found().version;
  auto const facts = test.facts().size();
  for (int i = 0; i < 3; ++i) {
    test.wait(seconds(100));
    test.beat();
  }
  CHECK(test.found().version == version);
  CHECK(test.facts().size() == facts);
  test.wait(seconds(100));
  test.say(says("customer"));
  test.wait(seconds(100));
  test.say(says("agent"), Agent{"bot", "voice-1", {}, {}, {}});
  test.wait(seconds(100));
  CHECK(test.found().status == "live");
  test.say(says("system"));
  test.wait(seconds(20));
  CHECK(test.found().fell_silent);
  CHECK(test.found().ended_at == test_now + seconds(500) + voice_limit);
}

TEST_CASE("presence: channels without a limit never fall silent", "[presence]") {
  Fixture test;
  for (auto const* channel : {"email", "sms", "social", "web", "store", "in_app"}) {
    test.call = test.call_from("+18597879085", channel);
    test.wait(std::chrono::hours(48));
    INFO(channel);
    CHECK(test.found().status == "live");
  }
  test.call = test.call_from("+18597879085", "chat");
  test.wait(seconds(299));
  CHECK(test.found().status == "live");
  test.wait(seconds(1));
  CHECK(test.found().fell_silent);
}

TEST_CASE("presence: limits are the tenant's to set, and go for contacts that are live",
          "[presence]") {
  Fixture test;
  test.set_limit("voice", 600);
  test.wait(voice_limit);
  CHECK(test.found().status == "live");
  test.wait(seconds(480));
  CHECK(test.found().ended_at == test_now + seconds(600));

  test.call = test.call_from("+19776252661");
  test.set_limit("voice", 0);
  test.wait(std::chrono::hours(1));
  CHECK(test.found().status == "live");
  CHECK(support::alarms_set(test.database, test.tenant) == 0);

  test.set_limit("sms", 30);
  test.call = test.call_from("+19776252661", "sms");
  test.wait(seconds(30));
  CHECK(test.found().fell_silent);
}

TEST_CASE("presence: its next line revives it, whoever says it, and once", "[presence]") {
  for (std::string const role : {"customer", "agent"}) {
    Fixture test;
    test.wait(voice_limit);
    auto const version = test.found().version;
    test.actor.now += seconds(10);
    test.say(says(role), Agent{"human", "mara", {}, {}, {}});
    auto const revived = test.found();
    CHECK(revived.status == "live");
    CHECK_FALSE(revived.fell_silent);
    CHECK_FALSE(revived.ended_at);
    CHECK(revived.outcome.empty());
    CHECK(revived.agent->id == "mara");
    CHECK(revived.version == version + 1);
    test.say(says(role));
    CHECK(test.facts_of("interaction.revived") == 1);
    CHECK(test.context().at("live")[0].at("agent").at("id") == "mara");
    test.wait(voice_limit - seconds(1));
    CHECK(test.found().status == "live");
    test.wait(seconds(1));
    CHECK(test.found().fell_silent);
    CHECK(test.facts_of("interaction.ended") == 2);
  }
}

TEST_CASE("presence: neither heartbeats nor late or system's lines revive it", "[presence]") {
  Fixture test;
  test.wait(voice_limit + seconds(60));
  CHECK(error_of([&] { test.beat(); }) == "conflict");
  auto late = says("customer");
  late.at = test_now + seconds(119);
  test.say(late);
  test.say(says("system"));
  CHECK(test.found().fell_silent);
  CHECK(test.found().message_count == 2);
  late.at = test_now + seconds(121);
  test.say(late);
  CHECK(test.found().status == "live");
}

TEST_CASE("presence: what was ended on purpose stays ended", "[presence]") {
  Fixture test;
  test.finish("abandoned");
  CHECK(support::alarms_set(test.database, test.tenant) == 0);
  test.say(says("customer"));
  CHECK(test.found().status == "ended");
  CHECK(test.facts_of("interaction.revived") == 0);
}

TEST_CASE("presence: an end that comes after the silence counts", "[presence]") {
  for (std::string const outcome : {"resolved", "abandoned"}) {
    Fixture test;
    test.wait(voice_limit);
    test.actor.now += seconds(5);
    test.finish(outcome);
    auto const ended = test.found();
    CHECK(ended.outcome == outcome);
    CHECK_FALSE(ended.fell_silent);
    CHECK(ended.ended_at == test.actor.now);
    CHECK(test.facts_of("interaction.ended") == 2);
    CHECK(error_of([&] { test.finish("escalated"); }) == "conflict");
    test.say(says("customer"));
    CHECK(test.found().status == "ended");
  }
}

TEST_CASE("presence: two sweepers at once end each silent contact once", "[presence]") {
  Fixture test;
  constexpr int callers = 24;
  for (int i = 1; i < callers; ++i) test.call_from("+1977625" + std::to_string(2000 + i));
  auto const now = test.actor.now + voice_limit;
  std::vector<std::thread> sweepers;
  for (int i = 0; i < 2; ++i) {
    sweepers.emplace_back([&] { support::ring(test.database, test.tenant, now); });
  }
  for (auto& sweeper : sweepers) sweeper.join();
  CHECK(test.facts_of("interaction.ended") == callers);
  CHECK(support::alarms_set(test.database, test.tenant) == 0);
}

TEST_CASE("presence: heartbeats race with the sweeper, and one of them wins whole", "[presence]") {
  Fixture test;
  test.finish("resolved");
  for (int round = 0; round < 20; ++round) {
    test.call = test.call_from("+19776252661");
    auto const before = test.facts_of("interaction.ended");
    auto const start = test.actor.now;
    test.actor.now += voice_limit;
    bool refused = false;
    std::thread beating([&] { refused = error_of([&] { test.beat(); }) == "conflict"; });
    support::ring(test.database, test.tenant, test.actor.now);
    beating.join();
    auto const after = test.found();
    CHECK(after.fell_silent == refused);
    CHECK(test.facts_of("interaction.ended") == before + (refused ? 1 : 0));
    if (refused) CHECK(after.ended_at == start + voice_limit);
    if (!refused) test.finish("resolved");
  }
}

TEST_CASE("sentiment: the customer's lines move the contact's, agents' do not", "[presence]") {
  Fixture test;
  test.say(says("agent", -1.0));
  CHECK_FALSE(test.found().sentiment);
  CHECK(test.found().trend.empty());
  CHECK(test.found().version == 1);
  test.say(says("customer", 0.2));
  CHECK(test.found().sentiment == 0.2);
  CHECK(test.found().trend == "steady");
  CHECK(test.found().version == 2);
  CHECK(test.facts().back() == "interaction.updated sentiment");
  test.say(says("customer", -0.6));
  CHECK(test.found().sentiment == -0.2);
  CHECK(test.found().trend == "falling");
  auto const live = test.context().at("live")[0];
  CHECK(live.at("sentiment") == nlohmann::json{{"last", -0.2}, {"trend", "falling"}});
  auto const version = test.found().version;
  test.say(says("customer"));
  CHECK(test.found().version == version);
  for (int i = 0; i < 30; ++i) test.say(says("customer", -0.2));
  CHECK(test.found().sentiment == -0.2);
  CHECK(test.found().trend == "steady");
}

TEST_CASE("sentiment: moves within the dead band are no trend", "[presence]") {
  Fixture test;
  Patch patch;
  auto const set = [&](std::optional<double> sentiment) {
    patch.sentiment = std::optional(sentiment);
    test.write([&](Tx& tx) { update(tx, test.actor, test.call, patch, {}); });
    return test.found().trend;
  };
  CHECK(set(0.5) == "steady");
  CHECK(set(0.375) == "steady");   // against 0.475: a tenth less, no more
  CHECK(set(std::nullopt).empty());
  CHECK_FALSE(test.found().sentiment);
  CHECK(set(0.5) == "steady");
  CHECK(set(0.37) == "falling");   // against 0.474
  CHECK(set(0.9) == "rising");
  CHECK(test.found().sentiment == 0.9);
}

TEST_CASE("sentiment: a case goes where its newest contact goes, else against the one before",
          "[presence]") {
  Fixture test;
  cases::Open open;
  open.interaction = test.call;
  open.subject = "Wrong size";
  auto const problem = test.write([&](Tx& tx) { return cases::open(tx, test.actor, open).id; });
  auto const mood = [&] { return test.context().at("open_cases")[0].at("sentiment"); };
  test.say(says("customer", -0.4));
  CHECK(mood() == nlohmann::json{{"last", -0.4}, {"trend", "steady"}});

  test.actor.now += seconds(30);
  Start start;
  start.channel = "chat";
  start.direction = "inbound";
  start.case_id = problem;
  test.call = test.write([&](Tx& tx) { return interactions::start(tx, test.actor, start).id; });
  CHECK(mood().at("last") == -0.4);
  test.say(says("customer", -0.45));
  CHECK(mood() == nlohmann::json{{"last", -0.45}, {"trend", "steady"}});
  test.say(says("customer", 0.45));
  CHECK(mood() == nlohmann::json{{"last", 0.0}, {"trend", "rising"}});
  for (int i = 0; i < 2; ++i) test.say(says("customer", -1.0));
  CHECK(mood().at("trend") == "falling");
}

TEST_CASE("presence: a limit is within a day, of a channel that there is", "[presence]") {
  Fixture test;
  CHECK(error_of([&] { test.set_limit("voice", -1); }) == "invalid /silent_after_seconds/voice");
  CHECK(error_of([&] { test.set_limit("voice", 86401); }) == "invalid /silent_after_seconds/voice");
  CHECK(error_of([&] { test.set_limit("fax", 60); }) == "invalid /silent_after_seconds/fax");
  test.set_limit("voice", 86400);
}

}  // namespace
}  // namespace throughline::interactions

// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// Presence and warnings over HTTP: what one channel does, another one sees in its next read.
#include <chrono>
#include <thread>

#include "support/answers.hpp"
#include "support/server.hpp"

namespace throughline::interactions {
namespace {

using namespace throughline::support;
using std::chrono::seconds;

struct Fixture {
  Server server;
  Client client = server.client();
  static constexpr char const* context = "/v1/context?email=cm@example.com";

  std::string begin(std::string const& channel) {
    Json const body{{"channel", channel},
                    {"direction", "inbound"},
                    {"identifiers", {{{"type", "email"}, {"value", "cm@example.com"}}}},
                    {"agent", {{"kind", "bot"}, {"id", channel + "-1"}}}};
    return id_of(body_of(client.post("/v1/interactions", body.dump()), 201).at("interaction"));
  }
  Response say(std::string const& id, Json message) {
    message["text"] = "Hello";
    return client.post("/v1/interactions/" + id + "/messages",
                       Json{{"messages", {message}}}.dump());
  }
  Response beat(std::string const& id) {
    return client.post("/v1/interactions/" + id + "/heartbeat", "");
  }
  Json read(std::string const& id) { return body_of(client.get("/v1/interactions/" + id), 200); }
  Json shown() { return body_of(client.get(context), 200); }
  void wait(seconds time) {
    server.clock().advance(time);
    server.ring();
  }
  /// Facts of a type in the feed, which trails what was just committed: at least so many.
  int facts(std::string const& type, int expected) {
    auto const deadline = std::chrono::steady_clock::now() + seconds(20);
    for (int count = 0;; count = 0) {
      auto const feed = body_of(client.get("/v1/changes?limit=1000"), 200);
      for (auto const& item : feed.at("items")) count += item.at("type") == type ? 1 : 0;
      if (count >= expected || std::chrono::steady_clock::now() > deadline) return count;
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
  }
};

TEST_CASE("presence api: who calls while the chat is open is seen by both, until one is silent",
          "[presence]") {
  Fixture test;
  auto const chat = test.begin("chat");
  test.say(chat, {{"role", "customer"}, {"sentiment", -0.8}});
  test.server.clock().advance(seconds(60));
  auto const call = test.begin("voice");
  auto const both = test.shown();
  REQUIRE(both.at("live").size() == 2);
  auto const& first = both.at("live")[1];
  CHECK(first.at("interaction_id") == chat);
  CHECK(first.at("agent").at("id") == "chat-1");
  CHECK(first.at("last_message_at") == "2026-11-21T08:00:00.000000Z");
  CHECK(first.at("sentiment") == Json{{"last", -0.8}, {"trend", "steady"}});
  CHECK(both.at("warnings")[0].at("code") == "frustrated");
  CHECK(both.at("warnings")[1].at("code") == "repeat_contact");
  CHECK(both.at("warnings")[1].at("channel") == "chat");

  auto const etag = test.client.get(Fixture::context).header("etag");
  CHECK(test.beat(call).status == 204);
  CHECK(test.client.get(Fixture::context, {{"If-None-Match", etag}}).status == 304);
  test.wait(seconds(120));
  auto const after = test.client.get(Fixture::context, {{"If-None-Match", etag}});
  CHECK(after.status == 200);
  CHECK(after.json().at("live").size() == 1);
  auto const silent = test.read(call);
  CHECK(silent.at("status") == "ended");
  CHECK(silent.at("outcome") == "abandoned");
  CHECK(silent.at("fell_silent") == true);
  CHECK(silent.at("ended_at") == "2026-11-21T08:03:00.000000Z");
  CHECK(told(test.beat(call)) == "409 conflict");

  CHECK(test.say(call, {{"role", "customer"}}).status == 201);
  auto const revived = test.read(call);
  CHECK(revived.at("status") == "live");
  CHECK(revived.at("fell_silent") == false);
  CHECK(revived.at("outcome").is_null());
  CHECK(test.shown().at("live").size() == 2);
  CHECK(test.beat(call).status == 204);
  CHECK(test.facts("warning.raised", 2) == 2);
  CHECK(test.facts("interaction.ended", 1) == 1);
  CHECK(test.facts("interaction.revived", 1) == 1);
}

TEST_CASE("presence api: limits and rules are settings", "[presence]") {
  Fixture test;
  auto const limits = body_of(test.client.get("/v1/settings/presence"), 200);
  CHECK(limits.at("silent_after_seconds").at("voice") == 120);
  CHECK(limits.at("silent_after_seconds").at("chat") == 300);
  CHECK(limits.at("silent_after_seconds").at("email") == 0);
  CHECK(told(test.client.patch("/v1/settings/presence",
                               R"({"silent_after_seconds": {"voice": 86401}, "limit": 1})")) ==
        "422 invalid /silent_after_seconds/voice /limit");
  auto const rules = body_of(test.client.get("/v1/settings/warnings"), 200);
  CHECK(rules.at("frustrated") ==
        Json{{"enabled", true}, {"at_or_below", -0.5}, {"clears_at", -0.2}, {"window_hours", 24}});
  CHECK(rules.at("high_value").at("tiers") == Json{"gold", "platinum", "vip"});

  auto const chat = test.begin("chat");
  test.say(chat, {{"role", "customer"}, {"sentiment", -0.8}});
  CHECK(test.shown().at("warnings").size() == 1);
  body_of(test.client.patch("/v1/settings/warnings", R"({"frustrated": {"enabled": false}})"), 200);
  CHECK(test.shown().at("warnings").empty());
  body_of(test.client.patch("/v1/settings/presence", R"({"silent_after_seconds": {"chat": 301}})"),
          200);
  test.wait(seconds(300));
  CHECK(test.read(chat).at("status") == "live");
  test.wait(seconds(1));
  CHECK(test.read(chat).at("status") == "ended");
}

}  // namespace
}  // namespace throughline::interactions

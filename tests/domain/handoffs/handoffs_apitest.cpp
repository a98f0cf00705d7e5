// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include "support/answers.hpp"
#include "support/server.hpp"

namespace throughline::handoffs {
namespace {

using namespace std::chrono_literals;
using namespace throughline::support;

constexpr char const* nobody = "018f2d5e-0000-7000-8000-000000000001";
Json const bot{{"kind", "bot"}, {"id", "chat-1"}, {"persona_version", "calm"}};
Json const mara{{"kind", "human"}, {"id", "mara"}};
Json const noah{{"kind", "human"}, {"id", "noah"}};

struct Fixture {
  Server server;
  std::string tenant = Server::make_tenant_name();
  Client client = server.client_with(server.make_key(tenant, "all", "US"));
  Json started = start("chat");
  std::string chat = id_of(started.at("interaction"));
  std::string customer = id_of(started.at("customer"));

  Json start(std::string const& channel) {
    Json const body{{"channel", channel},
                    {"direction", "inbound"},
                    {"agent", bot},
                    {"identifiers", {{{"type", "phone"}, {"value", "+19776252661"}}}}};
    return body_of(client.post("/v1/interactions", body.dump()), 201);
  }
  Response offer(Json body, Headers const& headers = {}) {
    if (!body.contains("interaction_id")) body["interaction_id"] = chat;
    if (!body.contains("to")) body["to"] = {{"queue", "returns"}};
    return client.post("/v1/handoffs", body.dump(), headers);
  }
  std::string offered() { return id_of(body_of(offer(Json::object()), 201)); }
  Response answer(std::string const& id, std::string const& how, Json const& body,
                  Headers const& headers = {}) {
    return client.post("/v1/handoffs/" + id + "/" + how, body.dump(), headers);
  }
  Response say(std::string const& role, Json const& agent) {
    Json body{{"messages", {{{"role", role}, {"text", "Hello"}}}}};
    if (!agent.is_null()) body["agent"] = agent;
    return client.post("/v1/interactions/" + chat + "/messages", body.dump());
  }
  Json get(std::string const& id) { return body_of(client.get("/v1/handoffs/" + id), 200); }
  Json context() { return body_of(client.get("/v1/context?customer_id=" + customer), 200); }
};

TEST_CASE("handoffs api: offered, read, accepted, and the bot is silent", "[handoffs]") {
  Fixture test;
  body_of(test.say("customer", {}), 201);
  auto const made = test.offer({{"to", {{"queue", "returns"}, {"channel", "voice"}}},
                                {"reason", "Wants a person"},
                                {"summary", "Shoes too small"}});
  auto const offered = body_of(made, 201);
  auto const id = id_of(offered);
  CHECK(made.header("location") == "/v1/handoffs/" + id);
  CHECK(offered.at("status") == "offered");
  CHECK(offered.at("from") == bot);
  CHECK(offered.at("to") == Json({{"queue", "returns"}, {"channel", "voice"}, {"agent", nullptr}}));
  CHECK(offered.at("packet").at("summary") == "Shoes too small");
  CHECK(offered.at("packet").at("agent") == bot);
  CHECK(offered.at("waits").at("answer_seconds").is_null());
  CHECK(test.get(id) == offered);

  test.server.clock().advance(12s);
  auto const read = body_of(test.answer(id, "read", {{"agent", mara}}), 200);
  CHECK(read.at("reads").at(0).at("agent") == mara);
  CHECK(read.at("read_at").is_null());
  auto const call = id_of(test.start("voice").at("interaction"));
  auto const accepted =
      body_of(test.answer(id, "accept", {{"agent", mara}, {"interaction_id", call}}), 200);
  CHECK(accepted.at("status") == "accepted");
  CHECK(accepted.at("answered_by") == mara);
  CHECK(accepted.at("receiving_interaction_id") == call);
  CHECK(accepted.at("waits").at("answer_seconds") == 12.0);
  CHECK(accepted.at("read_at") == accepted.at("answered_at"));
  CHECK(accepted.at("packet") == offered.at("packet"));

  auto const refused = test.say("agent", bot);
  CHECK(told(refused) == "409 handed_off");
  CHECK(refused.json().at("agent") == mara);
  CHECK(told(test.say("agent", {})) == "409 handed_off");
  CHECK(told(test.say("customer", {})) == "201");
  test.server.clock().advance(3s);
  CHECK(told(test.say("agent", mara)) == "201");
  auto const told_read = test.get(id);
  CHECK(told_read.at("read_before_first_message") == true);
  CHECK(told_read.at("waits").at("first_message_seconds") == 3.0);
  auto const shown = body_of(test.client.get("/v1/interactions/" + test.chat), 200);
  CHECK(shown.at("agent") == mara);
  CHECK(shown.at("handed_over_at") == accepted.at("answered_at"));
}

TEST_CASE("handoffs api: the context shows what waits for an answer", "[handoffs]") {
  Fixture test;
  CHECK(test.context().at("pending_handoffs").empty());
  auto const id = id_of(
      body_of(test.offer({{"to", {{"agent", mara}}}, {"reason", std::string(600, 'x')}}), 201));
  auto const pending = test.context().at("pending_handoffs");
  REQUIRE(pending.size() == 1);
  CHECK(id_of(pending[0]) == id);
  CHECK(pending[0].at("interaction_id") == test.chat);
  CHECK(pending[0].at("from") == bot);
  CHECK(pending[0].at("to") == Json({{"agent", mara}}));
  CHECK(pending[0].at("expires_at") == format_rfc3339(test_now + 10min));
  CHECK(pending[0].at("reason").get<std::string>().ends_with("…"));
  body_of(test.answer(id, "accept", {{"agent", mara}}), 200);
  auto const after = test.context();
  CHECK(after.at("pending_handoffs").empty());
  CHECK(after.at("live").at(0).at("agent") == mara);
}

TEST_CASE("handoffs api: an offer expires at its moment, by itself", "[handoffs]") {
  Fixture test;
  auto const at = format_rfc3339(test_now + 30s);
  auto const id = id_of(body_of(test.offer({{"expires_at", at}}), 201));
  test.server.clock().advance(29s);
  test.server.ring();
  CHECK(test.get(id).at("status") == "offered");
  test.server.clock().advance(1s);
  CHECK(told(test.answer(id, "accept", {{"agent", mara}})) == "409 conflict");
  test.server.ring();
  auto const expired = test.get(id);
  CHECK(expired.at("status") == "expired");
  CHECK(expired.at("answered_at") == at);
  CHECK(expired.at("waits").at("answer_seconds") == 30.0);
  CHECK(test.context().at("pending_handoffs").empty());
  test.server.ring();
  CHECK(test.get(id) == expired);
  CHECK(told(test.say("agent", bot)) == "201");
}

TEST_CASE("handoffs api: declined and cancelled", "[handoffs]") {
  Fixture test;
  auto const declined = test.offered();
  auto const answer =
      body_of(test.answer(declined, "decline", {{"reason", "Wrong desk"}, {"agent", noah}}), 200);
  CHECK(answer.at("status") == "declined");
  CHECK(answer.at("answer_reason") == "Wrong desk");
  CHECK(answer.at("answered_by") == noah);
  auto const cancelled = test.offered();
  CHECK(told(test.client.post("/v1/handoffs/" + cancelled + "/cancel", "")) == "200");
  CHECK(test.get(cancelled).at("status") == "cancelled");
  CHECK(told(test.answer(cancelled, "decline", {{"reason", "x"}})) == "409 conflict");
  CHECK(told(test.answer(declined, "cancel", Json::object())) == "409 conflict");
}

TEST_CASE("handoffs api: timeline and feed tell of it, without what was said", "[handoffs]") {
  Fixture test;
  auto const id = id_of(body_of(test.offer({{"reason", "Wants a quokka"}}), 201));
  test.server.clock().advance(1s);
  body_of(test.answer(id, "read", {{"agent", mara}}), 200);
  body_of(test.answer(id, "accept", {{"agent", mara}}), 200);
  auto const page =
      body_of(test.client.get("/v1/customers/" + test.customer + "/timeline?kind=handoff"), 200);
  REQUIRE(page.at("items").size() == 2);
  auto const& newest = page.at("items").at(0);
  CHECK(newest.at("fact") == "accepted");
  CHECK(newest.at("resource_id") == id);
  CHECK(newest.at("interaction_id") == test.chat);
  CHECK(newest.at("handoff") ==
        Json({{"status", "accepted"},
              {"from", bot},
              {"to", {{"channel", nullptr}, {"queue", "returns"}, {"agent", nullptr}}},
              {"reason", "Wants a quokka"},
              {"answered_by", mara}}));
  auto const feed = body_of(
      test.client.get("/v1/changes?types=handoff.offered,handoff.read,handoff.accepted"), 200);
  std::vector<std::string> types;
  for (auto const& item : feed.at("items")) {
    types.push_back(item.at("type"));
    CHECK(item.at("data").at("resource_id") == id);
  }
  CHECK(types == std::vector<std::string>{"handoff.offered", "handoff.read", "handoff.accepted"});
  CHECK(feed.dump().find("quokka") == std::string::npos);
}

TEST_CASE("handoffs api: inboxes", "[handoffs]") {
  Fixture test;
  auto const first = test.offered();
  test.server.clock().advance(1s);
  auto const call = id_of(test.start("voice").at("interaction"));
  auto const second =
      id_of(body_of(test.offer({{"interaction_id", call}, {"to", {{"agent", mara}}}}), 201));
  auto const ids = [&](std::string const& query) {
    std::vector<std::string> seen;
    for (auto const& item : items_of(test.client, "/v1/handoffs?" + query + "&", 1)) {
      seen.push_back(id_of(item));
      CHECK_FALSE(item.contains("packet"));
    }
    return seen;
  };
  using Ids = std::vector<std::string>;
  CHECK(ids("status=offered") == Ids{second, first});
  CHECK(ids("status=offered&queue=returns") == Ids{first});
  CHECK(ids("status=offered&agent=mara") == Ids{second});
  body_of(test.answer(first, "accept", {{"agent", mara}}), 200);
  CHECK(ids("agent=mara") == Ids{second, first});
  CHECK(ids("queue=returns&status=accepted") == Ids{first});
  CHECK(ids("queue=elsewhere").empty());
}

TEST_CASE("handoffs api: repeats and versions", "[handoffs]") {
  Fixture test;
  auto const again =
      repeated([&](Headers const& headers) { return test.offer(Json::object(), headers); });
  auto const id = id_of(body_of(again, 201));
  CHECK(told(test.offer(Json::object())) == "409 conflict");
  auto const shown = test.client.get("/v1/handoffs/" + id);
  auto const etag = shown.header("etag");
  CHECK(test.client.get("/v1/handoffs/" + id, {{"If-None-Match", etag}}).status == 304);
  CHECK(told(test.answer(id, "read", {{"agent", noah}})) == "200");
  CHECK(told(test.answer(id, "accept", {{"agent", mara}}, {{"If-Match", etag}})) ==
        "412 version_mismatch");
  auto const taken = repeated([&](Headers const& headers) {
    return test.answer(id, "accept", {{"agent", mara}}, headers);
  });
  CHECK(taken.status == 200);
  CHECK(told(test.answer(id, "accept", {{"agent", mara}})) == "200");
  CHECK(told(test.answer(id, "accept", {{"agent", noah}})) == "409 conflict");
}

TEST_CASE("handoffs api: every bad field is named", "[handoffs]") {
  Fixture test;
  CHECK(told(test.client.post("/v1/handoffs", "{}")) == "422 invalid /interaction_id");
  CHECK(told(test.offer({{"to", Json::object()}})) == "422 invalid /to");
  CHECK(told(test.offer({{"to", {{"channel", "fax"}, {"queue", 7}, {"agent", "x"}, {"x", 1}}},
                         {"interaction_id", "x"},
                         {"reason", 1},
                         {"expires_at", "soon"},
                         {"when", 1}})) ==
        "422 invalid /interaction_id /to/channel /to/queue /to/agent /to/x /reason /expires_at "
        "/when");
  CHECK(told(test.offer({{"interaction_id", nobody}})) == "422 invalid /interaction_id");
  // Several queues are listed with commas: no stream could ask for this one.
  CHECK(told(test.offer({{"to", {{"queue", "returns, urgent"}}}})) == "422 invalid /to/queue");
  CHECK(told(test.offer({{"expires_at", "2026-11-20T08:00:00Z"}})) == "422 invalid /expires_at");
  CHECK(told(test.offer({{"expires_at", "2026-12-20T08:00:00Z"}})) == "422 invalid /expires_at");
  auto const id = test.offered();
  CHECK(told(test.answer(id, "accept", Json::object())) == "422 invalid /agent");
  CHECK(told(test.answer(id, "accept", {{"agent", bot}})) == "422 invalid /agent");
  CHECK(told(test.answer(id, "accept", {{"agent", mara}, {"interaction_id", nobody}})) ==
        "422 invalid /interaction_id");
  CHECK(told(test.answer(id, "accept", {{"agent", mara}, {"interaction_id", test.chat}})) ==
        "422 invalid /interaction_id");
  CHECK(told(test.answer(id, "decline", Json::object())) == "422 invalid /reason");
  CHECK(told(test.answer(id, "cancel", {{"why", 1}})) == "422 invalid /why");
  CHECK(told(test.answer(id, "read", Json::object())) == "422 invalid /agent");
  CHECK(told(test.client.get("/v1/handoffs?status=lost")) == "422 invalid ?status");
  CHECK(told(test.client.get("/v1/handoffs?cursor=abc")) == "422 invalid ?cursor");
  CHECK(told(test.client.post("/v1/handoffs", "{")) == "400 malformed");
}

TEST_CASE("handoffs api: scopes and tenants are kept apart", "[handoffs]") {
  Fixture test;
  auto const id = test.offered();
  auto reader = test.server.client_with(test.server.make_key(test.tenant, "interactions:read"));
  CHECK(told(reader.get("/v1/handoffs/" + id)) == "200");
  CHECK(told(reader.post("/v1/handoffs/" + id + "/accept", Json{{"agent", mara}}.dump())) ==
        "403 forbidden");
  auto writer = test.server.client_with(test.server.make_key(test.tenant, "interactions:write"));
  CHECK(told(writer.get("/v1/handoffs")) == "403 forbidden");
  auto stranger = test.server.client();
  CHECK(told(stranger.get("/v1/handoffs/" + id)) == "404 not_found");
  for (auto const* how : {"accept", "read"}) {
    CHECK(told(stranger.post("/v1/handoffs/" + id + "/" + how, Json{{"agent", mara}}.dump())) ==
          "404 not_found");
  }
  CHECK(told(stranger.post("/v1/handoffs/" + id + "/decline", R"({"reason":"x"})")) ==
        "404 not_found");
  CHECK(told(stranger.post("/v1/handoffs/" + id + "/cancel", "")) == "404 not_found");
  CHECK(body_of(stranger.get("/v1/handoffs"), 200).at("items").empty());
  CHECK(told(test.client.get(std::string("/v1/handoffs/") + nobody)) == "404 not_found");
  CHECK(told(writer.post("/v1/handoffs/" + id + "/accept", Json{{"agent", mara}}.dump())) == "200");
}

}  // namespace
}  // namespace throughline::handoffs

// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// One interaction over its life: start, read, patch, end, heartbeat, identify, list.
#include <memory>
#include <set>
#include <thread>

#include "support/answers.hpp"
#include "support/server.hpp"

namespace throughline::interactions {
namespace {

using namespace throughline::support;

constexpr char const* nobody = "018f2d5e-0000-7000-8000-000000000001";

Json phone(std::string const& number) {
  return {{"type", "phone"}, {"value", number}};
}
Json email(std::string const& address) {
  return {{"type", "email"}, {"value", address}};
}

Json contact(Json identifiers = Json::array(), std::string const& channel = "voice") {
  return {{"channel", channel}, {"direction", "inbound"}, {"identifiers", std::move(identifiers)}};
}

struct Fixture {
  Fixture() : own(std::make_unique<Server>()), server(*own) {}
  /// Another tenant there.
  explicit Fixture(Server& shared) : server(shared) {}

  std::unique_ptr<Server> own;
  Server& server;
  std::string tenant = Server::make_tenant_name();
  Client client = server.client_with(server.make_key(tenant, "all", "US"));

  Response start(Json const& body, Headers const& headers = {}) {
    return client.post("/v1/interactions", body.dump(), headers);
  }
  Json started(Json const& body) { return body_of(start(body), 201); }
  std::string call_from(std::string const& number) {
    return id_of(started(contact({phone(number)})).at("interaction"));
  }
  Response to(std::string const& id, std::string const& what, Json const& body,
              Headers const& headers = {}) {
    return client.post("/v1/interactions/" + id + "/" + what, body.dump(), headers);
  }
  Response patch(std::string const& id, Json const& body, Headers const& headers = {}) {
    return client.patch("/v1/interactions/" + id, body.dump(), headers);
  }
  Json read(std::string const& id) { return body_of(client.get("/v1/interactions/" + id), 200); }
};

TEST_CASE("interactions api: a start answers who it is, and with the context", "[interactions]") {
  Fixture test;
  auto body = contact({phone("(977) 625-2661")});
  body["agent"] = {{"kind", "bot"}, {"id", "voice-1"}, {"model", "m-4"}};
  body["intent"] = "return_size";
  auto const response = test.client.post("/v1/interactions?include=context", body.dump());
  auto const first = body_of(response, 201);
  auto const& call = first.at("interaction");
  CHECK(response.header("location") == "/v1/interactions/" + id_of(call));
  CHECK(first.at("created") == true);
  CHECK(first.at("match").at("decision") == "created");
  CHECK_FALSE(first.contains("candidates"));
  CHECK(call.at("status") == "live");
  CHECK(call.at("agent") == body.at("agent"));
  CHECK(call.at("customer_id") == first.at("customer").at("id"));
  CHECK(call.at("started_at") == format_rfc3339(test_now));
  CHECK(first.at("customer").at("identifiers").at(0).at("value") == "+19776252661");
  CHECK(first.at("context").at("customer").at("id") == call.at("customer_id"));
  CHECK(first.at("context").at("live").at(0).at("interaction_id") == call.at("id"));
  CHECK(test.read(id_of(call)) == call);

  auto const second = test.started(contact({phone("+1 977 625 2661")}, "chat"));
  CHECK(second.at("created") == false);
  CHECK(second.at("match").at("decision") == "matched");
  CHECK(second.at("customer").at("id") == first.at("customer").at("id"));
  CHECK_FALSE(second.contains("context"));
}

TEST_CASE("interactions api: doubt never refuses, and names the candidates", "[interactions]") {
  Fixture test;
  auto const one = test.started(contact({phone("+19776252661")})).at("customer");
  auto const other = test.started(contact({email("other@example.com")})).at("customer");
  body_of(test.client.patch("/v1/customers/" + id_of(one), R"({"display_name":"Crystal Minh"})"),
          200);
  auto const doubtful = test.started(contact({phone("+19776252661"), email("other@example.com")}));
  CHECK(doubtful.at("match").at("decision") == "conflict");
  REQUIRE(doubtful.at("candidates").size() == 2);
  std::set<std::string> names;
  for (auto const& candidate : doubtful.at("candidates")) {
    names.insert(candidate.value("display_name", Json()).is_null()
                     ? ""
                     : candidate.at("display_name").get<std::string>());
  }
  CHECK(names == std::set<std::string>{"", "Crystal Minh"});
  CHECK(doubtful.at("customer").at("id") != one.at("id"));
  CHECK(doubtful.at("interaction").at("candidates").size() == 2);

  auto named = contact({email("other@example.com")});
  named["customer_id"] = one.at("id");
  auto const decided = test.started(named);
  CHECK(decided.at("customer").at("id") == one.at("id"));
  CHECK(decided.at("candidates").at(0).at("id") == other.at("id"));
  CHECK(test.started(contact()).at("match").at("decision") == "created");
}

TEST_CASE("interactions api: what is not attached is said, and said again to a repeat",
          "[interactions]") {
  Fixture test;
  body_of(test.client.patch("/v1/settings/identity", R"({"classes": {"phone": {"max": 1}}})"), 200);
  auto const jane = email("jane@example.com");
  CHECK_FALSE(test.started(contact({jane, phone("+19776252661")})).contains("not_attached"));
  for (int i = 0; i < 2; ++i) {
    auto const again = body_of(
        test.start(contact({jane, phone("+1 977 625 2662")}), {{"Idempotency-Key", "again"}}), 201);
    REQUIRE(again.at("not_attached").size() == 1);
    CHECK(again.at("not_attached").at(0) ==
          Json{{"type", "phone"}, {"value", "+19776252662"}, {"reason", "limit"}});
  }
}

TEST_CASE("interactions api: repeated starts are one", "[interactions]") {
  Fixture test;
  auto body = contact({phone("+19776252661")});
  auto const again =
      body_of(repeated([&](Headers const& headers) { return test.start(body, headers); }), 201);
  CHECK(again.at("created") == true);
  body["external_id"] = {{"system", "pbx"}, {"id", "1"}};
  auto const first = test.started(body);
  body["identifiers"] = {phone("+18597879085")};
  auto const second = body_of(test.start(body), 200);
  CHECK(second.at("interaction") == first.at("interaction"));
  CHECK(second.at("created") == false);
  CHECK(items_of(test.client, "/v1/interactions?", 50).size() == 2);
}

TEST_CASE("interactions api: a replayed start reads the context afresh", "[interactions]") {
  Fixture test;
  Headers const key{{"Idempotency-Key", "k"}};
  auto const start = [&] {
    return body_of(test.client.post("/v1/interactions?include=context",
                                    contact({phone("+19776252661")}).dump(), key),
                   201);
  };
  auto const first = start();
  CHECK(first.at("context").at("open_cases").empty());
  Json const opening{{"interaction_id", id_of(first.at("interaction"))}, {"subject", "Wrong size"}};
  body_of(test.client.post("/v1/cases", opening.dump()), 201);
  auto const replay = start();
  CHECK(replay.at("interaction").at("id") == first.at("interaction").at("id"));
  CHECK(replay.at("context").at("open_cases").at(0).at("subject") == "Wrong size");
}

TEST_CASE("interactions api: every bad field is named", "[interactions]") {
  Fixture test;
  CHECK(told(test.start(Json::object())) == "422 invalid /channel /direction");
  CHECK(told(test.start({{"channel", "fax"},
                         {"direction", "up"},
                         {"customer_id", 1},
                         {"identifiers",
                          {{{"type", "phone"}, {"value", ""}}, {{"type", "fax"}, {"value", "1"}}}},
                         {"agent", {{"kind", "bot"}}},
                         {"case_id", "x"},
                         {"status", "ended"}})) ==
        "422 invalid /channel /direction /identifiers/0/value /identifiers/1/type /customer_id "
        "/agent/id /case_id /status");
  auto body = contact();
  body["customer_id"] = nobody;
  CHECK(told(test.start(body)) == "422 invalid /customer_id");
  body = contact();
  body["case_id"] = nobody;
  CHECK(told(test.start(body)) == "422 invalid /case_id");
  body = contact();
  body["started_at"] = "2026-11-21T09:00:00Z";
  CHECK(told(test.start(body)) == "422 invalid /started_at");
  CHECK(told(test.client.post("/v1/interactions?include=all", contact().dump())) ==
        "422 invalid ?include");
  CHECK(items_of(test.client, "/v1/interactions?", 50).empty());

  auto const call = test.call_from("+19776252661");
  CHECK(told(test.patch(
            call, {{"sentiment", 2}, {"summary", 1}, {"case_id", "x"}, {"channel", "chat"}})) ==
        "422 invalid /case_id /sentiment /summary /channel");
  CHECK(told(test.to(call, "end", {{"outcome", "fine"}, {"ended_at", "now"}})) ==
        "422 invalid /outcome /ended_at");
  CHECK(told(test.to(call, "heartbeat", {{"at", 1}})) == "422 invalid /at");
  CHECK(test.to(call, "identify", Json::object()).status == 422);
  CHECK(told(test.client.get("/v1/interactions?status=dead")) == "422 invalid ?status");
  CHECK(told(test.client.get("/v1/interactions?channel=fax")) == "422 invalid ?channel");
}

TEST_CASE("interactions api: a patch sets, null clears, If-Match guards", "[interactions]") {
  Fixture test;
  auto const call = test.call_from("+19776252661");
  auto const etag = test.client.get("/v1/interactions/" + call).header("etag");
  auto const made = body_of(
      test.client.post("/v1/cases", Json{{"interaction_id", call}, {"subject", "x"}}.dump()), 201);
  CHECK(told(test.patch(call, {{"intent", "x"}}, {{"If-Match", etag}})) == "412 version_mismatch");
  auto const fresh = test.client.get("/v1/interactions/" + call).header("etag");
  auto shown = body_of(
      test.patch(
          call,
          {{"intent", "return_size"}, {"sentiment", -0.6}, {"summary", "Wants to return jeans."}},
          {{"If-Match", fresh}}),
      200);
  CHECK(shown.at("intent") == "return_size");
  CHECK(shown.at("sentiment") == -0.6);
  CHECK(shown.at("case_id") == made.at("id"));
  shown = body_of(test.patch(call, {{"intent", nullptr},
                                    {"sentiment", nullptr},
                                    {"summary", nullptr},
                                    {"case_id", nullptr}}),
                  200);
  for (auto const* field : {"intent", "sentiment", "summary", "case_id"})
    CHECK(shown.at(field).is_null());
  CHECK(test.client.get("/v1/interactions/" + call, {{"If-None-Match", fresh}}).status == 200);
  auto const last = test.client.get("/v1/interactions/" + call).header("etag");
  CHECK(test.client.get("/v1/interactions/" + call, {{"If-None-Match", last}}).status == 304);

  auto const other = test.started(contact({phone("+18597879085")})).at("interaction");
  CHECK(told(test.patch(id_of(other), {{"case_id", made.at("id")}})) == "409 conflict");
  CHECK(told(test.patch(call, {{"case_id", nobody}})) == "422 invalid /case_id");
}

TEST_CASE("interactions api: a message makes a new ETag and no new version", "[interactions]") {
  Fixture test;
  auto const call = test.call_from("+19776252661");
  auto const etag = test.client.get("/v1/interactions/" + call).header("etag");
  body_of(test.to(call, "messages", {{"messages", {{{"role", "customer"}, {"text", "Hi"}}}}}), 201);
  auto const shown = test.client.get("/v1/interactions/" + call, {{"If-None-Match", etag}});
  CHECK(body_of(shown, 200).at("message_count") == 1);
  CHECK(test.patch(call, {{"intent", "x"}}, {{"If-Match", etag}}).status == 200);
}

TEST_CASE("interactions api: an end, its repeats and what comes after", "[interactions]") {
  Fixture test;
  auto const call = test.call_from("+19776252661");
  test.server.clock().advance(std::chrono::minutes(5));
  Json const end{{"outcome", "escalated"}, {"summary", "A manager calls back."}};
  auto const etag = test.client.get("/v1/interactions/" + call).header("etag");
  auto const ended = body_of(repeated([&](Headers headers) {
                               headers.emplace_back("If-Match", etag);
                               return test.to(call, "end", end, headers);
                             }),
                             200);
  CHECK(ended.at("status") == "ended");
  CHECK(ended.at("outcome") == "escalated");
  CHECK(ended.at("summary") == "A manager calls back.");
  CHECK(ended.at("ended_at") == "2026-11-21T08:05:00.000000Z");
  CHECK(body_of(test.to(call, "end", end), 200).at("version") == ended.at("version"));
  CHECK(told(test.to(call, "end", {{"outcome", "resolved"}})) == "409 conflict");
  CHECK(told(test.to(call, "end", end, {{"If-Match", etag}})) == "412 version_mismatch");
  CHECK(told(test.to(call, "heartbeat", Json::object())) == "409 conflict");
  CHECK(body_of(test.patch(call, {{"summary", "Late."}}), 200).at("summary") == "Late.");
  Json const line{{"messages", {{{"role", "customer"}, {"text", "late"}}}}};
  CHECK(test.to(call, "messages", line).status == 201);

  auto const next = test.call_from("+19776252661");
  CHECK(
      told(test.to(next, "end", {{"outcome", "resolved"}, {"ended_at", "2026-11-21T08:04:30Z"}})) ==
      "422 invalid /ended_at");
}

TEST_CASE("interactions api: a heartbeat has nothing to say", "[interactions]") {
  Fixture test;
  auto const call = test.call_from("+19776252661");
  auto const response = test.client.post("/v1/interactions/" + call + "/heartbeat", "");
  CHECK(response.status == 204);
  CHECK(response.body.empty());
  CHECK(repeated([&](Headers const& headers) {
          return test.to(call, "heartbeat", Json::object(), headers);
        }).status == 204);
  CHECK(test.read(call).at("version") == 1);
  CHECK(told(test.to(nobody, "heartbeat", Json::object())) == "404 not_found");
}

TEST_CASE("interactions api: identify joins, and the id from before goes on answering",
          "[interactions]") {
  Fixture test;
  auto const known = test.started(contact({phone("+19776252661")})).at("customer");
  test.server.clock().advance(std::chrono::seconds(1));
  auto const chat = test.started(contact(Json::array(), "chat")).at("interaction");
  auto const former = chat.at("customer_id").get<std::string>();

  auto const said = Json{{"customer_id", id_of(known)}};
  auto const joined = body_of(repeated([&](Headers const& headers) {
                                return test.to(id_of(chat), "identify", said, headers);
                              }),
                              200);
  CHECK(joined.at("interaction").at("customer_id") == known.at("id"));
  CHECK(joined.at("interaction").at("part_id") == former);
  CHECK(joined.at("interaction").at("match").at("decision") == "matched");
  CHECK(joined.at("customer").at("id") == known.at("id"));
  auto const old = test.client.get("/v1/customers/" + former);
  CHECK(body_of(old, 200).at("id") == known.at("id"));
  CHECK(old.json().at("merged_into") == known.at("id"));
  CHECK(old.header("content-location") == "/v1/customers/" + id_of(known));
  auto const context = body_of(test.client.get("/v1/context?phone=%2B19776252661"), 200).at("live");
  CHECK(context.size() == 2);

  auto const next = id_of(test.started(contact(Json::array(), "chat")).at("interaction"));
  auto const by = [](Json identifiers) { return Json{{"identifiers", std::move(identifiers)}}; };
  CHECK(told(test.to(next, "identify", by({email("nobody@example.com")}))) == "404 not_found");
  CHECK(told(test.to(next, "identify", {{"customer_id", nobody}})) == "422 invalid /customer_id");
  auto const other = test.started(contact({email("other@example.com")}));
  auto const both = by({phone("+19776252661"), email("other@example.com")});
  auto const ambiguous = test.to(next, "identify", both);
  CHECK(told(ambiguous) == "409 ambiguous");
  CHECK(ambiguous.json().at("candidates").size() == 2);
  CHECK(body_of(test.to(next, "identify", by({phone("+19776252661")})), 200)
            .at("customer")
            .at("id") == known.at("id"));
  test.started(contact({email("other@example.com")}));
  CHECK(told(test.to(id_of(other.at("interaction")), "identify", said)) == "409 conflict");
}

TEST_CASE("interactions api: lists filter and page to the end", "[interactions]") {
  Fixture test;
  for (int i = 0; i < 5; ++i) {
    auto body = contact({phone("+19776252661")}, i % 2 == 0 ? "chat" : "voice");
    body["agent"] = {{"kind", "human"}, {"id", "mara"}};
    test.started(body);
  }
  auto const last = test.call_from("+18597879085");
  body_of(test.to(last, "end", {{"outcome", "abandoned"}}), 200);
  auto const all = items_of(test.client, "/v1/interactions?", 2);
  REQUIRE(all.size() == 6);
  std::set<std::string> ids;
  for (auto const& item : all) ids.insert(id_of(item));
  CHECK(ids.size() == 6);
  CHECK(items_of(test.client, "/v1/interactions?status=live&", 2).size() == 5);
  CHECK(items_of(test.client, "/v1/interactions?status=ended&", 2).size() == 1);
  CHECK(items_of(test.client, "/v1/interactions?channel=chat&", 2).size() == 3);
  CHECK(items_of(test.client, "/v1/interactions?agent=mara&", 2).size() == 5);
  CHECK(items_of(test.client, "/v1/interactions?agent=mara&channel=voice&status=live&", 1).size() ==
        2);
  CHECK(items_of(test.client, "/v1/interactions?agent=finn&", 2).empty());
}

TEST_CASE("interactions api: past times need customers:write", "[interactions]") {
  Fixture test;
  auto body = contact({phone("+19776252661")});
  body["started_at"] = "2026-11-17T08:00:00Z";
  auto const past = test.started(body).at("interaction");
  CHECK(past.at("started_at") == "2026-11-17T08:00:00.000000Z");
  Json const end{{"outcome", "resolved"}, {"ended_at", "2026-11-17T08:10:00Z"}};
  auto writer = test.server.client_with(test.server.make_key(test.tenant, "interactions:write"));
  auto const refused = writer.post("/v1/interactions", body.dump());
  CHECK(told(refused) == "403 forbidden");
  CHECK(refused.json().at("detail").get<std::string>().find("customers:write") !=
        std::string::npos);
  CHECK(told(writer.post("/v1/interactions/" + id_of(past) + "/end", end.dump())) ==
        "403 forbidden");
  CHECK(body_of(test.to(id_of(past), "end", end), 200).at("ended_at") ==
        "2026-11-17T08:10:00.000000Z");
}

TEST_CASE("interactions api: tenants are kept apart", "[interactions]") {
  Fixture test;
  auto const started = test.started(contact({phone("+19776252661")}));
  auto const call = id_of(started.at("interaction"));
  Fixture stranger(test.server);
  CHECK(told(stranger.client.get("/v1/interactions/" + call)) == "404 not_found");
  CHECK(told(stranger.client.get("/v1/interactions/" + call + "/messages")) == "404 not_found");
  CHECK(told(stranger.patch(call, {{"intent", "x"}})) == "404 not_found");
  CHECK(told(stranger.to(call, "end", {{"outcome", "resolved"}})) == "404 not_found");
  CHECK(told(stranger.to(call, "heartbeat", Json::object())) == "404 not_found");
  CHECK(told(stranger.to(call, "messages",
                         {{"messages", {{{"role", "customer"}, {"text", "x"}}}}})) ==
        "404 not_found");
  auto const theirs = stranger.started(contact({phone("+19776252661")}));
  CHECK(theirs.at("created") == true);
  auto const customer = Json{{"customer_id", id_of(started.at("customer"))}};
  CHECK(told(stranger.to(call, "identify", customer)) == "404 not_found");
  CHECK(told(stranger.to(id_of(theirs.at("interaction")), "identify", customer)) ==
        "422 invalid /customer_id");
  auto body = contact();
  body["customer_id"] = id_of(started.at("customer"));
  CHECK(told(stranger.start(body)) == "422 invalid /customer_id");
  CHECK(items_of(stranger.client, "/v1/interactions?", 50).size() == 1);
  CHECK(test.read(call) == started.at("interaction"));
}

TEST_CASE("interactions api: 64 callers from one new number are one customer", "[interactions]") {
  Fixture test;
  constexpr int callers = 64;
  auto const key = test.server.make_key(test.tenant);
  std::vector<Response> answers(callers);
  std::vector<std::thread> threads;
  for (int i = 0; i < callers; ++i) {
    threads.emplace_back([&, i] {
      auto client = test.server.client_with(key);
      auto const body = contact({phone("+19776252661"), email("cm@example.com")});
      answers[static_cast<std::size_t>(i)] = client.post("/v1/interactions", body.dump());
    });
  }
  for (auto& thread : threads) thread.join();
  std::set<std::string> customers;
  int created = 0;
  for (auto const& answer : answers) {
    auto const body = body_of(answer, 201);
    customers.insert(id_of(body.at("customer")));
    created += body.at("created").get<bool>() ? 1 : 0;
  }
  CHECK(customers.size() == 1);
  CHECK(created == 1);
  CHECK(items_of(test.client, "/v1/interactions?", 50).size() == callers);
}

}  // namespace
}  // namespace throughline::interactions

// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>

#include "support/server.hpp"

namespace throughline::events {
namespace {

using support::Server;
using Json = nlohmann::json;

Json order(std::string const& email, std::string const& number = {}) {
  Json event{{"identifiers", Json::array({{{"type", "email"}, {"value", email}}})},
             {"type", "order_placed"},
             {"at", "2026-11-20T10:00:00Z"},
             {"attributes", {{"total", 94.5}}}};
  if (!number.empty()) event["external_id"] = {{"system", "shop"}, {"id", number}};
  return event;
}

Json batch(std::vector<Json> const& events) { return {{"events", events}}; }

TEST_CASE("a batch answers item by item, and shows on the timeline", "[events]") {
  Server server;
  auto client = server.client();
  auto const body = batch({order("a@x.example", "1"), order("b@x.example"), Json{{"type", "X"}}});
  auto const response = client.post("/v1/events", body.dump());
  REQUIRE(response.status == 200);
  auto const answer = response.json();
  CHECK(answer["created"] == 2);
  CHECK(answer["failed"] == 1);
  REQUIRE(answer["results"].size() == 3);
  std::vector<std::string> pointers;
  for (auto const& error : answer["results"][2]["errors"]) pointers.push_back(error["pointer"]);
  CHECK_THAT(pointers, Catch::VectorContains(std::string("/type")));
  CHECK_THAT(pointers, Catch::VectorContains(std::string("/at")));

  auto const customer = answer["results"][0]["customer_id"].get<std::string>();
  auto const timeline = client.get("/v1/customers/" + customer + "/timeline?kind=event").json();
  REQUIRE(timeline["items"].size() == 1);
  CHECK(timeline["items"][0]["event"]["type"] == "order_placed");
  CHECK(timeline["items"][0]["event"]["attributes"]["total"] == 94.5);
  CHECK(timeline["items"][0]["at"] == "2026-11-20T10:00:00.000000Z");
}

TEST_CASE("a batch may be repeated by key and by foreign id", "[events]") {
  Server server;
  auto client = server.client();
  auto const body = batch({order("a@x.example", "1")}).dump();
  auto const first = client.post("/v1/events", body, {{"Idempotency-Key", "import-1"}});
  auto const again = client.post("/v1/events", body, {{"Idempotency-Key", "import-1"}});
  CHECK(again.body == first.body);
  CHECK(again.header("idempotency-replayed") == "true");
  auto const later = client.post("/v1/events", body).json();
  CHECK(later["repeated"] == 1);
  CHECK(later["results"][0]["id"] == first.json()["results"][0]["id"]);
  auto const other = batch({order("b@x.example")}).dump();
  CHECK(client.post("/v1/events", other, {{"Idempotency-Key", "import-1"}}).status == 422);
}

TEST_CASE("what is wrong with the whole batch refuses it", "[events]") {
  Server server;
  auto client = server.client();
  std::vector<Json> const many(1001, order("a@x.example"));
  for (std::string const& body :
       {std::string("{}"), batch({}).dump(), std::string(R"({"events":{}})"),
        std::string(R"({"events":[],"more":1})"), batch(many).dump()}) {
    auto const response = client.post("/v1/events", body);
    CHECK(response.status == 422);
    CHECK(response.json()["errors"][0]["pointer"] == "/events");
  }
  CHECK(client.get("/v1/changes").json()["items"].empty());
}

TEST_CASE("each field of an event is checked", "[events]") {
  Server server;
  auto client = server.client();
  auto const refused = [&](std::string const& field, Json const& value) {
    auto event = order("a@x.example");
    event[field] = value;
    auto const result = client.post("/v1/events", batch({event}).dump()).json()["results"][0];
    INFO(field << " = " << value);
    REQUIRE(result["status"] == "failed");
    return result["errors"][0]["pointer"].get<std::string>();
  };
  CHECK(refused("type", "Order placed") == "/type");
  CHECK(refused("type", std::string(65, 'a')) == "/type");
  CHECK(refused("at", "yesterday") == "/at");
  CHECK(refused("at", "2026-11-21T10:00:00Z") == "/at");  // two hours ahead of the test's clock
  CHECK(refused("channel", "fax") == "/channel");
  CHECK(refused("case_id", 7) == "/case_id");
  CHECK(refused("attributes", Json::array()) == "/attributes");
  CHECK(refused("attributes", {{"text", std::string(20000, 'x')}}) == "/attributes");
  CHECK(refused("colour", "red") == "/colour");
  CHECK(refused("identifiers", Json::array({{{"type", "email"}, {"value", "x"}}})) ==
        "/identifiers/0/value");
  CHECK(refused("external_id", {{"system", "shop"}}) == "/external_id/id");
}

TEST_CASE("events need customers:write", "[events]") {
  Server server;
  auto const tenant = Server::make_tenant_name();
  auto client = server.client_with(server.make_key(tenant, "customers:read,interactions:write"));
  auto const response = client.post("/v1/events", batch({order("a@x.example")}).dump());
  CHECK(response.status == 403);
  CHECK_THAT(response.json()["detail"].get<std::string>(), Catch::Contains("customers:write"));
}

}  // namespace
}  // namespace throughline::events

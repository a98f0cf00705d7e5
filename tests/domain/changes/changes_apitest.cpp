// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// GET /v1/changes over HTTP.
#include <algorithm>
#include <catch2/catch.hpp>
#include <thread>

#include "support/server.hpp"

using namespace throughline;
using namespace throughline::support;
using nlohmann::json;

namespace {

using Texts = std::vector<std::string>;

std::string make_customer(Client& client, std::string const& number) {
  auto const made = client.put("/v1/customers/by/account/shop:" + number, "{}");
  REQUIRE(made.status == 201);
  return made.json().at("id");
}

/// Asks until so many facts were shown: the feed trails whatever transaction is open.
std::vector<json> read(Client& client, std::size_t count, std::string const& query = {}) {
  std::vector<json> items;
  std::string cursor;
  for (int looks = 0; looks < 500 && items.size() < count; ++looks) {
    auto const batch =
        client.get("/v1/changes?limit=2" + query + (cursor.empty() ? "" : "&cursor=" + cursor));
    INFO(batch.body);
    REQUIRE(batch.status == 200);
    json const document = batch.json();
    for (json const& item : document.at("items")) items.push_back(item);
    cursor = document.at("next_cursor");
    if (!document.at("has_more")) std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  return items;
}

Texts types_of(std::vector<json> const& items) {
  Texts types;
  for (json const& item : items) types.push_back(item.at("type"));
  return types;
}

Texts pointers(Response const& response) {
  REQUIRE(response.status == 422);
  Texts found;
  json const problem = response.json();
  for (auto const& error : problem.at("errors")) found.push_back(error.at("pointer"));
  return found;
}

}  // namespace

TEST_CASE("changes api: every fact is an event that names ids and never says what was said") {
  Server server;
  Client client = server.client();
  std::string const traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
  auto const started = client.post("/v1/interactions", R"({
      "channel":"chat","direction":"inbound","agent":{"kind":"bot","id":"chat-1","model":"m-7"},
      "identifiers":[{"type":"email","value":"crystal@example.com"}]})",
                                   {{"traceparent", traceparent}});
  REQUIRE(started.status == 201);
  std::string const interaction = started.json().at("interaction").at("id");
  std::string const customer = started.json().at("customer").at("id");
  REQUIRE(client
              .post("/v1/interactions/" + interaction + "/messages",
                    R"({"messages":[{"role":"customer","text":"My jacket is torn"}]})")
              .status == 201);

  auto const items = read(client, 4);
  CHECK(types_of(items) ==
        Texts{"customer.created", "identifier.attached", "interaction.started", "message.added"});
  std::int64_t position = 0;
  for (std::size_t i = 0; i < items.size(); ++i) {
    json const& item = items[i];
    CHECK(item.at("specversion") == "1.0");
    CHECK(item.at("source") == "/v1/changes");
    CHECK(item.at("datacontenttype") == "application/json");
    CHECK(item.at("subject") == customer);
    CHECK(item.at("time") == format_rfc3339(test_now));
    json const& data = item.at("data");
    CHECK(data.at("customer_id") == customer);
    CHECK(data.at("part_id") == customer);
    CHECK(data.at("version") == i + 1);
    CHECK(data.at("fields") == json::array());
    CHECK(data.at("position") > position);
    position = data.at("position");
    CHECK(item.dump().find("jacket") == std::string::npos);
    CHECK(item.dump().find("crystal") == std::string::npos);
  }
  CHECK(items[2].at("traceparent") == traceparent);
  CHECK_FALSE(items[3].contains("traceparent"));
  CHECK(items[2].at("data").at("resource_id") == interaction);
  CHECK(items[2].at("data").at("actor").at("agent") == json({{"kind", "bot"}, {"id", "chat-1"}}));
  CHECK(items[2].at("data").at("actor").at("key_id") ==
        items[3].at("data").at("actor").at("key_id"));
}

TEST_CASE("changes api: an update names the fields that changed") {
  Server server;
  Client client = server.client();
  auto const customer = make_customer(client, "1");
  REQUIRE(client.patch("/v1/customers/" + customer, R"({"tier":"gold","language":"en"})").status ==
          200);
  auto const items = read(client, 3);
  REQUIRE(types_of(items).back() == "customer.updated");
  Texts fields = items.back().at("data").at("fields");
  std::sort(fields.begin(), fields.end());
  CHECK(fields == Texts{"language", "tier"});
}

TEST_CASE("changes api: reading on from a cursor shows what is new, once") {
  Server server;
  Client client = server.client();
  auto const empty = client.get("/v1/changes").json();
  CHECK(empty.at("items").empty());
  CHECK(empty.at("has_more") == false);
  std::string cursor = empty.at("next_cursor");

  auto const first = make_customer(client, "1");
  REQUIRE(read(client, 2).size() == 2);
  auto const seen = client.get("/v1/changes?cursor=" + cursor).json();
  CHECK(seen.at("items").size() == 2);
  cursor = seen.at("next_cursor");
  CHECK(client.get("/v1/changes?cursor=" + cursor).json().at("items").empty());

  auto const second = make_customer(client, "2");
  REQUIRE(read(client, 4).size() == 4);
  auto const later = client.get("/v1/changes?cursor=" + cursor).json();
  REQUIRE(later.at("items").size() == 2);
  CHECK(later.at("items")[0].at("subject") == second);
  CHECK(first != second);
}

TEST_CASE("changes api: only the types asked for") {
  Server server;
  Client client = server.client();
  for (auto const* number : {"1", "2", "3"}) make_customer(client, number);
  REQUIRE(read(client, 6).size() == 6);
  auto const some = read(client, 3, "&types=customer.created,note.added");
  CHECK(types_of(some) == Texts(3, "customer.created"));
  auto const none = client.get("/v1/changes?types=case.opened").json();
  CHECK(none.at("items").empty());
  // The cursor stands behind what was passed over.
  std::string const cursor = none.at("next_cursor");
  CHECK(client.get("/v1/changes?cursor=" + cursor).json().at("items").empty());
}

TEST_CASE("changes api: what is wrong in the query is named") {
  Server server;
  Client client = server.client();
  Client stranger = server.client();
  make_customer(stranger, "1");
  REQUIRE(read(stranger, 2).size() == 2);
  std::string const theirs = stranger.get("/v1/changes").json().at("next_cursor");

  for (auto const* limit : {"0", "1001", "-1", "x", "", "99999999999999999999"}) {
    CHECK(pointers(client.get("/v1/changes?limit=" + std::string(limit))) == Texts{"?limit"});
  }
  for (auto const& cursor : {std::string("x"), std::string(), theirs, std::string(3000, 'A')}) {
    CHECK(pointers(client.get("/v1/changes?cursor=" + cursor)) == Texts{"?cursor"});
  }
  for (auto const* types :
       {"", ",", "note.added,", "note.added,case.closed", "note.added case.opened", "NOTE.ADDED"}) {
    std::string target = "/v1/changes?types=" + std::string(types);
    std::replace(target.begin(), target.end(), ' ', '+');
    auto const refused = client.get(target);
    CHECK(pointers(refused) == Texts{"?types"});
    CHECK(refused.body.find("identifier.confirmed") != std::string::npos);
  }
  CHECK(pointers(client.get("/v1/changes?wait=5")) == Texts{"?wait"});
  CHECK(pointers(client.get("/v1/changes?limit=1&limit=2")) == Texts{"?limit"});
  CHECK(client.get("/v1/changes?cursor=%ZZ").status == 400);
}

TEST_CASE("changes api: a key, its scope, and reading alone") {
  Server server;
  auto const tenant = Server::make_tenant_name();
  Client nobody = server.client_with("");
  CHECK(nobody.get("/v1/changes").status == 401);
  Client wrong = server.client_with(server.make_key(tenant, "customers:read,context:read"));
  auto const refused = wrong.get("/v1/changes");
  CHECK(refused.status == 403);
  CHECK(refused.json().at("detail").get<std::string>().find("sync:read") != std::string::npos);
  Client reader = server.client_with(server.make_key(tenant, "sync:read"));
  CHECK(reader.get("/v1/changes").status == 200);
  CHECK(reader.head("/v1/changes").status == 200);
  auto const post = reader.post("/v1/changes", "{}");
  CHECK(post.status == 405);
  CHECK(post.header("allow") == "GET, HEAD, OPTIONS");
}

TEST_CASE("changes api: the metrics tell by how much the feed trails") {
  Server server;
  Client client = server.client();
  make_customer(client, "1");
  REQUIRE(read(client, 2).size() == 2);
  Client metrics(server.metrics_port());
  metrics.recorded = false;
  auto const page = metrics.get("/metrics");
  REQUIRE(page.status == 200);
  CHECK(page.body.find("\nthroughline_feed_trails_seconds 0") != std::string::npos);
}

TEST_CASE("changes api: a tenant sees its own facts alone") {
  Server server;
  Client ours = server.client();
  Client theirs = server.client();
  auto const customer = make_customer(ours, "1");
  make_customer(theirs, "1");
  make_customer(theirs, "2");
  REQUIRE(read(theirs, 4).size() == 4);
  auto const items = read(ours, 2);
  REQUIRE(items.size() == 2);
  for (json const& item : items) CHECK(item.at("subject") == customer);
  CHECK(ours.get("/v1/changes?limit=1000").json().at("items").size() == 2);
}

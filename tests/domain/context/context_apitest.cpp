// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>
#include <set>

#include "support/server.hpp"

namespace throughline::context {
namespace {

using support::Client;
using support::Server;
using Json = nlohmann::json;

Json start(Client& client, Json const& identifiers, std::string const& channel = "chat") {
  Json const body{{"channel", channel}, {"direction", "inbound"}, {"identifiers", identifiers}};
  auto const response = client.post("/v1/interactions", body.dump());
  REQUIRE(response.status == 201);
  return response.json();
}

Json const crystal = {{{"type", "email"}, {"value", "Crystal@X.example"}},
                      {{"type", "phone"}, {"value", "+19776252661"}},
                      {{"type", "social"}, {"value", "instagram:@Crystal"}},
                      {{"type", "account"}, {"value", "crm:00-42"}}};

TEST_CASE("a context is found by every kind of name", "[context]") {
  Server server;
  auto client = server.client();
  auto const started = start(client, crystal);
  auto const id = started["customer"]["id"].get<std::string>();
  auto const opened = client.post(
      "/v1/cases", Json{{"interaction_id", started["interaction"]["id"]}, {"subject", "x"}}.dump());
  auto const case_id = opened.json()["id"].get<std::string>();
  for (std::string const& query :
       {std::string("email=crystal@x.example"), std::string("phone=+1%20977%20625-2661"),
        std::string("phone=(977)%20625-2661&region=US"), std::string("social=instagram:crystal"),
        std::string("account=crm:0042"), "customer_id=" + id, "case_id=" + case_id}) {
    for (int twice = 0; twice < 2; ++twice) {  // from PostgreSQL, then from the cache
      auto const response = client.get("/v1/context?" + query);
      INFO(query);
      REQUIRE(response.status == 200);
      CHECK(response.json()["customer"]["id"] == id);
      CHECK(response.header("cache-control") == "private, no-cache");
    }
  }
}

TEST_CASE("identifiers in the body find the same document", "[context]") {
  Server server;
  auto client = server.client();
  start(client, crystal);
  auto const by_query = client.get("/v1/context?email=crystal@x.example");
  auto const by_body = client.post("/v1/context", Json{{"identifiers", crystal}}.dump());
  REQUIRE(by_body.status == 200);
  CHECK(by_body.body == by_query.body);
  CHECK(by_body.header("etag") == by_query.header("etag"));
  CHECK_FALSE(by_body.has("idempotency-key"));
}

TEST_CASE("a context that is held already is not sent again until it changes", "[context]") {
  Server server;
  auto client = server.client();
  auto const started = start(client, crystal);
  std::string const target = "/v1/context?email=crystal@x.example";
  auto const etag = client.get(target).header("etag");
  auto const held = client.get(target, {{"If-None-Match", etag}});
  CHECK(held.status == 304);
  CHECK(held.body.empty());
  client.post("/v1/interactions/" + started["interaction"]["id"].get<std::string>() + "/messages",
              R"({"messages":[{"role":"customer","text":"hello"}]})");
  auto const fresh = client.get(target, {{"If-None-Match", etag}});
  CHECK(fresh.status == 200);
  CHECK(fresh.header("etag") != etag);
  CHECK(fresh.json()["live"][0].contains("last_message_at"));
}

TEST_CASE("a context is shown to language models and telephony flows as they take it",
          "[context]") {
  Server server;
  auto client = server.client();
  auto const started = start(client, crystal);
  std::string const target = "/v1/context?email=crystal@x.example";
  auto const document = client.get(target);
  auto const prompt = client.get(target + "&format=prompt");
  REQUIRE(prompt.status == 200);
  CHECK(prompt.header("content-type") == "text/markdown; charset=utf-8");
  CHECK(prompt.header("cache-control") == "private, no-cache");
  CHECK(prompt.body.starts_with("# Customer context\n"));
  auto const accepted = client.get(target, {{"Accept", "text/markdown"}});
  CHECK(accepted.body == prompt.body);
  CHECK(accepted.header("etag") == prompt.header("etag"));
  CHECK(client.get(target, {{"Accept", "*/*"}}).body == document.body);
  CHECK(client.get(target + "&format=json", {{"Accept", "text/markdown"}}).body == document.body);
  auto const flat = client.get(target + "&format=attributes");
  CHECK(flat.header("content-type") == "application/json");
  CHECK(flat.json().at("customer_id") == started["customer"]["id"]);
  auto const by_body =
      client.post("/v1/context?format=prompt", Json{{"identifiers", crystal}}.dump());
  CHECK(by_body.body == prompt.body);

  auto const own = started["interaction"]["id"].get<std::string>();
  auto const others = client.get(target + "&format=prompt&interaction_id=" + own);
  CHECK(prompt.body.find(own) != std::string::npos);
  CHECK(others.body.find(own) == std::string::npos);
  auto const small = client.get(target + "&format=prompt&max_bytes=1024");
  CHECK(small.body.size() <= 1024);

  std::set<std::string> etags;
  for (auto const& one : {document, prompt, flat, others, small}) etags.insert(one.header("etag"));
  CHECK(etags.size() == 5);
}

TEST_CASE("a view is as strict as its document", "[context]") {
  Server server;
  auto client = server.client();
  auto const started = start(client, crystal);
  auto const interaction = started["interaction"]["id"].get<std::string>();
  std::string const target = "/v1/context?email=crystal@x.example&format=prompt";
  std::string before;
  for (int round = 0; round < 5; ++round) {
    auto const intent = "intent " + std::to_string(round);
    REQUIRE(
        client.patch("/v1/interactions/" + interaction, Json{{"intent", intent}}.dump()).status ==
        200);
    for (int twice = 0; twice < 2; ++twice) {  // from PostgreSQL, then from the cache
      auto const shown = client.get(target, {{"If-None-Match", before}});
      REQUIRE(shown.status == 200);
      CHECK(shown.body.find(intent) != std::string::npos);
      auto const held = client.get(target, {{"If-None-Match", shown.header("etag")}});
      CHECK(held.status == 304);
      CHECK(held.body.empty());
      if (twice == 1) before = shown.header("etag");
    }
  }
}

TEST_CASE("what a view can't be is named", "[context]") {
  Server server;
  auto client = server.client();
  start(client, crystal);
  auto const refused = [&](std::string const& query) {
    auto const response = client.get("/v1/context?email=crystal@x.example" + query);
    INFO(query);
    REQUIRE(response.status == 422);
    std::string pointers;
    Json const problem = response.json();
    for (auto const& error : problem.at("errors")) {
      pointers += error.at("pointer").get<std::string>() + " ";
    }
    return pointers;
  };
  CHECK(refused("&format=xml") == "?format ");
  CHECK(refused("&max_bytes=2048&interaction_id=x") == "?max_bytes ?interaction_id ");
  CHECK(refused("&format=prompt&max_bytes=1023") == "?max_bytes ");
  CHECK(refused("&format=prompt&max_bytes=65537") == "?max_bytes ");
  CHECK(refused("&format=attributes&max_bytes=32768") == "?max_bytes ");
  CHECK(refused("&format=prompt&interaction_id=x") == "?interaction_id ");
}

TEST_CASE("who is asked for is said exactly once and correctly", "[context]") {
  Server server;
  auto client = server.client();
  for (std::string const query :
       {"", "?", "?email=a@x.example&phone=+19776252661", "?email=", "?email=nobody",
        "?customer_id=17", "?case_id=x", "?social=crystal", "?account=42", "?nickname=crystal",
        "?email=a@x.example&email=b@x.example", "?phone=+19776252661&region=ZZZ"}) {
    INFO(query);
    auto const response = client.get("/v1/context" + query);
    CHECK(response.status == 422);
    CHECK_FALSE(response.json()["errors"].empty());
  }
  for (std::string const body : {R"({})", R"({"identifiers":[]})", R"({"identifiers":[{}]})",
                                 R"({"identifiers":[{"type":"fax","value":"1"}]})"}) {
    INFO(body);
    CHECK(client.post("/v1/context", body).status == 422);
  }
}

TEST_CASE("nobody is made by asking", "[context]") {
  Server server;
  auto client = server.client();
  for (std::string const query :
       {"email=nobody@x.example", "customer_id=01a1fd72-597e-7a62-aa0e-40fb6b9fb0c7",
        "case_id=01a1fd72-597e-7a62-aa0e-40fb6b9fb0c7"}) {
    CHECK(client.get("/v1/context?" + query).status == 404);
    CHECK(client.get("/v1/context?" + query).status == 404);
  }
  CHECK(client.post("/v1/context", R"({"identifiers":[{"type":"email","value":"n@x.example"}]})")
            .status == 404);
  CHECK(client.get("/v1/changes").json()["items"].empty());
}

TEST_CASE("an identifier that several share answers with its candidates", "[context]") {
  Server server;
  auto client = server.client();
  std::vector<std::string> owners;
  for (std::string const name : {"one", "two"}) {
    auto const body = Json::array({{{"type", "email"}, {"value", name + "@x.example"}}});
    owners.push_back(start(client, body)["customer"]["id"]);
    auto const attached = client.post("/v1/customers/" + owners.back() + "/identifiers",
                                      R"({"type":"phone","value":"+442079460958","shared":true})");
    REQUIRE(attached.status < 300);
    client.get("/v1/context?phone=+442079460958");  // a hint that must not outlive the sharing
  }
  auto const response = client.get("/v1/context?phone=+442079460958");
  CHECK(response.status == 409);
  CHECK(response.json()["candidates"].size() == 2);
  CHECK(client.get("/v1/context?email=one@x.example").json()["customer"]["id"] == owners[0]);
}

}  // namespace
}  // namespace throughline::context

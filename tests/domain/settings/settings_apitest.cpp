// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// GET, PATCH /v1/settings/{section} over HTTP.
#include <algorithm>
#include <catch2/catch.hpp>
#include <chrono>
#include <map>

#include "support/api/api.hpp"
#include "support/server.hpp"

using namespace throughline;
using namespace throughline::support;
using nlohmann::json;

namespace {

constexpr auto path = "/v1/settings/identity";
constexpr auto try_path = "/v1/settings/identity?dry_run=true";

std::vector<std::string> pointers(Response const& response) {
  INFO(response.body);
  REQUIRE(response.status == 422);
  std::vector<std::string> found;
  json const problem = response.json();
  for (auto const& error : problem.at("errors")) found.push_back(error.at("pointer"));
  return found;
}

}  // namespace

TEST_CASE("settings: defaults are shown where nothing was set, and come back with null") {
  Server server;
  Client client = server.client();
  json const fresh = client.get(path).json();
  CHECK(fresh.at("section") == "identity");
  CHECK(fresh.at("version") == 0);
  CHECK(fresh.at("updated_at").is_null());
  CHECK(fresh.at("classes").at("email") == json{{"class", "strong"}, {"max", 5}});
  CHECK(fresh.at("classes").at("phone") == json{{"class", "weak"}, {"max", 5}});
  CHECK(fresh.at("classes").at("account").at("systems") == json::object());
  CHECK(fresh.at("stale_after_days").at("phone") == 90);
  CHECK(fresh.at("thresholds").at("automatic") == 0.99);

  auto const set = client.patch(path, R"({"stale_after_days": {"phone": 30},
    "classes": {"account": {"systems": {"passport": {"class": "exclusive"}}}},
    "blocked": {"email": {"values": [" Office@X.com"], "patterns": ["*@spam.com"]}}})");
  REQUIRE(set.status == 200);
  json const now = set.json();
  CHECK(now.at("version") == 1);
  CHECK(now.at("stale_after_days").at("phone") == 30);
  CHECK(now.at("classes").at("account").at("systems").at("passport") ==
        json{{"class", "exclusive"}, {"max", 1}});
  CHECK(now.at("blocked").at("email").at("values") == json{"office@x.com"});
  CHECK(client.get(path).json() == now);

  auto const cleared = client.patch(
      path, R"({"stale_after_days": null, "classes": {"account": {"systems": {"passport": null}}},
                "blocked": {"email": null}})");
  REQUIRE(cleared.status == 200);
  json back = cleared.json();
  CHECK(back.at("version") == 2);
  for (auto const* member : {"version", "updated_at"}) back[member] = fresh.at(member);
  CHECK(back == fresh);
}

TEST_CASE("settings: a patch that changes nothing is no new version") {
  Server server;
  Client client = server.client();
  CHECK(client.patch(path, "{}").json().at("version") == 0);
  auto const body = R"({"thresholds": {"review": 0.2}})";
  CHECK(client.patch(path, body).json().at("version") == 1);
  CHECK(client.patch(path, body).json().at("version") == 1);
}

TEST_CASE("settings: If-Match, If-None-Match") {
  Server server;
  Client client = server.client();
  auto const first = client.get(path).header("etag");
  CHECK(client.get(path, {{"If-None-Match", first}}).status == 304);
  auto const body = R"({"stale_after_days": {"phone": 10}})";
  auto const changed = client.patch(path, body, {{"If-Match", first}});
  REQUIRE(changed.status == 200);
  CHECK(changed.header("etag") != first);
  CHECK(client.patch(path, body, {{"If-Match", first}}).status == 412);
  CHECK(client.patch(try_path, body, {{"If-Match", first}}).status == 412);
  CHECK(client.get(path, {{"If-None-Match", first}}).status == 200);
}

TEST_CASE("settings: what is unknown or wrong is named, all of it") {
  Server server;
  Client client = server.client();
  CHECK(client.get("/v1/settings/weather").status == 404);
  CHECK(client.patch("/v1/settings/weather", "{}").status == 404);
  auto const refused = pointers(client.patch(path, R"({"surprise": null, "default_region": "XX",
    "classes": {"fax": {}, "email": {"class": "holy"}, "phone": {"class": "exclusive", "max": 2},
                "account": {"systems": {"Bad System": {}}}},
    "blocked": {"email": {"values": ["n/a"], "patterns": ["**"]}},
    "stale_after_days": {"phone": -1}, "thresholds": {"automatic": 0.6, "review": 0.7}})"));
  for (auto const* pointer :
       {"/surprise", "/default_region", "/classes/fax", "/classes/email/class",
        "/classes/phone/max", "/classes/account/systems/Bad System", "/blocked/email/values",
        "/blocked/email/patterns", "/stale_after_days/phone", "/thresholds/review"}) {
    INFO(pointer);
    CHECK(std::count(refused.begin(), refused.end(), pointer) == 1);
  }
  CHECK(refused.size() == 10);
  CHECK(client.get(path).json().at("version") == 0);
  CHECK(pointers(client.patch("/v1/settings/identity?dry_run=maybe", "{}")).front() == "?dry_run");
}

TEST_CASE("settings: only an administrator's key") {
  Server server;
  auto const tenant = Server::make_tenant_name();
  auto const client_with = [&](std::string const& scopes) {
    return server.client_with(server.make_key(tenant, scopes));
  };
  Client reader = client_with("identity:write,customers:write");
  CHECK(reader.get(path).status == 403);
  CHECK(reader.patch(path, "{}").status == 403);
  CHECK(client_with("admin").get(path).status == 200);
}

TEST_CASE("settings: a dry run writes nothing and answers what would be") {
  Server server;
  Client client = server.client();
  auto const tried = client.patch(try_path, R"({"stale_after_days": {"phone": 30}})");
  REQUIRE(tried.status == 200);
  CHECK(tried.json().at("dry_run") == true);
  CHECK(tried.json().at("stale_after_days").at("phone") == 30);
  CHECK(client.get(path).json().at("version") == 0);
}

TEST_CASE("settings: once a default region is answered, every instance reads phones by it") {
  Api api(Api::Cache::redis, 2);
  auto const tenant = api.make_tenant();
  Client one = api.client(tenant.key, 0);
  Client other = api.client(tenant.key, 1);
  auto const customer_of = [&](std::string const& region) {
    json const body{
        {"channel", "voice"},
        {"direction", "inbound"},
        {"identifiers", {{{"type", "phone"}, {"value", "020 7946 0018"}, {"region", region}}}}};
    return one.post("/v1/interactions", body.dump()).json().at("customer").at("id");
  };
  std::map<std::string, json> const customers{{"GB", customer_of("GB")}, {"NZ", customer_of("NZ")}};
  REQUIRE(customers.at("GB") != customers.at("NZ"));
  auto const lookup = "/v1/context?phone=020%207946%200018";
  for (auto const* region : {"GB", "nz", "GB"}) {
    CHECK(other.get(lookup).status != 503);  // its instance has the key in memory
    auto const set = one.patch(path, json{{"default_region", region}}.dump());
    REQUIRE(set.status == 200);
    auto const found = other.get(lookup);
    auto const now = set.json().at("default_region").get<std::string>();
    INFO(region << " " << found.body);
    REQUIRE(found.status == 200);
    CHECK(found.json().at("customer").at("id") == customers.at(now));
  }
}

TEST_CASE("settings: a blocked value leads nobody to a context that is cached elsewhere") {
  Api api(Api::Cache::redis, 2);
  auto const tenant = api.make_tenant();
  Client one = api.client(tenant.key, 0);
  Client other = api.client(tenant.key, 1);
  json const body{{"channel", "chat"},
                  {"direction", "inbound"},
                  {"identifiers",
                   {{{"type", "email"}, {"value", "front@desk.com"}},
                    {{"type", "email"}, {"value", "jane@desk.com"}}}}};
  REQUIRE(one.post("/v1/interactions", body.dump()).status == 201);
  for (int i = 0; i < 3; ++i) CHECK(other.get("/v1/context?email=front@desk.com").status == 200);
  auto const block = R"({"blocked": {"email": {"patterns": ["front@*"]}}})";
  REQUIRE(one.patch(path, block).status == 200);
  for (int i = 0; i < 3; ++i) {
    for (Client* client : {&one, &other}) {
      CHECK(client->get("/v1/context?email=front@desk.com").status == 404);
      CHECK(client->get("/v1/context?email=jane@desk.com").status == 200);
    }
  }
  REQUIRE(one.patch(path, R"({"blocked": null})").status == 200);
  CHECK(other.get("/v1/context?email=front@desk.com").status == 200);
}

TEST_CASE("settings: a telephone that goes stale finds its context all the same, cached or not") {
  Server server;
  Client client = server.client();
  json const body{{"channel", "voice"},
                  {"direction", "inbound"},
                  {"identifiers", {{{"type", "phone"}, {"value", "+14155552671"}}}}};
  REQUIRE(client.post("/v1/interactions", body.dump()).status == 201);
  auto const look = [&] { return client.get("/v1/context?phone=%2B14155552671"); };
  CHECK(look().status == 200);
  REQUIRE(client.patch(path, R"({"stale_after_days": {"phone": 1}})").status == 200);
  server.clock().advance(std::chrono::hours(24) - std::chrono::minutes(5));
  for (int i = 0; i < 2; ++i) CHECK(look().status == 200);
  server.clock().advance(std::chrono::minutes(10));
  for (int i = 0; i < 2; ++i) CHECK(look().status == 200);
  auto const again = client.post("/v1/interactions", body.dump()).json();
  CHECK(again.at("match").at("decision") == "matched");
  CHECK(again.at("match").at("grade") == "possible");
  CHECK(again.at("created") == false);
  CHECK(again.at("customer").at("id") == look().json().at("customer").at("id"));
}

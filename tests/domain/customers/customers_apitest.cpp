// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// GET, PATCH /v1/customers/{id} and PUT /v1/customers/by/{type}/{value} over HTTP.
#include <catch2/catch.hpp>

#include "support/server.hpp"

using namespace throughline;
using namespace throughline::support;
using nlohmann::json;
using namespace std::string_literals;

namespace {

using Pointers = std::vector<std::string>;

constexpr auto unknown_id = "00000000-0000-7000-8000-000000000000";

Pointers pointers(Response const& response) {
  REQUIRE(response.status == 422);
  Pointers found;
  json const problem = response.json();
  for (auto const& error : problem.at("errors")) found.push_back(error.at("pointer"));
  return found;
}

std::string type_of(Response const& response) {
  std::string const type = response.json().at("type");
  return type.substr(type.find_last_of("/:") + 1);
}

std::string put_jane(Client& client, std::string const& body = "{}") {
  auto const made = client.put("/v1/customers/by/account/shop:1", body);
  REQUIRE(made.status == 201);
  return made.json().at("id");
}

/// A customer that a contact in doubt was joined to: {id that answers, id from before}.
std::pair<std::string, std::string> merged(Server& server, Client& client) {
  auto const home = R"({"type":"phone","value":"+14155552671"})"s;
  auto const john = put_jane(client, R"({"display_name":"John","identifiers":[)" + home + "]}");
  auto const jane = client.put("/v1/customers/by/account/shop:2", "{}").json().at("id");
  REQUIRE(client
              .post("/v1/customers/" + jane.get<std::string>() + "/identifiers",
                    R"({"type":"phone","value":"+14155552671","shared":true})")
              .status == 201);
  server.clock().advance(std::chrono::minutes(1));
  auto const call =
      client.post("/v1/interactions",
                  R"({"channel":"voice","direction":"inbound","identifiers":[)" + home + "]}");
  REQUIRE(call.status == 201);
  auto const before = call.json().at("customer").at("id").get<std::string>();
  auto const identified = client.post(
      "/v1/interactions/" + call.json().at("interaction").at("id").get<std::string>() + "/identify",
      R"({"customer_id":")" + john + "\"}");
  INFO(identified.body);
  REQUIRE(identified.status == 200);
  return {john, before};
}

}  // namespace

TEST_CASE("customers api: made by an identifier, read, patched, read again") {
  Server server;
  Client client = server.client();
  auto const made = client.put("/v1/customers/by/email/Jane%40X.com", R"({
      "display_name":"Jane","tier":"gold","language":"en",
      "profile":{"given_name":"Jane","date_of_birth":"1990-02-28","shoe":40,
                 "address":{"city":"Oslo","country":"NO"}},
      "sensitivities":[{"code":"hearing","note":"left ear","agent":"anna"}],
      "identifiers":[{"type":"phone","value":"(415) 555-2671","region":"US","assurance":"channel"},
                     {"type":"account","value":"Shop: 00-12 a"}]})");
  REQUIRE(made.status == 201);
  json const document = made.json();
  std::string const id = document.at("id");
  CHECK(made.header("location") == "/v1/customers/" + id);
  CHECK(document.at("conflicts") == json::array());
  CHECK(document.at("display_name") == "Jane");
  CHECK(document.at("profile").at("address") == json({{"city", "Oslo"}, {"country", "NO"}}));
  CHECK(document.at("sensitivities")[0].at("at") == "2026-11-21T08:00:00.000000Z");
  REQUIRE(document.at("identifiers").size() == 3);
  CHECK(document.at("identifiers")[0].at("value") == "shop:0012A");
  CHECK(document.at("identifiers")[1].at("value") == "jane@x.com");
  CHECK(document.at("identifiers")[2].at("value") == "+14155552671");
  CHECK(document.at("identifiers")[2].at("assurance") == "channel");
  CHECK(document.at("identifiers")[2].at("shared") == false);

  auto const read = client.get("/v1/customers/" + id);
  REQUIRE(read.status == 200);
  CHECK(read.json().at("version") == document.at("version"));
  CHECK_FALSE(read.json().contains("merged_into"));
  CHECK_FALSE(read.has("content-location"));

  server.clock().advance(std::chrono::minutes(5));
  auto const patched = client.patch("/v1/customers/" + id, R"({
      "display_name":null,"language":"nb",
      "profile":{"shoe":null,"address":{"line1":"Gata 1"}},
      "sensitivities":[{"code":"hearing","note":"left ear","agent":"anna",
                        "at":"2026-11-21T08:00:00Z"},{"code":"grief"}]})");
  REQUIRE(patched.status == 200);
  json const after = patched.json();
  CHECK(after.at("version") == document.at("version").get<int>() + 1);
  CHECK(after.at("display_name").is_null());
  CHECK(after.at("tier") == "gold");
  CHECK(after.at("language") == "nb");
  CHECK(after.at("profile") == json::parse(R"({"given_name":"Jane","date_of_birth":"1990-02-28",
                        "address":{"city":"Oslo","country":"NO","line1":"Gata 1"}})"));
  CHECK(after.at("sensitivities")[0].at("at") == "2026-11-21T08:00:00.000000Z");
  CHECK(after.at("sensitivities")[1].at("at") == "2026-11-21T08:05:00.000000Z");
  CHECK(after.at("updated_at") == "2026-11-21T08:05:00.000000Z");
  CHECK(after.at("created_at") == "2026-11-21T08:00:00.000000Z");
  CHECK(client.get("/v1/customers/" + id).json() == after);
}

TEST_CASE("customers api: an upsert leaves absent fields, clears by null, only adds identifiers") {
  Server server;
  Client client = server.client();
  auto const id = put_jane(client, R"({"display_name":"Jane","tier":"gold","identifiers":[
      {"type":"email","value":"jane@x.com"}]})");
  auto const again = client.put("/v1/customers/by/account/SHOP%3A%201", R"({"tier":null,
      "identifiers":[{"type":"phone","value":"+14155552671"}]})");
  REQUIRE(again.status == 200);
  CHECK_FALSE(again.has("location"));
  CHECK(again.json().at("id") == id);
  CHECK(again.json().at("display_name") == "Jane");
  CHECK(again.json().at("tier").is_null());
  CHECK(again.json().at("identifiers").size() == 3);
  auto const unchanged =
      client.put("/v1/customers/by/account/shop:1", R"({"display_name":"Jane"})");
  CHECK(unchanged.json().at("version") == again.json().at("version"));

  auto const other = client.put("/v1/customers/by/account/shop:2", R"({"display_name":"John",
      "identifiers":[{"type":"email","value":"JANE@x.com"},{"type":"email","value":"j@x.com"}]})");
  REQUIRE(other.status == 201);
  json const conflicts = other.json().at("conflicts");
  REQUIRE(conflicts.size() == 1);
  CHECK(conflicts[0].at("value") == "jane@x.com");
  CHECK(conflicts[0].at("owners") ==
        json::array({{{"id", id}, {"display_name", "Jane"}, {"grade", "probable"}}}));
  CHECK(other.json().at("identifiers").size() == 2);
}

TEST_CASE("customers api: a national phone in the path is read with the query's region") {
  Server server;
  Client client = server.client();
  auto const made = client.put("/v1/customers/by/phone/(415)%20555-2671?region=US", "{}");
  REQUIRE(made.status == 201);
  CHECK(made.json().at("identifiers")[0].at("value") == "+14155552671");
  auto const same = client.put("/v1/customers/by/phone/+14155552671", "{}");
  CHECK(same.status == 200);
  CHECK(same.json().at("id") == made.json().at("id"));
  CHECK(pointers(client.put("/v1/customers/by/phone/0331?region=XX", "{}")) == Pointers{"?region"});

  auto const key = server.make_key(Server::make_tenant_name(), "all", "NZ");
  Client kiwi = server.client_with(key);
  auto const local = kiwi.put("/v1/customers/by/phone/03%20331%206005", "{}");
  CHECK(local.json().at("identifiers")[0].at("value") == "+6433316005");
}

TEST_CASE("customers api: a shared key answers 409 with its customers and writes nothing") {
  Server server;
  Client client = server.client();
  auto const [john, before] = merged(server, client);
  auto const refused =
      client.put("/v1/customers/by/phone/%2B14155552671", R"({"display_name":"X"})");
  REQUIRE(refused.status == 409);
  CHECK(type_of(refused) == "ambiguous");
  CHECK(refused.json().at("candidates").size() == 2);
  CHECK(client.get("/v1/customers/" + john).json().at("display_name") == "John");
}

TEST_CASE("customers api: a merged id answers under the root") {
  Server server;
  Client client = server.client();
  auto const [john, before] = merged(server, client);
  REQUIRE(john != before);
  auto const old = client.get("/v1/customers/" + before);
  REQUIRE(old.status == 200);
  CHECK(old.header("content-location") == "/v1/customers/" + john);
  json document = old.json();
  CHECK(document.at("merged_into") == john);
  CHECK(document.at("id") == john);
  document.erase("merged_into");
  CHECK(document == client.get("/v1/customers/" + john).json());

  auto const patched = client.patch("/v1/customers/" + before, R"({"tier":"silver"})",
                                    {{"If-Match", old.header("etag")}});
  REQUIRE(patched.status == 200);
  CHECK(patched.header("content-location") == "/v1/customers/" + john);
  CHECK(client.get("/v1/customers/" + john).json().at("tier") == "silver");
  CHECK(client.patch("/v1/customers/" + john, R"({"tier":null})").status == 200);
  CHECK(client.get("/v1/customers/" + before).json().at("tier").is_null());

  auto const attached = client.post("/v1/customers/" + before + "/identifiers",
                                    R"({"type":"email","value":"j@x.com"})");
  REQUIRE(attached.status == 201);
  CHECK(attached.json().at("id") == john);
  CHECK(attached.json().at("identifiers")[1].at("part_id") == before);
  auto const by_email = client.put("/v1/customers/by/email/j%40x.com", R"({"language":"en"})");
  CHECK(by_email.json().at("id") == john);
  CHECK(by_email.json().at("merged_into") == john);
  CHECK(client.get("/v1/context?customer_id=" + before).json().at("customer").at("id") == john);
}

TEST_CASE("customers api: ETag, If-None-Match and If-Match") {
  Server server;
  Client client = server.client();
  auto const id = put_jane(client);
  auto const path = "/v1/customers/" + id;
  auto const first = client.get(path).header("etag");
  REQUIRE_FALSE(first.empty());
  CHECK(client.get(path, {{"If-None-Match", first}}).status == 304);
  CHECK(client.get(path, {{"If-None-Match", "\"other\", " + first}}).status == 304);

  auto const patched = client.patch(path, R"({"tier":"gold"})", {{"If-Match", first}});
  REQUIRE(patched.status == 200);
  CHECK(patched.header("etag") != first);
  CHECK(patched.header("etag") == client.get(path).header("etag"));
  CHECK(client.get(path, {{"If-None-Match", first}}).status == 200);

  auto const stale = client.patch(path, R"({"tier":"tin"})", {{"If-Match", first}});
  CHECK(stale.status == 412);
  CHECK(type_of(stale) == "version_mismatch");
  CHECK(client.put("/v1/customers/by/account/shop:1", R"({"tier":"tin"})", {{"If-Match", first}})
            .status == 412);
  CHECK(client.put("/v1/customers/by/account/shop:404", "{}", {{"If-Match", first}}).status ==
        412);
  CHECK(client.patch(path, "{}", {{"If-Match", "\"nonsense\""}}).status == 412);
  CHECK(client.get(path).json().at("tier") == "gold");
  CHECK(client.patch(path, R"({"tier":"tin"})", {{"If-Match", "*"}}).status == 200);
  CHECK(client
            .put("/v1/customers/by/account/shop:1", R"({"tier":"zinc"})",
                 {{"If-Match", client.get(path).header("etag")}})
            .status == 200);
}

TEST_CASE("customers api: a repeated write answers as the first, read afresh") {
  Server server;
  Client client = server.client();
  Headers const key{{"Idempotency-Key", "put-1"}};
  auto const body = R"({"display_name":"Jane","identifiers":[{"type":"email","value":"a@x.com"}]})";
  client.put("/v1/customers/by/email/a%40x.com", R"({"display_name":"Anna"})");
  auto const first = client.put("/v1/customers/by/account/shop:1", body, key);
  REQUIRE(first.status == 201);
  std::string const id = first.json().at("id");
  client.patch("/v1/customers/" + id, R"({"tier":"gold"})");
  auto const repeated = client.put("/v1/customers/by/account/shop:1", body, key);
  CHECK(repeated.status == 201);
  CHECK(repeated.json().at("id") == id);
  CHECK(repeated.json().at("tier") == "gold");
  CHECK(repeated.json().at("conflicts") == first.json().at("conflicts"));
  CHECK(repeated.json().at("conflicts").size() == 1);
  auto const other = client.put("/v1/customers/by/account/shop:1", "{}", key);
  CHECK(other.status == 422);
  CHECK(type_of(other) == "idempotency_mismatch");

  Headers const patch{{"Idempotency-Key", "patch-1"}};
  auto const path = "/v1/customers/" + id;
  auto const version = client.patch(path, R"({"tier":"tin"})", patch).json().at("version");
  client.patch(path, R"({"tier":"lead"})");
  auto const again = client.patch(path, R"({"tier":"tin"})", patch);
  CHECK(again.status == 200);
  CHECK(again.json().at("tier") == "lead");
  CHECK(again.json().at("version") == version.get<int>() + 1);
}

TEST_CASE("customers api: every bad field is named and nothing is written") {
  Server server;
  Client client = server.client();
  auto const id = put_jane(client, R"({"display_name":"Jane"})");
  auto const path = "/v1/customers/" + id;
  auto const version = client.get(path).json().at("version");
  CHECK(pointers(client.patch(path, R"({"display_name":7,"tier":"","language":"x","shoe":1,
      "profile":{"date_of_birth":"yesterday","address":1},"sensitivities":[{"note":"x"}]})")) ==
        Pointers{"/display_name", "/tier", "/language", "/profile/date_of_birth",
                 "/profile/address", "/sensitivities/0/code", "/shoe"});
  CHECK(pointers(client.patch(path, R"({"display_name":"a\u0000b"})")) ==
        Pointers{"/display_name"});
  CHECK(pointers(client.patch(path, R"({"profile":{"a":{"b":"\u0000"}}})")) ==
        Pointers{"/profile"});
  CHECK(pointers(client.patch(path, R"({"profile":{"\u0000":1}})")) == Pointers{"/profile"});
  CHECK(pointers(client.patch(path, R"({"display_name":")" + std::string(257, 'x') + "\"}")) ==
        Pointers{"/display_name"});
  CHECK(pointers(client.patch(path, R"({"profile":{"x":")" + std::string(20000, 'x') + "\"}}")) ==
        Pointers{"/profile"});
  CHECK(client.patch(path, R"({"profile":{"a":")" + std::string(10000, 'x') + "\"}}").status ==
        200);
  CHECK(pointers(client.patch(path, R"({"profile":{"b":")" + std::string(10000, 'x') + "\"}}")) ==
        Pointers{"/profile"});
  auto const bad_upsert = R"({"tier":1,"identifiers":[
      {"type":"fax","value":"1"},{"type":"email","value":"x"},{"value":"x"},
      {"type":"phone","value":"1","region":"XX","assurance":"sure"},5]})";
  CHECK(pointers(client.put("/v1/customers/by/account/shop:1", bad_upsert)) ==
        Pointers{"/tier", "/identifiers/0/type", "/identifiers/1/value", "/identifiers/2/type",
                 "/identifiers/3/assurance", "/identifiers/3/region", "/identifiers/4"});
  CHECK(client.get(path).json().at("version") == version.get<int>() + 1);
  CHECK(client.get(path).json().at("display_name") == "Jane");
}

TEST_CASE("customers api: bodies and paths that are none") {
  Server server;
  Client client = server.client();
  auto const id = put_jane(client);
  auto const path = "/v1/customers/" + id;
  for (auto const& body : {""s, "{"s, "[]x"s, "{\"a\":\"\xFF\"}"s, R"({"tier":1e999})"s,
                           R"({"tier":"a","tier":"b"})"s, std::string(100, '[')}) {
    INFO(body);
    auto const refused = client.patch(path, body);
    CHECK(refused.status == 400);
    CHECK(client.put("/v1/customers/by/account/shop:1", body).status == 400);
  }
  CHECK(client.patch(path, "[]").status == 422);
  CHECK(client.patch(path, "{}", {{"Content-Type", "text/plain"}}).status == 415);
  CHECK(client.patch(path, R"({"tier":")" + std::string(1 << 20, 'x') + "\"}").status == 413);

  CHECK(client.get("/v1/customers/"s + unknown_id).status == 404);
  CHECK(client.get("/v1/customers/jane").status == 404);
  CHECK(client.patch("/v1/customers/"s + unknown_id, "{}").status == 404);
  CHECK(client.patch("/v1/customers/jane", "{}").status == 404);
  CHECK(pointers(client.get(path + "?fields=all")) == Pointers{"?fields"});
  CHECK(pointers(client.put("/v1/customers/by/fax/1", "{}")) == Pointers{"{type}"});
  CHECK(pointers(client.put("/v1/customers/by/email/x", "{}")) == Pointers{"{value}"});
  CHECK(pointers(client.put("/v1/customers/by/account/x", "{}")) == Pointers{"{value}"});
  CHECK(client.put("/v1/customers/by/email/a%00%40x.com", "{}").status / 100 == 4);
  CHECK(client.put("/v1/customers/by/email/%FF%40x.com", "{}").status / 100 == 4);
  CHECK(pointers(client.put("/v1/customers/by/account/shop:" + std::string(600, '1'), "{}")) ==
        Pointers{"{value}"});
  auto const wrong = client.del(path);
  CHECK(wrong.status == 405);
  CHECK(wrong.header("allow").find("PATCH") != std::string::npos);
}

TEST_CASE("customers api: no key, the wrong scope, the wrong tenant") {
  Server server;
  auto const tenant = Server::make_tenant_name();
  Client client = server.client_with(server.make_key(tenant));
  auto const path = "/v1/customers/" + put_jane(client, R"({"display_name":"Jane"})");
  Client nobody = server.client_with("");
  Client reader = server.client_with(server.make_key(tenant, "customers:read"));
  Client writer = server.client_with(server.make_key(tenant, "customers:write"));
  Client stranger = server.client();
  auto const by = "/v1/customers/by/account/shop:1"s;

  CHECK(nobody.get(path).status == 401);
  CHECK(nobody.patch(path, "{}").status == 401);
  CHECK(nobody.put(by, "{}").status == 401);
  CHECK(reader.get(path).status == 200);
  CHECK(reader.patch(path, "{}").status == 403);
  CHECK(reader.put(by, "{}").status == 403);
  CHECK(writer.get(path).status == 403);
  CHECK(writer.patch(path, "{}").status == 200);
  CHECK(writer.put(by, "{}").status == 200);

  CHECK(stranger.get(path).status == 404);
  CHECK(stranger.patch(path, R"({"tier":"x"})").status == 404);
  auto const own = stranger.put(by, R"({"tier":"x"})");
  CHECK(own.status == 201);
  CHECK(own.json().at("display_name").is_null());
  CHECK(client.get(path).json().at("tier").is_null());
}

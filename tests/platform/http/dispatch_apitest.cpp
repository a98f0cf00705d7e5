// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>

#include "support/server.hpp"
#include "support/stage.hpp"

namespace throughline::http {

using support::Client;
using support::Server;
using support::Stage;

namespace {

support::ServerOptions with_routes(Stage& stage) {
  support::ServerOptions options;
  options.routes = routes_for_tests(stage);
  return options;
}

}  // namespace

TEST_CASE("A read gets what its URL and its key say") {
  Stage stage;
  Server server(with_routes(stage));
  auto client = server.client_with(server.make_key(Server::make_tenant_name(), "all", "SE"));
  auto const traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
  auto const response =
      client.get("/v1/things/a%2Fb%20c?q=+46%2670&w=", {{"traceparent", traceparent}});
  REQUIRE(response.status == 200);
  CHECK(response.header("etag").starts_with("\"v7."));
  auto const shown = response.json();
  CHECK(shown["id"] == "a/b c");
  CHECK(shown["query"]["q"] == "+46&70");
  CHECK(shown["query"]["w"] == "");
  CHECK(shown["region"] == "SE");
  CHECK(shown["now"] == format_rfc3339(support::test_now));
  CHECK(shown["traceparent"] == traceparent);
}

TEST_CASE("Without a valid key nothing is served") {
  Stage stage;
  Server server(with_routes(stage));
  auto client = server.client_with("");
  for (auto const& [name, value] : support::Headers{{"X-Nothing", "x"},
                                                    {"Authorization", "Bearer "},
                                                    {"Authorization", "Bearer unknown"},
                                                    {"Authorization", "Basic dTpw"}}) {
    auto const response = client.get("/v1/things/a", {{name, value}});
    CHECK(response.status == 401);
    CHECK(response.header("www-authenticate").starts_with("Bearer"));
    CHECK(response.json()["type"] == "urn:throughline:problem:unauthorized");
  }
}

TEST_CASE("A key does what its scopes allow, and the answer names the one it lacks") {
  Stage stage;
  Server server(with_routes(stage));
  auto client = server.client_with(server.make_key(Server::make_tenant_name(), "cases:read"));
  CHECK(client.get("/v1/things/a").status == 200);
  auto const refused = client.post("/v1/things", "{}");
  CHECK(refused.status == 403);
  CHECK(refused.json()["detail"].get<std::string>().find("cases:write") != std::string::npos);
  CHECK(stage.performed == 0);
}

TEST_CASE("A path without the method says which it has") {
  Stage stage;
  Server server(with_routes(stage));
  auto client = server.client();
  auto const wrong = client.put("/v1/things/a", "{}");
  CHECK(wrong.status == 405);
  CHECK(wrong.header("allow") == "GET, HEAD, PATCH, DELETE, OPTIONS");
  auto const options = client.request("OPTIONS", "/v1/things/a", "");
  CHECK(options.status == 204);
  CHECK(options.header("allow") == "GET, HEAD, PATCH, DELETE, OPTIONS");
  CHECK(client.request("BREW", "/v1/things/a", "").status == 405);
  CHECK(client.get("/v1/nothing").status == 404);
  CHECK(client.get("/v1/things/").status == 404);
}

TEST_CASE("Unknown and repeated query parameters are refused by name, all at once") {
  Stage stage;
  Server server(with_routes(stage));
  auto client = server.client();
  auto const response = client.get("/v1/things/a?q=1&z=2&q=3&w=4");
  CHECK(response.status == 422);
  auto const errors = response.json()["errors"];
  REQUIRE(errors.size() == 2);
  CHECK(errors[0]["pointer"] == "?z");
  CHECK(errors[1]["pointer"] == "?q");
}

TEST_CASE("A held ETag is answered 304") {
  Stage stage;
  Server server(with_routes(stage));
  auto client = server.client();
  auto const etag = client.get("/v1/things/a").header("etag");
  auto const held = client.get("/v1/things/a", {{"If-None-Match", "\"v6.x\", W/" + etag}});
  CHECK(held.status == 304);
  CHECK(held.header("etag") == etag);
  CHECK(held.body.empty());
  CHECK(client.get("/v1/things/a", {{"If-None-Match", "*"}}).status == 304);
  CHECK(client.get("/v1/things/a", {{"If-None-Match", "\"v7.0\""}}).status == 200);
}

TEST_CASE("A body that is not JSON is refused") {
  Stage stage;
  Server server(with_routes(stage));
  auto client = server.client();
  CHECK(client.post("/v1/things", "x", {{"Content-Type", "text/plain"}}).status == 415);
  CHECK(client.post("/v1/things", "{}", {{"Content-Type", "application/json; charset=latin1"}})
            .status == 415);
  CHECK(client.post("/v1/things", "{}", {{"Content-Type", "application/JSON; charset=UTF-8"}})
            .status == 201);
  auto const merge = support::Headers{{"Content-Type", "application/merge-patch+json"}};
  CHECK(client.post("/v1/things", "{}", merge).status == 415);
  CHECK(client.patch("/v1/things/a", "{}", merge).status == 200);
  CHECK(client.post("/v1/things", "{}", {{"Content-Encoding", "gzip"}}).status == 415);
  CHECK(client.post("/v1/things", "").status == 201);
}

TEST_CASE("If-Match must name the version there is") {
  Stage stage;
  Server server(with_routes(stage));
  auto client = server.client();
  CHECK(client.patch("/v1/things/a", "{}", {{"If-Match", "\"v3.x\""}}).status == 200);
  CHECK(client.patch("/v1/things/a", "{}", {{"If-Match", "*"}}).status == 200);
  for (auto const* other : {"\"v2.x\"", "W/\"v3.x\"", "\"x\""}) {
    CHECK(client.patch("/v1/things/a", "{}", {{"If-Match", other}}).status == 412);
  }
}

TEST_CASE("A write runs once under its key; a repeat is told so") {
  Stage stage;
  Server server(with_routes(stage));
  auto client = server.client();
  support::Headers const key = {{"Idempotency-Key", "k-1"}};
  auto const first = client.post("/v1/things", "{}", key);
  CHECK(first.status == 201);
  CHECK(first.header("idempotency-key") == "k-1");
  CHECK_FALSE(first.has("idempotency-replayed"));
  auto const second = client.post("/v1/things", "{}", key);
  CHECK(second.status == 201);
  CHECK(second.body == first.body);
  CHECK(second.header("idempotency-replayed") == "true");
  CHECK(stage.performed == 1);
  CHECK(stage.rendered == 2);
  auto const other_body = client.post("/v1/things", R"({"a":1})", key);
  CHECK(other_body.status == 422);
  CHECK(other_body.json()["type"] == "urn:throughline:problem:idempotency_mismatch");
}

TEST_CASE("A write without a key gets one, under which it can be repeated") {
  Stage stage;
  Server server(with_routes(stage));
  auto client = server.client();
  auto const first = client.post("/v1/things", "{}");
  auto const made = first.header("idempotency-key");
  CHECK(parse_uuid(made));
  auto const again = client.post("/v1/things", "{}", {{"Idempotency-Key", made}});
  CHECK(again.header("idempotency-replayed") == "true");
  CHECK(again.body == first.body);
}

TEST_CASE("What is wrong with a write for ever is remembered, what is wrong for now is not") {
  Stage stage;
  Server server(with_routes(stage));
  auto client = server.client();
  support::Headers const key = {{"Idempotency-Key", "k-1"}};
  auto const wrong = client.post("/v1/things", R"("invalid")", key);
  CHECK(wrong.status == 422);
  CHECK(wrong.json()["errors"].size() == 2);
  auto const repeat = client.post("/v1/things", R"("invalid")", key);
  CHECK(repeat.status == 422);
  CHECK(repeat.json()["errors"] == wrong.json()["errors"]);
  CHECK(repeat.header("idempotency-replayed") == "true");
  CHECK(stage.performed == 1);

  support::Headers const other = {{"Idempotency-Key", "k-2"}};
  CHECK(client.post("/v1/things", R"("conflict")", other).status == 409);
  auto const conflict = client.post("/v1/things", R"("conflict")", other);
  CHECK(conflict.status == 409);
  CHECK_FALSE(conflict.has("idempotency-replayed"));
  CHECK(stage.performed == 3);
}

TEST_CASE("An Idempotency-Key has a form") {
  Stage stage;
  Server server(with_routes(stage));
  auto client = server.client();
  for (auto const& bad : {std::string("a b"), std::string(256, 'k'), std::string("\xc3\xa4")}) {
    auto const response = client.post("/v1/things", "{}", {{"Idempotency-Key", bad}});
    CHECK(response.status == 422);
    CHECK(response.json()["errors"][0]["pointer"] == "@Idempotency-Key");
  }
  CHECK(stage.performed == 0);
}

TEST_CASE("A fault of ours shows nothing but the request id") {
  Stage stage;
  Server server(with_routes(stage));
  auto client = server.client();
  for (auto const* body : {R"("fault")", R"("sql fault")"}) {
    auto const response = client.post("/v1/things", body, {{"X-Request-Id", "find-me"}});
    CHECK(response.status == 500);
    CHECK(response.header("x-request-id") == "find-me");
    CHECK(response.json()["instance"] == "find-me");
    CHECK(response.body.find("secret") == std::string::npos);
    CHECK(response.body.find("nowhere") == std::string::npos);
  }
}

TEST_CASE("A read by POST takes no Idempotency-Key into account") {
  Stage stage;
  Server server(with_routes(stage));
  auto client = server.client();
  auto const response = client.post("/v1/search", R"({"a":1})", {{"Idempotency-Key", "a b"}});
  CHECK(response.status == 200);
  CHECK(response.body == R"({"a":1})");
  CHECK_FALSE(response.has("idempotency-key"));
}

TEST_CASE("A DELETE that leaves nothing to say says nothing") {
  Stage stage;
  Server server(with_routes(stage));
  auto client = server.client();
  auto const response = client.del("/v1/things/a");
  CHECK(response.status == 204);
  CHECK_FALSE(response.has("content-length"));
  CHECK(client.get("/v1/things/a").status == 200);
}

}  // namespace throughline::http

// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// Closed by default: no request without a key, none outside its scopes, whatever the route.
#include <catch2/catch.hpp>
#include <chrono>
#include <set>
#include <thread>

#include "support/api/api.hpp"
#include "support/api/fingerprint.hpp"
#include "support/api/problems.hpp"
#include "support/api/routes.hpp"
#include "support/api/world.hpp"

using namespace throughline;
using namespace throughline::support;

namespace {

Response ask(Client& client, ApiRoute const& route, World const& world,
             Headers const& headers = {}) {
  return client.request(std::string(route.method), world.fill(route.target), world.fill(route.body),
                        headers);
}

/// It does not end by itself, so it has tests of its own.
bool is_stream(nlohmann::json const& operation) {
  auto const& answers = operation.at("responses");
  return answers.contains("200") && answers.at("200").contains("content") &&
         answers.at("200").at("content").contains("text/event-stream");
}

std::set<std::string> operations_of(nlohmann::json const& description) {
  std::set<std::string> found;
  for (auto const& [path, item] : description.at("paths").items()) {
    for (auto const& [method, operation] : item.items()) {
      if (method == "parameters") continue;
      if (is_stream(operation)) continue;
      std::string upper;
      for (char const c : method) upper += static_cast<char>(c - 'a' + 'A');
      found.insert(upper + " " + path);
    }
  }
  return found;
}

/// A key of the form that the server gives out, with another secret.
std::string unknown_key(std::string key) {
  for (std::size_t i = key.size() - 8; i < key.size(); ++i) key[i] = key[i] == 'a' ? 'b' : 'a';
  return key;
}

}  // namespace

TEST_CASE("every operation of the served description is in the table, and the reverse") {
  Api api;
  auto const description = api.client("").get("/openapi.json").json();
  std::set<std::string> in_table;
  for (auto const& route : api_routes()) {
    in_table.insert(std::string(route.method) + " " + std::string(route.path));
  }
  CHECK(in_table == operations_of(description));
}

TEST_CASE("each route answers a key with its scope alone, and refuses every other scope by name") {
  Api api;
  auto const tenant = api.make_tenant();
  auto maker = api.client(tenant.key);
  int number = 0;
  for (auto const& route : api_routes()) {
    if (route.scope.empty()) continue;
    INFO(to_string(route));
    World const world(api, tenant, ++number, "quokka");
    auto const before = fingerprint(api.database(), tenant.id);
    for (auto const scope : all_scopes()) {
      if (scope == route.scope) continue;
      INFO("with the scope " << scope);
      auto client = api.client(api.make_key(tenant, scope));
      auto const refused = ask(client, route, world);
      CHECK(refused.status == 403);
      CHECK(fault_in(refused, "quokka") == "");
      CHECK(refused.body.find(route.scope) != std::string::npos);
    }
    CHECK(difference(before, fingerprint(api.database(), tenant.id)) == "");
    auto client = api.client(api.make_key(tenant, route.scope));
    auto const answer = ask(client, route, world);
    INFO(answer.body);
    CHECK(answer.status == route.status);
  }
}

TEST_CASE("no route answers without a key that works") {
  Api api;
  auto const tenant = api.make_tenant();
  auto maker = api.client(tenant.key);
  World const world(api, tenant, 1, "quokka");
  auto const revoked = api.make_key(tenant, "all");
  api.revoke(revoked);
  std::vector<Headers> const attempts{
      {},
      {{"Authorization", ""}},
      {{"Authorization", "Bearer"}},
      {{"Authorization", "Bearer "}},
      {{"Authorization", "Bearer nonsense"}},
      {{"Authorization", "Bearer " + std::string(4000, 'k')}},
      {{"Authorization", "Bearer " + unknown_key(tenant.key)}},
      {{"Authorization", "Bearer " + tenant.key.substr(0, tenant.key.size() - 1)}},
      {{"Authorization", "Bearer " + tenant.key + "x"}},
      {{"Authorization", "Bearer " + tenant.key + " x"}},
      {{"Authorization", "Bearer " + tenant.key + ", Bearer " + tenant.key}},
      {{"Authorization", "Basic " + tenant.key}},
      {{"Authorization", tenant.key}},
      {{"Authorization", "Bearer \xff\xfe"}},
      {{"Authorization", "Bearer ' or 1=1 --"}},
      {{"X-Api-Key", tenant.key}},
      {{"Cookie", "key=" + tenant.key}},
      {{"Authorization", "Bearer " + revoked}}};
  auto const before = fingerprint(api.database(), tenant.id);
  auto client = api.client("");
  for (auto const& route : api_routes()) {
    INFO(to_string(route));
    for (auto const& headers : attempts) {
      INFO((headers.empty() ? "no header" : headers.front().first + ": " + headers.front().second));
      auto const answer = ask(client, route, world, headers);
      if (route.scope.empty()) {
        CHECK(answer.status == 200);
        continue;
      }
      CHECK(answer.status == 401);
      CHECK(answer.header("www-authenticate").starts_with("Bearer"));
      CHECK(fault_in(answer, "quokka") == "");
    }
  }
  CHECK(difference(before, fingerprint(api.database(), tenant.id)) == "");
}

TEST_CASE("without a key nobody learns whether a record exists or a body is sound") {
  Api api;
  auto const tenant = api.make_tenant();
  auto maker = api.client(tenant.key);
  World const world(api, tenant, 1, "quokka");
  auto client = api.client("");
  for (auto const& route : api_routes()) {
    if (route.scope.empty()) continue;
    INFO(to_string(route));
    auto target = world.fill(route.target);
    for (auto const& [name, id] : world.ids()) {
      if (auto const at = target.find(id); at != std::string::npos) target[at] ^= 1;
    }
    auto const body = route.body.empty() ? std::string() : std::string("{\"nonsense\":");
    auto const answer = client.request(std::string(route.method), target, body);
    CHECK(answer.status == 401);
  }
}

TEST_CASE("a revoked key is refused within a second, though it was used a moment ago") {
  Api api;
  auto const tenant = api.make_tenant();
  auto const key = api.make_key(tenant, "all");
  auto client = api.client(key);
  REQUIRE(client.get("/v1/cases").status == 200);
  api.revoke(key);
  auto const revoked_at = std::chrono::steady_clock::now();
  while (client.get("/v1/cases").status == 200) {
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    REQUIRE(std::chrono::steady_clock::now() - revoked_at < std::chrono::seconds(2));
  }
  CHECK(std::chrono::steady_clock::now() - revoked_at < std::chrono::milliseconds(1200));
  CHECK(client.get("/v1/cases").status == 401);
}

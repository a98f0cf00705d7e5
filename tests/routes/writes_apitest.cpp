// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// What holds for every write: it may be repeated under its key, by many at once, and a refusal
// leaves nothing behind.
#include <algorithm>
#include <catch2/catch.hpp>
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

constexpr std::size_t racing_clients = 8;

struct Bench {
  Api api;
  Api::Tenant tenant = api.make_tenant();
  Client client = api.client(tenant.key);
  int worlds = 0;

  World make_world() { return World(api, tenant, ++worlds, "quokka"); }
  std::map<std::string, std::string> state() { return fingerprint(api.database(), tenant.id); }
};

Response ask(Client& client, ApiRoute const& route, World const& world, Headers const& headers) {
  return client.request(std::string(route.method), world.fill(route.target), world.fill(route.body),
                        headers);
}

}  // namespace

TEST_CASE("every write repeated under its key has its first outcome and no second effect") {
  Bench bench;
  for (auto const& route : api_routes()) {
    if (!route.writes()) continue;
    INFO(to_string(route));
    auto const world = bench.make_world();
    Headers const headers{{"Idempotency-Key", "key-" + world.at("number")}};
    auto const first = ask(bench.client, route, world, headers);
    CHECK(first.status == route.status);
    CHECK(!first.has("idempotency-replayed"));
    auto const before = bench.state();
    for (int i = 0; i < 2; ++i) {
      auto const again = ask(bench.client, route, world, headers);
      CHECK(again.status == first.status);
      CHECK(again.body == first.body);
      CHECK(again.header("idempotency-replayed") == "true");
    }
    CHECK(difference(before, bench.state()) == "");
  }
}

TEST_CASE("a key used for another body is refused, whichever the write") {
  Bench bench;
  for (auto const& route : api_routes()) {
    if (!route.writes()) continue;
    INFO(to_string(route));
    auto const world = bench.make_world();
    Headers const headers{{"Idempotency-Key", "key-" + world.at("number")}};
    REQUIRE(ask(bench.client, route, world, headers).status == route.status);
    auto const before = bench.state();
    auto const body = route.body.empty() ? std::string("{}") : " " + world.fill(route.body);
    auto const other =
        bench.client.request(std::string(route.method), world.fill(route.target), body, headers);
    CHECK(other.status == 422);
    CHECK(other.body.find("idempotency_mismatch") != std::string::npos);
    CHECK(fault_in(other, "quokka") == "");
    CHECK(difference(before, bench.state()) == "");
  }
}

TEST_CASE("many who send the same write under one key at once get one and the same outcome") {
  Bench bench;
  for (auto const& route : api_routes()) {
    if (!route.writes()) continue;
    INFO(to_string(route));
    auto const world = bench.make_world();
    Headers const headers{{"Idempotency-Key", "key-" + world.at("number")}};
    std::vector<Response> answers(racing_clients);
    std::vector<std::thread> racers;
    for (auto& answer : answers) {
      racers.emplace_back([&] {
        auto client = bench.api.client(bench.tenant.key);
        answer = ask(client, route, world, headers);
      });
    }
    for (auto& racer : racers) racer.join();
    std::size_t first = 0;
    for (auto const& answer : answers) {
      CHECK(answer.status == route.status);
      CHECK(answer.body == answers.front().body);
      if (!answer.has("idempotency-replayed")) ++first;
    }
    CHECK(first == 1);
  }
}

namespace {

using Versions = std::map<std::string, std::int64_t>;  // by root

template <class Look>
auto look(postgres::Pool& pool, TenantId tenant, Look const& at) {
  decltype(at(std::declval<postgres::Tx&>())) seen{};
  pool.transact(postgres::Mode::read, tenant, [&](postgres::Tx& tx) { seen = at(tx); });
  return seen;
}

/// Commits up to now, by their transactions.
std::int64_t last_commit(Bench& bench) {
  return look(bench.api.database().service_pool(), bench.tenant.id, [](postgres::Tx& tx) {
    return tx.exec("select coalesce(max(xid::text::bigint), 0) from commits")[0][0].integer();
  });
}

Versions versions(postgres::Rows const& rows) {
  Versions found;
  for (auto const row : rows) found[row[0].id<CustomerId>().str()] = row[1].integer();
  return found;
}

Versions versions_now(Bench& bench) {
  return look(bench.api.database().pool(), bench.tenant.id, [](postgres::Tx& tx) {
    return versions(tx.exec("select id, version from parts where tenant_id = $1", {tx.tenant()}));
  });
}

/// What the caches were told of by the commits since then, but for roots that names have left.
Versions told_since(Bench& bench, std::int64_t commit) {
  return look(bench.api.database().service_pool(), bench.tenant.id, [commit](postgres::Tx& tx) {
    return versions(
        tx.exec("select r.root, max(r.version) from commits c, unnest(roots, versions) r "
                "(root, version) where c.tenant_id = $1 and xid::text::bigint > $2 "
                "and r.root <> all(losing) group by 1",
                {tx.tenant(), commit}));
  });
}

/// Whether all of it was told of again since then, as new as it was.
bool covers(Versions const& again, Versions const& first) {
  return std::all_of(first.begin(), first.end(), [&](auto const& one) {
    auto const found = again.find(one.first);
    return found != again.end() && found->second >= one.second;
  });
}

/// Does it, and asks for it again under another key, twice. Whether the second time found it done.
bool is_found_done(Bench& bench, ApiRoute const& route) {
  auto const world = bench.make_world();
  auto commit = last_commit(bench);
  auto const untouched = versions_now(bench);
  REQUIRE(ask(bench.client, route, world, {}).status == route.status);
  auto first = told_since(bench, commit);
  std::erase_if(first, [&](auto const& one) {  // locked, and no more than that
    auto const found = untouched.find(one.first);
    return found != untouched.end() && found->second == one.second;
  });
  auto const before = bench.state();
  Headers const headers{{"Idempotency-Key", "again-" + world.at("number")}};
  commit = last_commit(bench);
  if (ask(bench.client, route, world, headers).status / 100 != 2) return false;
  if (first.empty() || !difference(before, bench.state()).empty()) return false;
  CHECK(covers(told_since(bench, commit), first));
  commit = last_commit(bench);
  CHECK(ask(bench.client, route, world, headers).has("idempotency-replayed"));
  CHECK(covers(told_since(bench, commit), first));
  return true;
}

/// Where the routes' own bodies bring something new each time.
ApiRoute const said_once[] = {
    {"POST", "/v1/interactions/{id}/messages", "interactions:write", 201,
     "/v1/interactions/<interaction>/messages",
     R"json({"messages": [{"role": "customer", "text": "<secret> once",
                           "external_id": {"system": "chat", "id": "once-<number>"}}]})json"},
    {"POST", "/v1/identity/resolve", "identity:write", 200, "/v1/identity/resolve",
     R"json({"identifiers": [{"type": "phone", "value": "<new_phone>"}], "create": true})json"},
    {"POST", "/v1/identity/resolve", "identity:write", 200, "/v1/identity/resolve",
     R"json({"identifiers": [{"type": "phone", "value": "<new_phone>"}], "create": true,
             "profile": {"given_name": "Ottoline", "family_name": "Fairweather"}})json"},
};

}  // namespace

TEST_CASE("a write that finds its work done is told to the caches like the one that did it") {
  Bench bench;
  std::set<std::string> left;
  for (auto const& route : api_routes()) {
    if (route.writes()) left.insert(std::string(route.path));
  }
  for (auto const& route : api_routes()) {
    if (!route.writes()) continue;
    INFO(to_string(route));
    if (is_found_done(bench, route)) left.erase(std::string(route.path));
  }
  for (auto const& route : said_once) {
    INFO(route.body);
    CHECK(is_found_done(bench, route));
    left.erase(std::string(route.path));
  }
  // These change no customer, and those two refuse what is done.
  std::set<std::string> const others{"/v1/interactions/{id}/heartbeat", "/v1/live/tickets",
                                     "/v1/settings/{section}", "/v1/handoffs",
                                     "/v1/customers/{id}/identifiers/{type}/{value}"};
  CHECK(left == others);
}

TEST_CASE("a write that is refused for what it names makes nobody known and nothing taken") {
  Bench bench;
  auto const world = bench.make_world();
  auto const before = bench.state();
  auto const unknown = "0190b5a2-c0de-7000-8000-00000000000a";
  auto const body = [&](std::string const& text) {
    auto filled = world.fill(text);
    filled.replace(filled.find("UNKNOWN"), 7, unknown);
    return filled;
  };
  auto const start = bench.client.post(
      "/v1/interactions", body(R"({"channel": "chat", "direction": "inbound", "case_id": "UNKNOWN",
               "identifiers": [{"type": "phone", "value": "<new_phone>"}],
               "external_id": {"system": "s", "id": "1"}})"));
  CHECK(start.status == 422);
  CHECK(names(start, "/case_id"));
  auto const note =
      bench.client.post(world.fill("/v1/cases/<case>/notes"),
                        body(R"({"kind": "open_question", "text": "x", "interaction_id": "UNKNOWN",
               "external_id": {"system": "s", "id": "1"}})"));
  CHECK(note.status == 422);
  CHECK(names(note, "/interaction_id"));
  auto const event = bench.client.post(
      "/v1/events",
      body(R"({"events": [{"type": "seen", "at": "2020-01-01T00:00:00Z", "case_id": "UNKNOWN",
                           "identifiers": [{"type": "phone", "value": "<new_phone>"}],
                           "external_id": {"system": "s", "id": "1"}}]})"));
  CHECK(event.status == 200);
  CHECK(event.json().at("results").at(0).at("status") == "failed");
  CHECK(difference(before, bench.state()) == "");
}

TEST_CASE("an element that fails takes nothing of its neighbours along") {
  Bench bench;
  auto const world = bench.make_world();
  auto const answer = bench.client.post("/v1/events", world.fill(R"({"events": [
        {"type": "seen", "at": "2020-01-01T00:00:00Z", "customer_id": "<customer>"},
        {"type": "seen", "at": "2020-01-01T00:00:00Z", "case_id": "<case>",
         "identifiers": [{"type": "phone", "value": "<new_phone>"}]},
        {"type": "Not a type", "at": "2020-01-01T00:00:00Z", "customer_id": "<customer>"},
        {"type": "seen", "at": "2020-01-01T00:00:00Z",
         "identifiers": [{"type": "email", "value": "neighbour@example.com"}]}]})"));
  REQUIRE(answer.status == 200);
  auto const results = answer.json().at("results");
  INFO(results.dump());
  CHECK(results.at(0).at("status") == "created");
  CHECK(results.at(1).at("status") == "failed");
  CHECK(results.at(2).at("status") == "failed");
  CHECK(results.at(3).at("status") == "created");
  CHECK(bench.client.get(world.fill("/v1/context?phone=<new_phone>")).status == 404);
  CHECK(bench.client.get("/v1/context?email=neighbour@example.com").status == 200);
}

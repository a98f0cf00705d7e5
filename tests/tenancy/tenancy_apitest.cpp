// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// Two companies with the same customers, subjects and foreign ids, reaching for each other through
// every route.
#include <catch2/catch.hpp>
#include <map>

#include "support/api/api.hpp"
#include "support/api/fingerprint.hpp"
#include "support/api/problems.hpp"
#include "support/api/routes.hpp"
#include "support/api/world.hpp"

using namespace throughline;
using namespace throughline::support;

namespace {

constexpr auto our_secret = "alpaca";
constexpr auto their_secret = "beaver";

/// The same world twice, each in a tenant of its own.
struct Neighbours {
  explicit Neighbours(Api::Cache cache) : api(cache) {}

  Api api;
  Api::Tenant ours = api.make_tenant();
  Api::Tenant theirs = api.make_tenant();
  Client we = api.client(ours.key);
  Client they = api.client(theirs.key);
  int worlds = 0;

  struct Pair {
    World our;
    World their;
  };
  Pair make_worlds() {
    ++worlds;
    return {World(api, ours, worlds, our_secret), World(api, theirs, worlds, their_secret)};
  }
};

Response ask(Client& client, ApiRoute const& route, World const& world,
             Headers const& headers = {}) {
  return client.request(std::string(route.method), world.fill(route.target), world.fill(route.body),
                        headers);
}

/// What an answer holds of a world that is none of the reader's business.
std::string leak(Response const& answer, World const& world) {
  std::string text = answer.body;
  for (auto const& [name, value] : answer.headers) text += "\n" + name + ": " + value;
  if (text.find(world.at("secret")) != std::string::npos) return "the secret in " + text;
  for (auto const& [name, id] : world.ids()) {
    if (text.find(id) != std::string::npos) return "the " + name + " in " + text;
  }
  return {};
}

bool holds(std::string_view text, std::string const& name) {
  return text.find("<" + name + ">") != std::string_view::npos;
}

/// Whether an answer says no more than that there is nothing.
bool says_nothing(Response const& answer, ApiRoute const& route) {
  if (answer.status == 404 || answer.status == 422) return true;
  if (answer.status != 200) return false;
  auto const document = answer.json();
  if (!route.items.empty()) return document.at("results").at(0).at("status") == "failed";
  return document.contains("items") && document.at("items").empty();
}

/// Every item of a list, read in pages of `limit`.
nlohmann::json read_all(Client& client, std::string const& target, int limit) {
  auto all = nlohmann::json::array();
  std::string cursor;
  while (true) {
    auto const answer = client.get(target + "?limit=" + std::to_string(limit) + cursor);
    REQUIRE(answer.status == 200);
    auto const page = answer.json();
    for (auto const& item : page.at("items")) all.push_back(item);
    bool const more = page.value("has_more", !page.at("next_cursor").is_null());
    if (!more) return all;
    cursor = "&cursor=" + page.at("next_cursor").get<std::string>();
  }
}

}  // namespace

TEST_CASE("no route shows or changes a record of another tenant, whichever id it is given") {
  Neighbours both(GENERATE(Api::Cache::memory, Api::Cache::redis));
  auto const worlds = both.make_worlds();
  auto const state = fingerprint(both.api.database(), both.ours.id);
  for (auto const& route : api_routes()) {
    for (auto const& [name, id] : worlds.our.ids()) {
      if (!holds(route.target, name) && !holds(route.body, name)) continue;
      INFO(to_string(route) << " with our <" << name << ">");
      auto const before = fingerprint(both.api.database(), both.theirs.id);
      auto const answer = ask(both.they, route, worlds.their.with(name, id));
      auto const path = route.target.substr(0, route.target.find('?'));
      INFO(answer.status << " " << answer.body);
      CHECK(leak(answer, worlds.our) == "");
      CHECK(says_nothing(answer, route));
      if (holds(path, name)) CHECK(answer.status == 404);
      CHECK(difference(before, fingerprint(both.api.database(), both.theirs.id)) == "");
    }
  }
  CHECK(difference(state, fingerprint(both.api.database(), both.ours.id)) == "");
}

TEST_CASE("an id of before a merge is as foreign as any") {
  Neighbours both(Api::Cache::memory);
  auto const worlds = both.make_worlds();
  auto const joined =
      both.we.post(worlds.our.fill("/v1/interactions/<stranger_interaction>/identify"),
                   worlds.our.fill(R"({"customer_id": "<customer>"})"));
  REQUIRE(joined.status == 200);
  // Both were made at one moment of a clock that stands still: either may have survived.
  auto const root = joined.json().at("customer").at("id").get<std::string>();
  auto const old = worlds.our.at(root == worlds.our.at("customer") ? "stranger" : "customer");
  REQUIRE(both.we.get("/v1/customers/" + old).json().at("merged_into") == root);
  for (auto const& target : {"/v1/customers/" + old, "/v1/customers/" + old + "/timeline",
                             "/v1/context?customer_id=" + old}) {
    INFO(target);
    auto const answer = both.they.get(target);
    CHECK(answer.status == 404);
    CHECK(leak(answer, worlds.our) == "");
  }
}

TEST_CASE("equal requests of two tenants, foreign ids and idempotency keys included, never meet") {
  Neighbours both(GENERATE(Api::Cache::memory, Api::Cache::redis));
  for (auto const& route : api_routes()) {
    if (route.scope.empty()) continue;
    INFO(to_string(route));
    auto const worlds = both.make_worlds();
    Headers headers;
    if (route.writes()) headers = {{"Idempotency-Key", "same-" + worlds.our.at("number")}};
    auto const ours = ask(both.we, route, worlds.our, headers);
    auto const theirs = ask(both.they, route, worlds.their, headers);
    INFO(ours.body << "\n" << theirs.body);
    CHECK(ours.status == route.status);
    CHECK(theirs.status == route.status);
    CHECK(leak(ours, worlds.their) == "");
    CHECK(leak(theirs, worlds.our) == "");
  }
}

TEST_CASE("an identifier that two tenants know leads each to its own customer") {
  Neighbours both(GENERATE(Api::Cache::memory, Api::Cache::redis));
  auto const worlds = both.make_worlds();
  for (auto const* by : {"phone=<phone>", "email=<email>"}) {
    auto const target = worlds.our.fill(std::string("/v1/context?") + by);
    INFO(target);
    auto const their_first = both.they.get(target);
    auto const ours = both.we.get(target);
    CHECK(ours.json().at("customer").at("id") == worlds.our.at("customer"));
    CHECK(their_first.json().at("customer").at("id") == worlds.their.at("customer"));
    REQUIRE(
        both.we.patch(worlds.our.fill("/v1/customers/<customer>"), R"({"tier":"gold"})").status ==
        200);
    auto const theirs = both.they.get(target);
    CHECK(theirs.body == their_first.body);
    CHECK(theirs.header("etag") == their_first.header("etag"));
    CHECK(leak(theirs, worlds.our) == "");
  }
  SECTION("and taken from one it stays with the other") {
    auto const target = worlds.our.fill("/v1/customers/<customer>/identifiers/phone/<phone>");
    REQUIRE(both.we.del(target).status == 200);
    CHECK(both.we.get(worlds.our.fill("/v1/context?phone=<phone>")).status == 404);
    CHECK(both.they.get(worlds.our.fill("/v1/context?phone=<phone>")).status == 200);
  }
}

TEST_CASE("the feed of one tenant shows nothing of the other") {
  Neighbours both(Api::Cache::memory);
  auto const worlds = both.make_worlds();
  for (auto* side : {&both.we, &both.they}) {
    bool const ours = side == &both.we;
    auto const& other = ours ? worlds.their : worlds.our;
    auto const& own = ours ? worlds.our : worlds.their;
    auto const feed = read_all(*side, "/v1/changes", 3).dump();
    for (auto const& [name, id] : other.ids()) CHECK(feed.find(id) == std::string::npos);
    for (auto const* name : {"customer", "interaction", "message", "case", "note", "stranger"}) {
      INFO(name);
      CHECK(feed.find(own.at(name)) != std::string::npos);
    }
  }
}

TEST_CASE("a cursor is good for its own list, filter and tenant only") {
  Neighbours both(Api::Cache::memory);
  auto const worlds = both.make_worlds();
  both.make_worlds();  // so that every list has a second page
  auto const& our = worlds.our;
  for (auto* side : {&both.we, &both.they}) {
    auto const& world = side == &both.we ? worlds.our : worlds.their;
    REQUIRE(
        side->post(world.fill("/v1/cases/<case>/notes"), R"({"kind":"note","text":"2"})").status ==
        201);
  }
  std::vector<std::string> const lists{"/v1/interactions?",
                                       "/v1/interactions?status=live&",
                                       "/v1/cases?",
                                       "/v1/cases?status=open&",
                                       "/v1/cases/<case>/notes?",
                                       "/v1/interactions/<interaction>/messages?",
                                       "/v1/changes?",
                                       "/v1/customers/<customer>/timeline?",
                                       "/v1/identity/matches?",
                                       "/v1/identity/matches?status=open&",
                                       "/v1/interactions?channel=chat&"};
  std::map<std::string, std::string> cursors;
  for (auto const& list : lists) {
    auto const page = both.we.get(our.fill(list) + "limit=1").json();
    INFO(list << " " << page.dump());
    REQUIRE(page.at("next_cursor").is_string());
    cursors[list] = page.at("next_cursor");
  }
  for (auto const& [from, cursor] : cursors) {
    for (auto const& list : lists) {
      INFO("a cursor of " << from << " used for " << list);
      auto const query = "limit=1&cursor=" + cursor;
      auto const ours = both.we.get(our.fill(list) + query);
      CHECK(ours.status == (from == list ? 200 : 422));
      auto const theirs = both.they.get(worlds.their.fill(list) + query);
      CHECK(theirs.status == 422);
      CHECK(names(theirs, "?cursor"));
      CHECK(leak(theirs, our) == "");
    }
    auto damaged = cursor;
    damaged[damaged.size() / 2] = damaged[damaged.size() / 2] == 'A' ? 'B' : 'A';
    auto const answer = both.we.get(our.fill(from) + "cursor=" + damaged);
    CHECK(fault_in(answer) == "");
  }
}

// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// What clients see when old partitions are gone: no error but where a reader would miss something.
#include <catch2/catch.hpp>
#include <thread>

#include "support/server.hpp"
#include "throughline/platform/partitions.hpp"

using namespace throughline;
using namespace throughline::support;
using nlohmann::json;
using postgres::Mode;
using postgres::Tx;

namespace {

constexpr char const* start_body = R"({"channel":"chat","direction":"inbound",
    "identifiers":[{"type":"email","value":"crystal@example.com"}]})";
constexpr char const* said = R"({"messages":[
    {"role":"customer","text":"It is torn","external_id":{"system":"desk","id":"1"}}]})";
constexpr char const* happened = R"({"events":[
    {"type":"page_viewed","at":"2026-01-05T08:00:00Z","external_id":{"system":"web","id":"1"},
     "identifiers":[{"type":"email","value":"crystal@example.com"}]}]})";

ServerOptions on(Database& database) {
  ServerOptions options;
  options.database = &database;
  return options;
}

/// A customer who wrote long ago, under partitions that were detached since, and writes again.
struct World {
  Database database{Database::Kind::fresh};
  Server server{on(database)};
  Client client = server.client();
  std::string customer;
  std::string interaction;
  std::string old_cursor;

  World() {
    server.clock().set(test_now - std::chrono::days(300));
    auto const started = client.post("/v1/interactions", start_body);
    REQUIRE(started.status == 201);
    customer = started.json().at("customer").at("id");
    interaction = started.json().at("interaction").at("id");
    REQUIRE(client.post(transcript(), said).status == 201);
    REQUIRE(client.post("/v1/events", happened).status == 200);
    old_cursor = changes("").at("next_cursor");
    server.clock().set(test_now);
    as_owner("select setval('changes_position', 2 * 16777216::bigint)");
    database.service_pool().transact(Mode::write, TenantId{},
                                     [](Tx& tx) { partitions::make_ahead(tx, test_now); });
    for (auto const* table : {"timeline", "messages", "events", "changes"}) {
      as_owner("select throughline_detach_partition('" + std::string(table) +
               "_first', '2026-11-21 08:00+00')");
    }
  }

  void as_owner(std::string const& sql) {
    database.owner_pool().transact(Mode::write, TenantId{}, [&](Tx& tx) { tx.exec(sql); });
  }
  std::string transcript() const { return "/v1/interactions/" + interaction + "/messages"; }
  json timeline() {
    auto const page = client.get("/v1/customers/" + customer + "/timeline");
    REQUIRE(page.status == 200);
    return page.json().at("items");
  }
  /// Asks until something shows or the feed says that there is nothing more.
  json changes(std::string const& query) {
    for (int looks = 0;; ++looks) {
      auto const batch = client.get("/v1/changes?limit=500" + query);
      INFO(batch.body);
      REQUIRE(batch.status == 200);
      if (looks > 500 || !batch.json().at("items").empty()) return batch.json();
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
  }
};

TEST_CASE("what is left answers when old partitions are gone", "[partitions]") {
  World world;
  CHECK(world.timeline().empty());
  CHECK(world.client.get(world.transcript()).json().at("items").empty());
  CHECK(world.client.get("/v1/context?email=crystal@example.com").status == 200);
  CHECK(world.client.get("/v1/interactions/" + world.interaction).json().at("message_count") == 1);

  auto const again = world.client.post(world.transcript(), R"({"messages":[
      {"role":"customer","text":"Still torn"}]})");
  REQUIRE(again.status == 201);
  CHECK(again.json().at("messages")[0].at("seq") == 2);
  CHECK(world.client.get(world.transcript()).json().at("items").size() == 1);
  CHECK(world.timeline().size() == 1);
}

TEST_CASE("what was sent before and is gone is still known as sent", "[partitions]") {
  World world;
  auto const repeated = world.client.post(world.transcript(), said);
  REQUIRE(repeated.status == 200);
  json const message = repeated.json().at("messages")[0];
  CHECK(message.at("repeated") == true);
  CHECK_FALSE(message.contains("seq"));
  auto const event = world.client.post("/v1/events", happened);
  REQUIRE(event.status == 200);
  CHECK(event.json().at("results")[0].at("status") == "repeated");
  CHECK(world.timeline().empty());
}

TEST_CASE("an entry shows although what was said is gone", "[partitions]") {
  World world;
  REQUIRE(world.client
              .post(world.transcript(), R"({"messages":[
      {"role":"customer","text":"Still torn"}]})")
              .status == 201);
  auto const later = test_now + std::chrono::days(30);
  world.as_owner("select throughline_detach_partition('messages_20261103', '" +
                 format_rfc3339(later) + "')");
  json const entries = world.timeline();
  REQUIRE(entries.size() == 1);
  CHECK(entries[0].at("kind") == "message");
  CHECK(entries[0].at("message").is_null());
}

TEST_CASE("a cursor from below what is kept is refused, a reader without one begins above",
          "[partitions]") {
  World world;
  auto const refused = world.client.get("/v1/changes?cursor=" + world.old_cursor);
  CHECK(refused.status == 410);
  CHECK(refused.json().at("type").get<std::string>().ends_with("gone"));

  auto const empty = world.client.get("/v1/changes");
  REQUIRE(empty.status == 200);
  CHECK(empty.json().at("items").empty());
  // What it was given although nothing was there leads on.
  std::string const cursor = empty.json().at("next_cursor");
  REQUIRE(world.client
              .post(world.transcript(), R"({"messages":[
      {"role":"customer","text":"Still torn"}]})")
              .status == 201);
  for (std::string const& query : {std::string(), "&cursor=" + cursor}) {
    json const items = world.changes(query).at("items");
    REQUIRE(items.size() == 1);
    CHECK(items[0].at("type") == "message.added");
  }
}

}  // namespace

// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// What makes live streams look: a commit on their own instance or on another one, at once; and
// their own look at the latest. Where only waking can be it, looks are further apart than a test
// waits.
#include <catch2/catch.hpp>

#include "domain/live/desk_screen.hpp"
#include "support/redis_server.hpp"

using namespace throughline;
using namespace throughline::support;

namespace {

constexpr std::chrono::minutes never{10};
constexpr int writes = 20;

ServerOptions looking(std::chrono::milliseconds interval, Database* database = nullptr,
                      std::string const& redis_url = {}) {
  auto options =
      with_limits([=](config::Limits& limits) { limits.live_look = interval; }, database);
  options.redis_url = redis_url;
  return options;
}

void rename(Client& client, std::string const& customer, int number) {
  Json const body{{"display_name", "name " + std::to_string(number)}};
  body_of(client.patch("/v1/customers/" + customer, body.dump()), 200);
}

/// Each renaming is told before the next one is made.
void check_told_of_each(EventStream& stream, Client& writer, std::string const& customer) {
  for (int i = 0; i < writes; ++i) {
    rename(writer, customer, i);
    CHECK(stream.take().type == "customer.updated");
  }
}

}  // namespace

TEST_CASE("live: a commit on the same instance wakes its streams") {
  Screen screen(looking(never));
  auto const a = screen.person("1");
  auto stream = screen.watch("customer_ids=" + a);
  check_told_of_each(stream, screen.client, a);
  // Writes that commit in groups, and what the sweeper commits, do so too.
  Json const contact{{"channel", "voice"}, {"direction", "inbound"}, {"customer_id", a}};
  auto const call =
      id_of(body_of(screen.client.post("/v1/interactions", contact.dump()), 201).at("interaction"));
  CHECK(stream.take().type == "interaction.started");
  Json const lines{{"messages", {{{"role", "customer"}, {"text", "hello"}}}}};
  body_of(screen.client.post("/v1/interactions/" + call + "/messages", lines.dump()), 201);
  CHECK(stream.take().type == "message.added");
  screen.server.clock().advance(std::chrono::hours(24));
  screen.server.ring();
  CHECK(stream.take().type == "interaction.ended");
}

TEST_CASE("live: a commit on another instance wakes the streams of this one through Redis") {
  RedisServer redis;
  Database database;
  Screen here(looking(never, &database, redis.url()));
  Server there(looking(never, &database, redis.url()));
  auto const a = here.person("1");
  Client over_there = there.client_with(here.key);
  auto on_here = here.watch("customer_ids=" + a);
  check_told_of_each(on_here, over_there, a);
  EventStream on_there(there.port(), "/v1/live?customer_ids=" + a, here.key);
  CHECK(on_there.take().type == "ready");
  check_told_of_each(on_there, here.client, a);
}

TEST_CASE("live: what Redis did not tell is found by the next look, and then Redis tells again") {
  RedisServer redis;
  Database database;
  Screen here(looking(std::chrono::milliseconds(100), &database, redis.url()));
  Server there(looking(never, &database, redis.url()));
  auto const a = here.person("1");
  Client over_there = there.client_with(here.key);
  auto on_here = here.watch("customer_ids=" + a);
  redis.kill();
  rename(over_there, a, 1);
  CHECK(on_here.take().type == "customer.updated");
  EventStream on_there(there.port(), "/v1/live?customer_ids=" + a, here.key);
  CHECK(on_there.take().type == "ready");
  redis.start();
  // Who listens is connected again sooner or later: until then what is written is not told.
  bool told = false;
  for (int i = 2; i < 100 && !told; ++i) {
    rename(here.client, a, i);
    told = on_there.next(std::chrono::milliseconds(200)).has_value();
  }
  CHECK(told);
}

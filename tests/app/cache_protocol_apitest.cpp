// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// Whole instances on one database while Redis, links and leases fail: a write that was answered is
// in every read that begins afterwards, and nothing waits longer than it must.
#include <catch2/catch.hpp>
#include <cstdlib>
#include <thread>

#include "support/redis_server.hpp"
#include "support/relay.hpp"
#include "support/server.hpp"
#include "support/stage.hpp"
#include "throughline/platform/postgres_session.hpp"

namespace throughline::app {

using namespace std::chrono_literals;
using support::Database;
using support::RedisServer;
using support::Server;
using support::Stage;
using Clock = std::chrono::steady_clock;

namespace {

constexpr char const* name = "phone:+46701234567";

double seconds_since(Clock::time_point begin) {
  return std::chrono::duration<double>(Clock::now() - begin).count();
}

/// Instances on one database of their own, over the same customers.
struct World {
  Database database{Database::Kind::fresh};
  Stage stage;
  std::string key;
  cache::Timing timing{.interval = 40ms};

  World() { stage.make_root({name}); }

  std::unique_ptr<Server> start(std::string const& redis_url, bool wait = true) {
    support::ServerOptions options;
    options.database = &database;
    options.routes = routes_for_tests(stage);
    options.redis_url = redis_url;
    options.timing = timing;
    options.wait_until_fresh = wait;
    options.configure = [](config::Config& config) { config.redis_timeout = 200ms; };
    auto server = std::make_unique<Server>(std::move(options));
    if (key.empty()) key = server->make_key(Server::make_tenant_name());
    return server;
  }

  support::Response read(Server& server) {
    return server.client_with(key).get("/v1/documents?name=" + std::string(name));
  }
  int version(Server& server) {
    auto const answer = read(server);
    REQUIRE(answer.status == 200);
    return answer.json()["version"].get<int>();
  }
  support::Response write(Server& server, support::Headers const& headers = {}) {
    return server.client_with(key).post("/v1/documents/" + std::string(name), "{}", headers);
  }
  /// Writes at one, and finds it at all.
  void write_and_read(Server& at, std::initializer_list<Server*> all) {
    auto const written = write(at);
    REQUIRE(written.status == 200);
    for (auto* server : all) CHECK(version(*server) == written.json()["version"].get<int>());
  }
};

std::string readiness(Server& server) {
  return server.client_with("").get("/readyz").body;
}

bool soon(std::function<bool()> const& reached, std::chrono::milliseconds longest = 15s) {
  auto const end = Clock::now() + longest;
  while (!reached()) {
    if (Clock::now() > end) return false;
    std::this_thread::sleep_for(10ms);
  }
  return true;
}

postgres::PoolOptions service(Database const& database) {
  postgres::PoolOptions options;
  options.url = database.url();
  options.role = postgres::service_role;
  return options;
}

std::string metric(Server& server, std::string const& line) {
  support::Client client(server.metrics_port());
  client.recorded = false;
  auto const page = client.get("/metrics").body;
  auto const at = page.find("\n" + line + " ");
  if (at == std::string::npos) return "";
  auto const begin = at + line.size() + 2;
  return page.substr(begin, page.find('\n', begin) - begin);
}

}  // namespace

TEST_CASE("with Redis dead writes wait once, reads go on, and both recover") {
  RedisServer redis;
  World world;
  auto one = world.start(redis.url());
  auto two = world.start(redis.url());
  world.write_and_read(*one, {one.get(), two.get()});
  redis.kill();
  auto begin = Clock::now();
  world.write_and_read(*one, {one.get(), two.get()});
  CHECK(seconds_since(begin) < 3.5);

  // Once trust has been withdrawn for long enough nobody waits any more.
  REQUIRE(soon([&] {
    auto const before = Clock::now();
    REQUIRE(world.write(*two).status == 200);
    return seconds_since(before) < 0.5;
  }));
  begin = Clock::now();
  for (int i = 0; i < 5; ++i) world.write_and_read(*one, {one.get(), two.get()});
  CHECK(seconds_since(begin) < 1.5);
  CHECK(readiness(*one).find("redis is out of reach") != std::string::npos);

  redis.start();
  one->wait_until_fresh();
  two->wait_until_fresh();
  world.write_and_read(*two, {one.get(), two.get()});
  CHECK(metric(*one, "throughline_cache_trusted") == "1");
}

TEST_CASE("a Redis that pauses holds up no read and no write for long") {
  RedisServer redis;
  World world;
  auto one = world.start(redis.url());
  world.write_and_read(*one, {one.get()});
  redis.pause();
  auto const begin = Clock::now();
  world.write_and_read(*one, {one.get()});
  CHECK(seconds_since(begin) < 4);
  redis.resume();
  one->wait_until_fresh();
  world.write_and_read(*one, {one.get()});
}

TEST_CASE("who can't reach Redis is answered as soon as another's relay has told it") {
  RedisServer redis;
  support::Relay wire("127.0.0.1", std::to_string(redis.port()));
  World world;
  world.timing.lapse = 30s;  // nothing else lets an answer go in time
  world.timing.give_up = 30s;
  auto relaying = world.start(redis.url());
  auto cut_off = world.start("redis://127.0.0.1:" + wire.port());
  REQUIRE(metric(*relaying, "throughline_cache_relay_active") == "1");
  world.write_and_read(*cut_off, {relaying.get(), cut_off.get()});
  wire.refuse(true);
  wire.hold(true);
  REQUIRE(soon([&] { return readiness(*cut_off).find("out of reach") != std::string::npos; }));
  REQUIRE(world.read(*relaying).status == 200);
  auto const begin = Clock::now();
  world.write_and_read(*cut_off, {relaying.get(), cut_off.get()});
  CHECK(seconds_since(begin) < 5);
  CHECK(metric(*cut_off, "throughline_cache_parked_total{outcome=\"answered\"}") == "1");
  wire.refuse(false);
  wire.hold(false);
}

TEST_CASE("a caller who will not wait gets 503, and its answer when it comes again") {
  RedisServer redis;
  World world;
  auto one = world.start(redis.url());
  world.write_and_read(*one, {one.get()});
  redis.kill();
  auto const begin = Clock::now();
  auto const refused = world.write(*one, {{"Prefer", "respond-async, wait=0"},
                                          {"Idempotency-Key", "k-1"}});
  CHECK(refused.status == 503);
  CHECK(seconds_since(begin) < 2);
  CHECK(refused.header("idempotency-key") == "k-1");
  CHECK(refused.has("retry-after"));
  auto const answered = world.write(*one, {{"Idempotency-Key", "k-1"}});
  CHECK(answered.status == 200);
  CHECK(answered.header("idempotency-replayed") == "true");
  CHECK(seconds_since(begin) < 5);
}

TEST_CASE("what Redis wakes up with from an old snapshot is never shown") {
  auto const folder = "/tmp/throughline-" + to_string(make_uuid7(SystemClock().now()));
  REQUIRE(std::system(("mkdir -p " + folder).c_str()) == 0);
  RedisServer redis({"--dir", folder});
  World world;
  auto one = world.start(redis.url());
  auto two = world.start(redis.url());
  world.write_and_read(*one, {one.get(), two.get()});
  REQUIRE(soon([&] {
    world.read(*one);
    return metric(*two, "throughline_cache_reads_total{form=\"redis\",result=\"hit\"}") != "0" ||
           (world.read(*two), false);
  }));
  auto const save = "redis-cli -p " + std::to_string(redis.port()) + " SAVE >/dev/null";
  REQUIRE(std::system(save.c_str()) == 0);
  world.write_and_read(*two, {one.get(), two.get()});
  redis.kill();
  redis.start();
  for (int i = 0; i < 3; ++i) world.write_and_read(*one, {one.get(), two.get()});
  one->wait_until_fresh();
  two->wait_until_fresh();
  for (int i = 0; i < 3; ++i) world.write_and_read(*two, {one.get(), two.get()});
  CHECK(std::system(("rm -r " + folder).c_str()) == 0);
}

TEST_CASE("when the relaying instance goes, another takes its turn without a pause in trust") {
  RedisServer redis;
  World world;
  auto one = world.start(redis.url());
  auto two = world.start(redis.url());
  auto const epoch = metric(*one, "throughline_cache_epoch");
  bool const orderly = GENERATE(true, false);
  if (orderly) {
    one.reset();
  } else {
    world.database.end_connections();
  }
  REQUIRE(soon([&] {
    return metric(*two, "throughline_cache_relay_active") == "1" ||
           (one && metric(*one, "throughline_cache_relay_active") == "1");
  }));
  two->wait_until_fresh();
  world.write_and_read(*two, {two.get()});
  if (orderly) CHECK(metric(*two, "throughline_cache_epoch") == epoch);
}

TEST_CASE("a second instance is refused where one serves from its memory") {
  World world;
  world.timing.hand_over = 300ms;
  auto first = world.start("");
  world.write_and_read(*first, {first.get()});
  CHECK_THROWS_WITH(world.start(""), Catch::Contains("for one instance alone"));
  RedisServer redis;
  CHECK_THROWS_WITH(world.start(redis.url()), Catch::Contains("holds the memory cache"));
  world.write_and_read(*first, {first.get()});

  first.reset();
  auto shared = world.start(redis.url());
  CHECK_THROWS_WITH(world.start(""), Catch::Contains("another instance serves"));
  world.write_and_read(*shared, {shared.get()});
}

TEST_CASE("an instance that is just leaving is waited for") {
  World world;
  auto first = world.start("");
  world.write_and_read(*first, {first.get()});
  std::jthread const leaving([&] {
    std::this_thread::sleep_for(500ms);
    first.reset();
  });
  auto const second = world.start("");
  world.write_and_read(*second, {second.get()});
  CHECK(metric(*second, "throughline_cache_lease") == "1");
}

TEST_CASE("a memory instance whose lease is another's neither shows nor confirms anything") {
  World world;
  auto server = world.start("");
  world.write_and_read(*server, {server.get()});
  REQUIRE(soon([&] {
    world.read(*server);
    return metric(*server, "throughline_cached_reads_total{from=\"cache\"}") != "0";
  }));

  // Another gets in between the loss of the session and the next one.
  std::optional<postgres::Session> other;
  REQUIRE(soon([&] {
    world.database.end_connections();
    other.emplace(service(world.database), 60s);
    return other->exec("select pg_try_advisory_lock(hashtext('throughline cache'), 1)")[0][0]
        .boolean();
  }));
  REQUIRE(soon([&] { return readiness(*server).find("unready") != std::string::npos; }));
  CHECK(readiness(*server).find("for one instance alone") != std::string::npos);
  auto const hits = metric(*server, "throughline_cached_reads_total{from=\"cache\"}");
  CHECK(world.read(*server).status == 200);
  CHECK(metric(*server, "throughline_cached_reads_total{from=\"cache\"}") == hits);
  CHECK(world.write(*server, {{"Prefer", "wait=0"}}).status == 503);
  auto const begin = Clock::now();
  CHECK(world.write(*server).status == 503);
  CHECK(seconds_since(begin) < 4);

  other.reset();
  REQUIRE(soon([&] { return readiness(*server).find("unready") == std::string::npos; }));
  server->wait_until_fresh();
  world.write_and_read(*server, {server.get()});
}

TEST_CASE("a memory instance that lost its session gets back to work by itself") {
  World world;
  auto server = world.start("");
  for (int i = 0; i < 5; ++i) {
    world.database.end_connections();
    REQUIRE(soon([&] { return world.write(*server).status == 200; }));
    world.write_and_read(*server, {server.get()});
  }
  server->wait_until_fresh();
}

}  // namespace throughline::app

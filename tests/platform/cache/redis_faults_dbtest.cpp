// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// The redis form while Redis is killed, paused, emptied or robbed of its functions.
#include <algorithm>
#include <random>

#include "platform/cache/redis_cache.hpp"

using namespace throughline;
using namespace throughline::tests;
using namespace std::chrono_literals;
using Catch::Contains;

namespace {

void keep(RedisCache& cache, cache::Key const& key, std::int64_t version) {
  cache.fill(0, key, cache.get(0, key).token, document(version));
  REQUIRE(cache.get(1, key).kind == Kind::hit);
}

}  // namespace

TEST_CASE("with Redis out of reach reads are away and changes are kept", "[cache][redis]") {
  RedisCache cache;
  keep(cache, key_number(1), 1);
  cache.server.kill();
  CHECK_FALSE(cache.invalidate(0, {touched(key_number(1), 2)}));
  CHECK(cache.get(0, key_number(1)).kind == Kind::away);
  CHECK(cache.get(1, key_number(1)).kind == Kind::away);
  CHECK(cache.ways[0].store->degraded() == "redis is out of reach");
  cache.ways[0].store->fill(key_number(1), "token", document(1));
  cache.sleep(20ms);
}

TEST_CASE("a Redis restarted empty gets its functions and serves again", "[cache][redis]") {
  RedisCache cache;
  auto const key = key_number(1);
  keep(cache, key, 1);
  cache.server.kill();
  cache.server.start();
  REQUIRE(cache.loop.run_until([&] { return !cache.ways[0].client->connected(); }));
  REQUIRE(cache.wait_up());
  REQUIRE(cache.wait_trusted());
  CHECK(cache.get(0, key).kind == Kind::lease);
}

TEST_CASE("what an earlier Redis process kept is never looked at", "[cache][redis]") {
  RedisCache cache;
  auto const key = key_number(1);
  keep(cache, key, 1);
  auto const name = cache.direct({"KEYS", "*"}).items.at(0).text;
  auto const dump = cache.direct({"DUMP", name}).text;
  cache.server.kill();
  cache.server.start();
  REQUIRE(cache.loop.run_until([&] { return !cache.raw->connected(); }));
  REQUIRE(cache.wait_up());
  REQUIRE(cache.direct({"RESTORE", name, "0", dump}).ok());  // as a snapshot would
  REQUIRE(cache.wait_trusted());
  CHECK(cache.get(0, key).kind == Kind::lease);
}

TEST_CASE("what Redis could not be told it is told before it is trusted again", "[cache][redis]") {
  auto const as = GENERATE(RedisCache::As::one_instance, RedisCache::As::two_instances);
  RedisCache cache(as);
  std::vector<postgres::Touched> roots;
  for (int i = 0; i < 20; ++i) {
    keep(cache, key_number(i), 1);
    roots.push_back(touched(key_number(i), 2));
  }
  // A pause would not do: a Redis that wakes up runs what it finds in its sockets.
  cache.direct({"ACL", "SETUSER", "default", "-fcall"});
  CHECK_FALSE(cache.invalidate(0, roots));
  cache.direct({"ACL", "SETUSER", "default", "+fcall"});
  // From now on every read of this instance is away or sees the change.
  auto const end = std::chrono::steady_clock::now() + 3s;
  auto const readers = as == RedisCache::As::one_instance ? 2U : 1U;
  int answered = 0;
  while (answered < 40 && std::chrono::steady_clock::now() < end) {
    for (std::size_t store = 0; store < readers; ++store) {
      auto const found = cache.get(store, key_number(answered % 20));
      REQUIRE(found.kind != Kind::hit);
      if (found.kind != Kind::away) ++answered;
    }
    cache.sleep(1ms);
  }
  CHECK(answered >= 40);
  REQUIRE(cache.wait_trusted());
  for (int i = 0; i < 20; ++i) CHECK(cache.get(1, key_number(i)).kind != Kind::hit);
}

TEST_CASE("a store whose own connection is fine distrusts Redis for its neighbour's sake",
          "[cache][redis]") {
  RedisCache cache(RedisCache::As::one_instance);
  auto const key = key_number(1);
  keep(cache, key, 1);
  cache.ways[0].client->close();  // for good: the neighbour has to deliver
  CHECK_FALSE(cache.invalidate(0, {touched(key, 2)}));
  CHECK(cache.ways[1].client->connected());
  CHECK(cache.get(1, key).kind == Kind::away);
  CHECK_THAT(cache.ways[1].store->degraded(), Contains("1 changed customers"));
  REQUIRE(cache.loop.run_until([&] { return cache.ways[1].store->degraded().empty(); }));
  CHECK(cache.get(1, key).kind == Kind::lease);
}

TEST_CASE("more changes than can be remembered: trust waits until entries have expired",
          "[cache][redis]") {
  auto options = RedisCache::short_lease();
  options.pending_max = 3;
  options.entry_ttl = 600ms;
  RedisCache cache(RedisCache::As::one_instance, options, 200ms);
  std::vector<postgres::Touched> roots;
  for (int i = 0; i < 5; ++i) keep(cache, key_number(i), 1);
  cache.server.pause();
  auto const lost_at = std::chrono::steady_clock::now();
  for (int i = 0; i < 5; ++i) cache.invalidate(0, {touched(key_number(i), 2)});
  cache.server.resume();
  REQUIRE(cache.wait_up());
  REQUIRE(cache.loop.run_until(
      [&] { return cache.ways[0].store->degraded().find("missed changes") != std::string::npos; }));
  CHECK(cache.get(0, key_number(0)).kind == Kind::away);
  REQUIRE(cache.wait_trusted());
  CHECK(std::chrono::steady_clock::now() - lost_at >= options.entry_ttl);
  for (int i = 0; i < 5; ++i) CHECK(cache.get(1, key_number(i)).kind == Kind::lease);
}

TEST_CASE("functions that Redis loses on the way are loaded again", "[cache][redis]") {
  RedisCache cache;
  auto const key = key_number(1);
  keep(cache, key, 1);
  REQUIRE(cache.direct({"FUNCTION", "FLUSH"}).ok());
  CHECK(cache.get(0, key).kind == Kind::away);
  REQUIRE(cache.loop.run_until([&] { return cache.get(0, key).kind == Kind::hit; }));

  REQUIRE(cache.direct({"FUNCTION", "FLUSH"}).ok());
  CHECK_FALSE(cache.invalidate(0, {touched(key, 2)}));
  CHECK(cache.get(0, key).kind == Kind::away);
  REQUIRE(cache.wait_trusted());
  CHECK(cache.get(0, key).kind == Kind::lease);
}

TEST_CASE("a store may go while its reads are in flight", "[cache][redis]") {
  RedisCache cache;
  std::vector<Kind> kinds;
  for (int i = 0; i < 70; ++i) {
    cache.ways[0].store->get(key_number(i),
                             [&](cache::Found found) { kinds.push_back(found.kind); });
  }
  cache.ways[0].store.reset();
  cache.ways[0].client->close();
  REQUIRE(cache.loop.run_until([&] { return kinds.size() == 70; }));
  CHECK(std::count(kinds.begin(), kinds.end(), Kind::away) == 70);
}

namespace {

/// One instance on two connections, nothing waited for, faults at random moments.
class Storm {
 public:
  Storm(RedisCache& cache, std::uint32_t seed) : cache_(cache), random_(seed) {}

  void run(int steps) {
    for (int i = 0; i < steps; ++i) {
      switch (random_() % 8) {
        case 0:
          write();
          break;
        case 1:
          cache_.loop.run_for(1ms);
          break;
        default:
          read();
          break;
      }
      if (random_() % 200 == 0) fault();
      cache_.loop.io().poll();
    }
    cache_.server.start();
    cache_.server.resume();
    REQUIRE(cache_.loop.run_until([&] { return begun_ == ended_; }));
  }
  int hits() const { return hits_; }
  int undelivered() const { return undelivered_; }

 private:
  static constexpr std::size_t keys = 5;
  struct Customer {
    std::int64_t committed = 1;
    std::int64_t acknowledged = 0;
  };

  void read() {
    auto const i = random_() % keys;
    auto const store = random_() % 2;
    auto const least = customers_[i].acknowledged;
    ++begun_;
    cache_.ways[store].store->get(key_number(static_cast<int>(i)), [=, this](cache::Found found) {
      ++ended_;
      if (found.kind == Kind::hit) {
        ++hits_;
        REQUIRE(found.document->version >= least);
      }
      if (found.kind != Kind::lease) return;
      auto const read = document(customers_[i].committed);
      cache_.ways[store].store->fill(key_number(static_cast<int>(i)), found.token, read);
    });
  }
  void write() {
    auto const i = random_() % keys;
    auto const version = ++customers_[i].committed;
    ++begun_;
    postgres::Touched const root = touched(key_number(static_cast<int>(i)), version);
    cache_.ways[random_() % 2].store->invalidate({&root, 1}, [=, this](bool told) {
      ++ended_;
      undelivered_ += !told;
      auto& acknowledged = customers_[i].acknowledged;
      acknowledged = std::max(acknowledged, version);
    });
  }
  void fault() {
    cache_.server.resume();
    command({"ACL", "SETUSER", "default", "+fcall"});
    switch (random_() % 6) {
      case 0:
        cache_.server.pause();
        break;
      case 4:
        command({"ACL", "SETUSER", "default", "-fcall"});
        break;
      case 1:
        cache_.server.kill();
        cache_.server.start();
        break;
      case 2:
        command({"FUNCTION", "FLUSH"});
        break;
      case 3:
        command({"FLUSHALL"});
        break;
      default:
        command({"CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes"});
        break;
    }
  }
  void command(std::vector<std::string> const& words) {
    cache_.raw->command(words, [](redis::Reply) {});
  }

  RedisCache& cache_;
  std::mt19937 random_;
  Customer customers_[keys];
  int begun_ = 0;
  int ended_ = 0;
  int hits_ = 0;
  int undelivered_ = 0;
};

}  // namespace

TEST_CASE("under faults an instance never reads what it has acknowledged as changed",
          "[cache][redis]") {
  auto const seed = std::random_device{}();
  INFO("seed " << seed);
  RedisCache cache(RedisCache::As::one_instance, RedisCache::short_lease(), 200ms);
  Storm storm(cache, seed);
  storm.run(5'000);
  CHECK(storm.hits() > 100);
  CHECK(storm.undelivered() > 0);
}

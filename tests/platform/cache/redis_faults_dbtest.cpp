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

TEST_CASE("with Redis out of reach reads are away and answers wait", "[cache][redis]") {
  RedisCache cache;
  keep(cache, key_number(1), 1);
  cache.server.kill();
  CHECK_FALSE(cache.invalidate(0, {touched(key_number(1), 2)}));
  CHECK(cache.get(0, key_number(1)).kind == Kind::away);
  CHECK(cache.get(1, key_number(1)).kind == Kind::away);
  CHECK(cache.ways[0].store->degraded() == "redis is out of reach");
  cache.ways[0].store->fill(key_number(1), "1/token", document(1));
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
  auto const name = cache.entries().at(0);
  auto const dump = cache.direct({"DUMP", name}).text;
  cache.server.kill();
  cache.server.start();
  REQUIRE(cache.loop.run_until([&] { return !cache.raw->connected(); }));
  REQUIRE(cache.wait_up());
  REQUIRE(cache.direct({"RESTORE", name, "0", dump}).ok());  // as a snapshot would
  REQUIRE(cache.wait_trusted());
  CHECK(cache.get(0, key).kind == Kind::lease);
}

TEST_CASE("a local copy of an earlier epoch is not taken for a version of this one",
          "[cache][redis]") {
  RedisCache cache;
  auto const key = key_number(1);
  keep(cache, key, 7);
  cache.authority.epoch += 1;
  REQUIRE(cache.loop.run_until([&] { return cache.get(1, key).kind == Kind::lease; }));
  cache.sleep(WaitingCache::lease + 20ms);  // Redis lets it pass a moment after its time
  auto const leased = cache.get(0, key);
  REQUIRE(leased.kind == Kind::lease);
  cache.fill(0, key, leased.token, document(7, "another 7"));
  CHECK(cache.get(1, key).document->body == "another 7");
}

TEST_CASE("a fence that stands still is trusted no longer, even if it is there",
          "[cache][redis]") {
  RedisCache cache;
  auto const key = key_number(1);
  keep(cache, key, 1);
  cache.granting = false;
  auto const value = cache.direct({"GET", RedisCache::fence_name()}).text;
  cache.direct({"SET", RedisCache::fence_name(), value});  // for ever, as a stuck clock would
  auto const until = std::chrono::steady_clock::now() + cache.timing.trust + 200ms;
  REQUIRE(cache.loop.run_until([&] { return std::chrono::steady_clock::now() > until; }));
  CHECK(cache.get(0, key).kind == Kind::away);
  CHECK_THAT(cache.ways[0].store->degraded(), Contains("not trusted"));
  cache.granting = true;
  REQUIRE(cache.wait_trusted());
  CHECK(cache.get(0, key).kind == Kind::hit);
}

TEST_CASE("a fence of another process is not this one's", "[cache][redis]") {
  RedisCache cache;
  auto const key = key_number(1);
  keep(cache, key, 1);
  // As a replica that was promoted would hold it: moving, but naming its former master.
  cache.authority.run_id = std::string(40, 'a');
  cache.granting = false;
  auto const until = std::chrono::steady_clock::now() + cache.timing.trust + 200ms;
  for (std::int64_t seq = 1'000'000; std::chrono::steady_clock::now() < until; ++seq) {
    cache.direct({"SET", RedisCache::fence_name(),
                  cache::write_fence({1, cache.authority.run_id, seq})});
  }
  CHECK(cache.get(0, key).kind == Kind::away);
}

TEST_CASE("an answer without the fence is not believed", "[cache][redis]") {
  RedisCache cache;
  auto const key = key_number(1);
  keep(cache, key, 1);
  cache.granting = false;
  REQUIRE(cache.direct({"DEL", RedisCache::fence_name()}).ok());
  CHECK(cache.get(0, key).kind == Kind::away);
}

TEST_CASE("a grant that comes late is refused", "[cache][redis]") {
  RedisCache cache;
  cache.granting = false;
  cache.direct({"DEL", RedisCache::fence_name()});
  auto const grant = [&](std::int64_t seconds_ago) {
    auto const now = cache.direct({"TIME"}).items;
    return cache
        .direct({"FCALL", cache::make_functions().grant, "1", RedisCache::fence_name(), "1:a:1",
                 std::to_string(std::stoll(now[0].text) - seconds_ago), now[1].text, "500", "1000"})
        .integer;
  };
  CHECK(grant(1) == 0);
  CHECK(grant(-1) == 0);
  CHECK(cache.direct({"GET", RedisCache::fence_name()}).kind == redis::Reply::Kind::nil);
  CHECK(grant(0) == 1);
  CHECK(cache.direct({"GET", RedisCache::fence_name()}).text == "1:a:1");
  auto const left = cache.direct({"PTTL", RedisCache::fence_name()}).integer;
  CHECK(left > 0);
  CHECK(left <= 1000);
}

TEST_CASE("a write tells of what it rests on, too", "[cache][redis]") {
  RedisCache cache;
  auto const left = key_number(1);
  auto const entered = key_number(2);
  keep(cache, left, 1);
  keep(cache, entered, 1);
  // A name has moved from one to the other; whoever committed that does not reach Redis.
  auto commit = cache.commit_of({touched(entered, 3)});
  commit.rests_on = {touched(left, 2)};
  CHECK(cache.settle(1, commit, 0ms));
  CHECK(cache.get(0, left).kind == Kind::lease);
  CHECK(cache.get(0, entered).kind == Kind::lease);
}

TEST_CASE("an answer waits until it is let go, its lapse or its caller's patience",
          "[cache][redis]") {
  RedisCache cache(RedisCache::As::one_instance);
  auto& standing = *cache.ways[0].standing;
  auto commit = cache.commit_of({touched(key_number(1), 2)});
  commit.authority->run_id = "another";
  std::vector<std::pair<int, bool>> answers;
  auto const settle = [&](int number, cache::Commit const& what, std::chrono::milliseconds wait) {
    cache.ways[0].store->settle(
        what, wait, [&, number](bool settled) { answers.emplace_back(number, settled); });
  };
  settle(1, commit, 10s);
  auto impatient = cache.commit_of(commit.roots);
  impatient.authority->active = false;
  settle(2, impatient, 30ms);
  auto old = cache.commit_of(commit.roots);
  old.authority.reset();
  old.at -= cache.timing.lapse - 60ms;
  standing.lease.extend(cache::Lease::Clock::now());
  settle(3, old, 10s);
  CHECK(standing.waiting().size() == 3);
  REQUIRE(cache.loop.run_until([&] { return answers.size() == 2; }));
  standing.let_go(std::vector{commit.id});
  REQUIRE(cache.loop.run_until([&] { return answers.size() == 3; }));
  CHECK(answers == std::vector<std::pair<int, bool>>{{2, false}, {3, true}, {1, true}});
  CHECK(standing.waiting().empty());

  // Without the lease a memory cache may have begun that nobody tells.
  standing.lease.drop();
  old.at = std::chrono::steady_clock::now() - cache.timing.lapse;
  CHECK_FALSE(cache.settle(0, old, 10s));
}

TEST_CASE("while Redis has been out for everyone long enough, nobody waits", "[cache][redis]") {
  RedisCache cache;
  cache.server.kill();
  auto commit = cache.commit_of({touched(key_number(1), 2)});
  commit.authority->active = false;
  commit.authority->inactive_for = cache.timing.lapse + 1ms;
  CHECK(cache.settle(0, commit, 0ms));
  commit.authority->inactive_for = cache.timing.lapse;
  CHECK_FALSE(cache.settle(0, commit, 0ms));
}

TEST_CASE("no more answers are parked than may be", "[cache][redis]") {
  RedisCache cache(RedisCache::As::one_instance);
  auto commit = cache.commit_of({touched(key_number(1), 2)});
  commit.authority.reset();
  std::size_t answered = 0;
  for (std::size_t i = 0; i < cache::parked_max; ++i) {
    cache.ways[i % 2].store->settle(commit, 10s, [&](bool) { ++answered; });
  }
  CHECK(answered == 0);
  CHECK_FALSE(cache.settle(0, commit, 10s));
  CHECK(answered == 0);
  cache.ways[0].standing->let_all_go();
  REQUIRE(cache.loop.run_until([&] { return answered == cache::parked_max; }));
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
  REQUIRE(cache.loop.run_until([&] { return cache.invalidate(0, {touched(key, 2)}); }));
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
  int unsettled() const { return unsettled_; }

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
    auto const commit = cache_.commit_of({touched(key_number(static_cast<int>(i)), version)});
    cache_.ways[random_() % 2].store->settle(commit, 0ms, [=, this](bool settled) {
      ++ended_;
      unsettled_ += !settled;
      if (!settled) return;
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
  int unsettled_ = 0;
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
  CHECK(storm.unsettled() > 0);
}

// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include "platform/cache/history.hpp"
#include "platform/cache/redis_cache.hpp"

using namespace throughline;
using namespace throughline::tests;
using namespace std::chrono_literals;
using Catch::Contains;

TEST_CASE("the redis form does what every form does", "[cache][redis]") {
  auto const as = GENERATE(RedisCache::As::one_instance, RedisCache::As::two_instances);
  RedisCache cache(as);
  for (auto const& behaviour : behaviours()) {
    INFO(behaviour.name);
    behaviour.check(cache);
  }
  CHECK(cache.ways[0].store->degraded().empty());
}

TEST_CASE("random histories of the redis form show nothing stale", "[cache][redis]") {
  auto const as = GENERATE(RedisCache::As::one_instance, RedisCache::As::two_instances);
  auto const seed = std::random_device{}();
  INFO("seed " << seed);
  RedisCache cache(as);
  int hits = 0;
  for (int round = 0; round < 5; ++round) {
    History history(cache, seed + static_cast<std::uint32_t>(round), 100 * round);
    history.run(2'000);
    hits += history.hits();
  }
  CHECK(hits > 500);
}

TEST_CASE("a hit on the version held transfers no body", "[cache][redis]") {
  RedisCache cache;
  auto const key = key_number(1);
  std::string const body(100'000, 'x');
  cache.fill(0, key, cache.get(0, key).token, document(1, body));
  CHECK(cache.get(1, key).document->body == body);  // the other instance takes it once
  auto const before = cache.stat("stats", "total_net_output_bytes:");
  auto const held = cache.get(1, key).document;
  for (int i = 0; i < 10; ++i) CHECK(cache.get(1, key).document == held);
  CHECK(cache.get(0, key).document->body == body);  // who filled it never fetched it
  CHECK(cache.stat("stats", "total_net_output_bytes:") - before < 30'000);
}

TEST_CASE("all reads of one turn are one call", "[cache][redis]") {
  RedisCache cache;
  cache.get(0, key_number(1));
  auto const before = cache.stat("commandstats", "cmdstat_fcall:calls=");
  std::vector<Kind> kinds;
  for (int i = 0; i < 100; ++i) {
    cache.ways[0].store->get(key_number(1000 + i % 90),
                             [&](cache::Found found) { kinds.push_back(found.kind); });
  }
  CHECK(kinds.empty());
  REQUIRE(cache.loop.run_until([&] { return kinds.size() == 100; }));
  CHECK(std::count(kinds.begin(), kinds.end(), Kind::lease) == 90);
  CHECK(std::count(kinds.begin(), kinds.end(), Kind::busy) == 10);
  // More than one call may carry are two.
  CHECK(cache.stat("commandstats", "cmdstat_fcall:calls=") - before == 2);
}

TEST_CASE("eviction takes the token with the floor", "[cache][redis]") {
  RedisCache cache;
  auto const key = key_number(1);
  auto const leased = cache.get(0, key);
  cache.direct({"DEL", cache.entries().at(0)});
  cache.fill(0, key, leased.token, document(1));
  CHECK(cache.get(0, key).kind == Kind::lease);
}

TEST_CASE("nothing in Redis lives for ever", "[cache][redis]") {
  RedisCache cache;
  auto const kept = key_number(1);
  auto const leased = key_number(2);
  auto const invalidated = key_number(3);
  cache.fill(0, kept, cache.get(0, kept).token, document(1));
  cache.get(0, leased);
  cache.invalidate(0, {touched(invalidated, 4), touched(kept, 1)});
  auto const names = cache.entries();
  REQUIRE(names.size() == 3);
  for (auto const& name : names) {
    CHECK_THAT(name, Catch::StartsWith("throughline:tests:1:"));
    auto const left = cache.direct({"PTTL", name}).integer;
    CHECK(left > 0);
    CHECK(left <= (name.find(kept.root.str()) != std::string::npos ? 600'000
                                                                   : WaitingCache::lease.count()));
  }
}

TEST_CASE("document schemas do not meet", "[cache][redis]") {
  RedisCache cache;
  auto other = RedisCache::short_lease();
  other.document_schema = 2;
  metrics::Registry metrics;
  auto const form = cache::make_redis_form(other, metrics);
  form->name_database("tests");
  auto const store = cache::make_redis_store(cache.loop.io(), *cache.ways[0].client, form,
                                             cache::make_standing(cache.timing, metrics));
  REQUIRE(cache.loop.run_until([&] { return store->degraded().empty(); }));
  auto const key = key_number(1);
  cache.fill(0, key, cache.get(0, key).token, document(1));
  std::optional<Kind> kind;
  store->get(key, [&](cache::Found found) { kind = found.kind; });
  REQUIRE(cache.loop.run_until([&] { return kind.has_value(); }));
  CHECK(kind == Kind::lease);
}

TEST_CASE("an entry that is damaged is read from PostgreSQL", "[cache][redis]") {
  RedisCache cache;
  auto const key = key_number(1);
  cache.fill(0, key, cache.get(0, key).token, document(1));
  auto const name = cache.entries().at(0);
  cache.direct({"HSET", name, "i", "nonsense"});
  CHECK(cache.get(1, key).kind == Kind::away);
  cache.direct({"DEL", name});
  cache.direct({"SET", name, "no hash"});
  CHECK(cache.get(1, key).kind == Kind::away);
}

TEST_CASE("a full Redis still hears what has changed", "[cache][redis]") {
  RedisCache cache;
  auto const key = key_number(1);
  cache.fill(0, key, cache.get(0, key).token, document(1));
  auto const other = cache.get(0, key_number(2));
  cache.direct({"CONFIG", "SET", "maxmemory-policy", "noeviction"});
  cache.direct({"CONFIG", "SET", "maxmemory", "1"});
  CHECK(cache.get(1, key).kind == Kind::hit);
  cache.fill(0, key_number(2), other.token, document(1));
  CHECK(cache.get(0, key_number(2)).kind == Kind::busy);
  CHECK(cache.invalidate(1, {touched(key, 2)}));
  CHECK(cache.get(0, key).kind == Kind::lease);
}

TEST_CASE("the redis form counts what it does", "[cache][redis]") {
  RedisCache cache(RedisCache::As::two_instances, RedisCache::short_lease(), 300ms);
  auto const key = key_number(1);
  auto const leased = cache.get(0, key);
  cache.get(0, key);
  cache.fill(0, key, leased.token, document(1));
  cache.fill(0, key, leased.token, document(1));
  cache.get(0, key);
  cache.invalidate(0, {touched(key, 2)});
  cache.server.pause();
  cache.invalidate(0, {touched(key, 3)});
  cache.get(0, key);
  auto const text = cache.ways[0].metrics.render();
  for (auto const* line : {"throughline_cache_reads_total{form=\"redis\",result=\"hit\"} 1\n",
                           "throughline_cache_reads_total{form=\"redis\",result=\"miss\"} 1\n",
                           "throughline_cache_reads_total{form=\"redis\",result=\"busy\"} 1\n",
                           "throughline_cache_reads_total{form=\"redis\",result=\"away\"} 1\n",
                           "throughline_cache_fills_total{form=\"redis\",result=\"kept\"} 1\n",
                           "throughline_cache_fills_total{form=\"redis\",result=\"refused\"} 1\n",
                           "throughline_cache_invalidations_total{form=\"redis\"} 2\n",
                           "throughline_cache_parked_total{outcome=\"refused\"} 1\n"}) {
    CHECK_THAT(text, Contains(line));
  }
}

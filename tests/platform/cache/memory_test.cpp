// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include <atomic>
#include <optional>
#include <thread>

#include "platform/cache/behaviour.hpp"
#include "platform/cache/history.hpp"
#include "platform/cache/memory.hpp"
#include "platform/cache/standing.hpp"
#include "throughline/platform/metrics.hpp"

using namespace throughline;
using namespace throughline::tests;

namespace {

constexpr std::size_t plenty = 64 * 1024 * 1024;

class MemoryCache final : public WaitingCache {
 public:
  explicit MemoryCache(std::size_t bytes_max = plenty)
      : entries_(cache::make_memory_entries(bytes_max, metrics, lease)),
        stores_{cache::make_memory_store(loop_, entries_, standing),
                cache::make_memory_store(loop_, entries_, standing)} {
    standing->lease.extend(cache::Lease::Clock::now());
  }

  cache::Found get(std::size_t store, cache::Key const& key) override {
    cache::Found result{};
    stores_[store]->get(key, [&](cache::Found found) { result = std::move(found); });
    return result;
  }
  void fill(std::size_t store, cache::Key const& key, std::string const& token,
            cache::DocumentPtr filled) override {
    stores_[store]->fill(key, token, std::move(filled));
  }
  bool invalidate(std::size_t store, std::vector<postgres::Touched> const& roots) override {
    bool result = false;
    cache::Commit commit;
    commit.roots = roots;
    stores_[store]->settle(commit, {}, [&](bool settled) { result = settled; });
    return result;
  }
  void sleep(std::chrono::milliseconds time) override { std::this_thread::sleep_for(time); }
  std::string degraded() const { return stores_[0]->degraded(); }

  void forget() { cache::forget_all(*entries_); }
  cache::Store& store(std::size_t index) { return *stores_[index]; }
  boost::asio::io_context& loop() { return loop_; }

  metrics::Registry metrics;
  std::shared_ptr<cache::Standing> standing = cache::make_standing(long_lease(), metrics);

 private:
  static cache::Timing long_lease() {
    cache::Timing timing;
    timing.trust = std::chrono::minutes(10);
    return timing;
  }

  boost::asio::io_context loop_;
  std::shared_ptr<cache::MemoryEntries> entries_;
  std::shared_ptr<cache::Store> stores_[2];
};

}  // namespace

TEST_CASE("the memory form does what every form does", "[cache]") {
  for (auto const& behaviour : behaviours()) {
    DYNAMIC_SECTION(behaviour.name) {
      MemoryCache cache;
      behaviour.check(cache);
      CHECK(cache.degraded().empty());
    }
  }
}

TEST_CASE("eviction takes the token with the floor, so a late fill finds nothing", "[cache]") {
  MemoryCache cache(20'000);
  auto const key = key_number(1);
  auto const leased = cache.get(0, key);
  cache.invalidate(0, {touched(key, 3)});
  auto const again = cache.get(0, key);
  REQUIRE(again.kind == Kind::lease);
  // Others push the entry out, floor and all.
  for (int i = 100; i < 300; ++i) cache.get(0, key_number(i));
  cache.fill(0, key, leased.token, document(2));
  cache.fill(0, key, again.token, document(2));
  CHECK(cache.get(0, key).kind == Kind::lease);
}

TEST_CASE("the memory form holds no more than it may, and keeps what is used", "[cache]") {
  MemoryCache cache(100'000);
  auto const used = key_number(1);
  cache.fill(0, used, cache.get(0, used).token, document(1));
  for (int i = 100; i < 400; ++i) {
    auto const other = key_number(i);
    cache.fill(0, other, cache.get(0, other).token, document(1, std::string(1000, 'x')));
    REQUIRE(cache.get(0, used).kind == Kind::hit);
  }
  int kept = 0;
  for (int i = 100; i < 400; ++i) kept += cache.get(1, key_number(i)).kind == Kind::hit;
  CHECK(kept > 0);
  CHECK(kept < 100);

  auto const huge = key_number(2);
  cache.fill(0, huge, cache.get(0, huge).token, document(1, std::string(200'000, 'x')));
  CHECK(cache.get(0, huge).kind == Kind::lease);
}

TEST_CASE("random histories of the memory form show nothing stale", "[cache]") {
  auto const seed = std::random_device{}();
  INFO("seed " << seed);
  int hits = 0;
  for (std::uint32_t round = 0; round < 40; ++round) {
    // Every other round in a cache so small that entries keep falling out of it.
    MemoryCache cache(round % 2 == 0 ? plenty : 1'500);
    History history(cache, seed + round, 1);
    history.run(2'000);
    hits += history.hits();
  }
  CHECK(hits > 1'000);
}

TEST_CASE("threads never read what another thread has invalidated", "[cache]") {
  MemoryCache cache(30'000);
  constexpr int keys = 3;
  constexpr int rounds = 20'000;
  struct Customer {
    std::atomic<std::int64_t> committed{1};
    std::atomic<std::int64_t> invalidated{0};
  } customers[keys];
  std::atomic<int> stale{0};
  std::atomic<int> hits{0};

  auto const write = [&](std::size_t store, int i) {
    auto const key = key_number(i);
    auto const version = ++customers[i].committed;
    cache.invalidate(store, {touched(key, version)});
    auto seen = customers[i].invalidated.load();
    while (seen < version && !customers[i].invalidated.compare_exchange_weak(seen, version)) {
    }
  };
  auto const read = [&](std::size_t store, int i) {
    auto const key = key_number(i);
    auto const least = customers[i].invalidated.load();
    auto const found = cache.get(store, key);
    if (found.kind == Kind::hit) {
      ++hits;
      stale += found.document->version < least;
    } else if (found.kind == Kind::lease) {
      cache.fill(store, key, found.token, document(customers[i].committed.load()));
    }
  };
  std::vector<std::thread> threads;
  for (std::size_t t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      std::mt19937 random(static_cast<std::uint32_t>(t));
      for (int round = 0; round < rounds; ++round) {
        int const i = static_cast<int>(random() % keys);
        random() % 8 == 0 ? write(t % 2, i) : read(t % 2, i);
      }
    });
  }
  for (auto& thread : threads) thread.join();
  CHECK(stale == 0);
  CHECK(hits > rounds / 10);
}

TEST_CASE("without its lease the memory form shows, fills and answers nothing", "[cache]") {
  MemoryCache cache;
  auto const key = key_number(1);
  cache.fill(0, key, cache.get(0, key).token, document(1));
  REQUIRE(cache.get(0, key).kind == Kind::hit);
  REQUIRE(cache.store(0).at_hand(key));
  cache.standing->lease.drop();
  CHECK(cache.get(0, key).kind == Kind::away);
  CHECK(cache.get(0, key_number(2)).kind == Kind::away);
  CHECK_FALSE(cache.store(0).at_hand(key));

  // A write is parked, and refused when the caller's patience ends.
  CHECK_FALSE(cache.invalidate(0, {touched(key, 2)}));
  std::optional<bool> answer;
  cache::Commit commit;
  commit.roots = {touched(key, 3)};
  cache.store(0).settle(commit, std::chrono::milliseconds(50),
                        [&](bool settled) { answer = settled; });
  CHECK(cache.standing->waiting().size() == 2);
  cache.loop().run();
  CHECK(answer == false);
  CHECK(cache.standing->waiting().empty());
}

TEST_CASE("what was kept under a lease is gone with it, late fills included", "[cache]") {
  MemoryCache cache;
  auto const kept = key_number(1);
  auto const leased = key_number(2);
  cache.fill(0, kept, cache.get(0, kept).token, document(1));
  auto const token = cache.get(0, leased).token;
  cache.forget();
  cache.fill(0, leased, token, document(1));
  CHECK(cache.get(0, kept).kind == Kind::lease);
  CHECK(cache.get(0, leased).kind == Kind::lease);
}

TEST_CASE("a change in doubt is never covered by an older document", "[cache]") {
  MemoryCache cache;
  auto const key = key_number(1);
  cache.fill(0, key, cache.get(0, key).token, document(4));
  auto const unknown = key_number(2);
  auto const both = {touched(key, 5), touched(unknown, 5)};
  cache.store(1).doubt(std::vector<postgres::Touched>(both));
  for (auto const& doubtful : {key, unknown}) {
    // The transaction may take effect after this read: it must not be kept.
    cache.fill(0, doubtful, cache.get(0, doubtful).token, document(4));
    CHECK(cache.get(0, doubtful).kind == Kind::lease);
    cache.fill(0, doubtful, cache.get(0, doubtful).token, document(4));
  }
}

TEST_CASE("who only looks takes no lease", "[cache]") {
  MemoryCache cache;
  auto const key = key_number(1);
  std::optional<cache::Found> seen;
  auto const look = [&] {
    cache.store(0).look(key, [&](cache::Found found) { seen = std::move(found); });
    return seen->kind;
  };
  CHECK(look() == Kind::away);
  auto const leased = cache.get(0, key);
  REQUIRE(leased.kind == Kind::lease);
  cache.fill(0, key, leased.token, document(3));
  CHECK(look() == Kind::hit);
  CHECK(seen->document->version == 3);
}

TEST_CASE("the memory form counts its reads, fills and invalidations", "[cache]") {
  MemoryCache cache;
  auto const key = key_number(1);
  auto const leased = cache.get(0, key);
  cache.get(0, key);
  cache.fill(0, key, leased.token, document(1));
  cache.fill(0, key, leased.token, document(1));
  cache.get(1, key);
  cache.invalidate(0, {touched(key, 2)});
  auto const text = cache.metrics.render();
  for (auto const* line : {"throughline_cache_reads_total{form=\"memory\",result=\"hit\"} 1\n",
                           "throughline_cache_reads_total{form=\"memory\",result=\"miss\"} 1\n",
                           "throughline_cache_reads_total{form=\"memory\",result=\"busy\"} 1\n",
                           "throughline_cache_fills_total{form=\"memory\",result=\"kept\"} 1\n",
                           "throughline_cache_fills_total{form=\"memory\",result=\"refused\"} 1\n",
                           "throughline_cache_invalidations_total{form=\"memory\"} 1\n"}) {
    CHECK_THAT(text, Catch::Contains(line));
  }
}

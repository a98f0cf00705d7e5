// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <utility>

#include "platform/cache/keys.hpp"
#include "platform/cache/memory.hpp"
#include "platform/cache/sharded.hpp"
#include "platform/cache/standing.hpp"
#include "throughline/base/lru.hpp"
#include "throughline/platform/cache.hpp"

namespace throughline::cache {

namespace {

using Moment = std::chrono::steady_clock::time_point;

// Why an evicted entry may take its floor with it: a fill needs a token, and the token goes too.
// Who wants to fill afterwards has to get a new lease, and reads PostgreSQL after that, hence sees
// every commit whose floor was lost. For the same reason an invalidation need not make an entry:
// where there is none there is no token, so no fill can be under way.
struct Entry {
  DocumentPtr document;     // null: not kept, or dropped by an invalidation
  std::int64_t floor = 0;   // no older version is kept
  std::uint64_t token = 0;  // of the one fill that is allowed; 0: none
  Moment lease_until{};
};

using Entries = Lru<Key, Entry, KeyHash>;

void keep(Entries& entries, Key const& key, Entry entry) {
  std::size_t const bytes = entry_overhead_bytes + (entry.document ? weight(*entry.document) : 0);
  entries.put(key, std::move(entry), bytes);
}

}  // namespace

class MemoryEntries {
 public:
  MemoryEntries(std::size_t bytes_max, metrics::Registry& registry, std::chrono::milliseconds lease)
      : shards_(shards_for(bytes_max, bytes_per_shard_min),
                bytes_max / shards_for(bytes_max, bytes_per_shard_min)),
        lease_(lease),
        meters_(registry, "memory") {}

  Found get(Key const& key) {
    Found found = shards_.with(KeyHash{}(key), [&](Entries& entries) -> Found {
      Entry* const entry = entries.find(key);
      bool const kept = entry != nullptr && entry->document && !entry->document->is_old();
      if (kept) return {Found::Kind::hit, entry->document, {}};
      auto const now = std::chrono::steady_clock::now();
      bool const held = entry != nullptr && entry->token != 0 && now < entry->lease_until;
      if (held) return {Found::Kind::busy, nullptr, {}};
      Entry leased = entry != nullptr ? *entry : Entry{};
      leased.token = next_token_.fetch_add(1, std::memory_order_relaxed);
      leased.lease_until = now + lease_;
      keep(entries, key, leased);
      return {Found::Kind::lease, nullptr, std::to_string(leased.token)};
    });
    count(found.kind);
    return found;
  }

  Found away() {
    count(Found::Kind::away);
    return {Found::Kind::away, nullptr, {}};
  }

  DocumentPtr at_hand(Key const& key) {
    DocumentPtr document = look(key);
    if (document) meters_.hits.add();
    return document;
  }

  void fill(Key const& key, std::string const& token, DocumentPtr document) {
    bool const kept = shards_.with(KeyHash{}(key), [&](Entries& entries) {
      Entry* const entry = entries.find(key);
      if (entry == nullptr || entry->token == 0 || std::to_string(entry->token) != token ||
          std::chrono::steady_clock::now() >= entry->lease_until) {
        return false;
      }
      entry->token = 0;
      if (document->version < entry->floor) return false;
      keep(entries, key, {std::move(document), entry->floor, 0, {}});
      return true;
    });
    (kept ? meters_.kept : meters_.refused).add();
  }

  void invalidate(Key const& key, std::int64_t version) {
    shards_.with(KeyHash{}(key), [&](Entries& entries) {
      Entry* const entry = entries.find(key);
      if (entry == nullptr) return;
      Entry raised{entry->document, std::max(entry->floor, version), 0, {}};
      if (raised.document && raised.document->version < version) raised.document = nullptr;
      keep(entries, key, std::move(raised));
    });
    meters_.invalidations.add();
  }

  /// As invalidate, for a change that may yet come: there must be an entry to hold the floor.
  void doubt(Key const& key, std::int64_t version) {
    shards_.with(KeyHash{}(key), [&](Entries& entries) {
      if (entries.find(key) == nullptr) keep(entries, key, Entry{});
    });
    invalidate(key, version);
  }

  DocumentPtr look(Key const& key) {
    return shards_.with(KeyHash{}(key), [&](Entries& entries) {
      Entry* const entry = entries.find(key);
      return entry != nullptr ? entry->document : nullptr;
    });
  }

  void clear() {
    shards_.each([](Entries& entries) { entries.clear(); });
  }

 private:
  void count(Found::Kind kind) {
    switch (kind) {
      case Found::Kind::hit:
        return meters_.hits.add();
      case Found::Kind::lease:
        return meters_.misses.add();
      case Found::Kind::busy:
        return meters_.busy.add();
      case Found::Kind::away:
        return meters_.away.add();
    }
  }

  Sharded<Entries> shards_;
  std::chrono::milliseconds const lease_;
  Meters meters_;
  // Never given twice, so that an entry made anew does not take a fill meant for its predecessor.
  std::atomic<std::uint64_t> next_token_{1};
};

namespace {

/// The entries, under the lease. Without it they may neither be shown nor filled: another instance
/// may be writing that tells this one nothing.
class MemoryStore final : public Store {
 public:
  MemoryStore(boost::asio::io_context& loop, std::shared_ptr<MemoryEntries> entries,
              std::shared_ptr<Standing> standing)
      : loop_(loop), entries_(std::move(entries)), standing_(std::move(standing)) {}

  void get(Key const& key, std::function<void(Found)> done) override {
    done(standing_->lease.holds() ? entries_->get(key) : entries_->away());
  }

  DocumentPtr at_hand(Key const& key) override {
    return standing_->lease.holds() ? entries_->at_hand(key) : nullptr;
  }

  void look(Key const& key, std::function<void(Found)> done) override {
    auto document = standing_->lease.holds() ? entries_->look(key) : nullptr;
    auto const kind = document ? Found::Kind::hit : Found::Kind::away;
    done({kind, std::move(document), {}});
  }

  void fill(Key const& key, std::string const& token, DocumentPtr document) override {
    entries_->fill(key, token, std::move(document));
  }

  void settle(Commit commit, std::chrono::milliseconds wait,
              std::function<void(bool)> done) override {
    for (auto const& root : commit.roots) {
      entries_->invalidate({root.tenant, root.root}, root.version);
    }
    if (commit.roots.empty() || standing_->lease.holds()) {
      standing_->note_answered(commit.roots);
      return done(true);
    }
    auto const now = Standing::Clock::now();
    standing_->park(loop_, {commit.roots.front().tenant, commit.id},
                    now + standing_->timing.lapse, now + wait, std::move(done));
  }

  void doubt(std::span<postgres::Touched const> roots) override {
    for (auto const& root : roots) entries_->doubt({root.tenant, root.root}, root.version);
  }

  std::string degraded() const override { return standing_->said(); }

 private:
  boost::asio::io_context& loop_;
  std::shared_ptr<MemoryEntries> const entries_;
  std::shared_ptr<Standing> const standing_;
};

}  // namespace

std::shared_ptr<MemoryEntries> make_memory_entries(std::size_t bytes_max,
                                                   metrics::Registry& metrics,
                                                   std::chrono::milliseconds lease) {
  return std::make_shared<MemoryEntries>(bytes_max, metrics, lease);
}

std::shared_ptr<Store> make_memory_store(boost::asio::io_context& loop,
                                         std::shared_ptr<MemoryEntries> entries,
                                         std::shared_ptr<Standing> standing) {
  return std::make_shared<MemoryStore>(loop, std::move(entries), std::move(standing));
}

void forget_all(MemoryEntries& entries) {
  entries.clear();
}

}  // namespace throughline::cache

// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <utility>

#include "platform/cache/keys.hpp"
#include "platform/cache/sharded.hpp"
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
      if (entry != nullptr && entry->document) return {Found::Kind::hit, entry->document, {}};
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

  DocumentPtr at_hand(Key const& key) {
    DocumentPtr document = shards_.with(KeyHash{}(key), [&](Entries& entries) {
      Entry* const entry = entries.find(key);
      return entry != nullptr ? entry->document : nullptr;
    });
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
        return;  // memory is always there
    }
  }

  Sharded<Entries> shards_;
  std::chrono::milliseconds const lease_;
  Meters meters_;
  // Never given twice, so that an entry made anew does not take a fill meant for its predecessor.
  std::atomic<std::uint64_t> next_token_{1};
};

namespace {

class MemoryStore final : public Store {
 public:
  explicit MemoryStore(std::shared_ptr<MemoryEntries> entries) : entries_(std::move(entries)) {}

  void get(Key const& key, std::function<void(Found)> done) override { done(entries_->get(key)); }

  DocumentPtr at_hand(Key const& key) override { return entries_->at_hand(key); }

  void fill(Key const& key, std::string const& token, DocumentPtr document) override {
    entries_->fill(key, token, std::move(document));
  }

  void invalidate(std::span<postgres::Touched const> roots,
                  std::function<void(bool)> done) override {
    for (auto const& root : roots) entries_->invalidate({root.tenant, root.root}, root.version);
    done(true);
  }

  std::string degraded() const override { return {}; }

 private:
  std::shared_ptr<MemoryEntries> const entries_;
};

}  // namespace

std::shared_ptr<MemoryEntries> make_memory_entries(std::size_t bytes_max,
                                                   metrics::Registry& metrics,
                                                   std::chrono::milliseconds lease) {
  return std::make_shared<MemoryEntries>(bytes_max, metrics, lease);
}

std::shared_ptr<Store> make_memory_store(std::shared_ptr<MemoryEntries> entries) {
  return std::make_shared<MemoryStore>(std::move(entries));
}

}  // namespace throughline::cache

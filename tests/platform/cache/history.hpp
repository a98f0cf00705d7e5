// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// Random histories of one cache against a model of PostgreSQL: commits raise versions, readers take
// leases, read and fill at any later time, invalidations arrive late and out of order. What is
// promised: a hit is never older than the newest version whose invalidation had ended before the
// read began.
#pragma once

#include <algorithm>
#include <cstdint>
#include <random>

#include "platform/cache/behaviour.hpp"

namespace throughline::tests {

class History {
 public:
  History(WaitingCache& cache, std::uint32_t seed, int first_key)
      : cache_(cache), random_(seed), first_key_(first_key) {}

  void run(int steps) {
    for (int i = 0; i < steps; ++i) {
      switch (pick(6)) {
        case 0:
          commit();
          break;
        case 1:
          invalidate();
          break;
        case 2:
          read_postgres();
          break;
        case 3:
          fill();
          break;
        default:
          get();
          break;
      }
    }
  }
  int hits() const { return hits_; }

 private:
  static constexpr std::size_t keys = 4;
  struct Customer {
    std::int64_t committed = 1;
    std::int64_t invalidated = 0;  // the newest of which the cache has been told
  };
  struct Writer {
    std::size_t customer;
    std::int64_t version;
  };
  struct Reader {
    std::size_t customer;
    std::string token;
    std::int64_t version = 0;  // 0: has not read yet
  };

  std::size_t pick(std::size_t count) { return random_() % count; }
  cache::Key key(std::size_t customer) const {
    return key_number(first_key_ + static_cast<int>(customer));
  }

  void get() {
    auto const customer = pick(keys);
    auto const found = cache_.get(pick(2), key(customer));
    if (found.kind == Kind::lease) readers_.push_back({customer, found.token});
    if (found.kind != Kind::hit) return;
    ++hits_;
    REQUIRE(found.document->version >= customers_[customer].invalidated);
    REQUIRE(found.document->version <= customers_[customer].committed);
    REQUIRE(found.document->body == "v" + std::to_string(found.document->version));
  }
  void commit() {
    auto const customer = pick(keys);
    writers_.push_back({customer, ++customers_[customer].committed});
  }
  void invalidate() {
    if (writers_.empty()) return;
    auto const at = writers_.begin() + static_cast<std::ptrdiff_t>(pick(writers_.size()));
    auto const writer = *at;
    writers_.erase(at);
    REQUIRE(cache_.invalidate(pick(2), {touched(key(writer.customer), writer.version)}));
    auto& told = customers_[writer.customer].invalidated;
    told = std::max(told, writer.version);
  }
  void read_postgres() {
    if (readers_.empty()) return;
    auto& reader = readers_[pick(readers_.size())];
    if (reader.version == 0) reader.version = customers_[reader.customer].committed;
  }
  void fill() {
    if (readers_.empty()) return;
    // Often the newest: of the older ones most have lost their lease.
    auto const nth = pick(2) == 0 ? readers_.size() - 1 : pick(readers_.size());
    auto const at = readers_.begin() + static_cast<std::ptrdiff_t>(nth);
    if (at->version == 0) at->version = customers_[at->customer].committed;
    auto const reader = *at;
    readers_.erase(at);
    cache_.fill(pick(2), key(reader.customer), reader.token,
                document(reader.version, "v" + std::to_string(reader.version)));
  }

  WaitingCache& cache_;
  std::mt19937 random_;
  int const first_key_;
  Customer customers_[keys];
  std::vector<Writer> writers_;
  std::vector<Reader> readers_;
  int hits_ = 0;
};

}  // namespace throughline::tests

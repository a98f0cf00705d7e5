// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// The invalidations that one instance could not deliver. While there are any, none of its
// connections trusts Redis. Thread-safe.
#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "platform/cache/keys.hpp"
#include "throughline/platform/cache.hpp"
#include "throughline/platform/metrics.hpp"

namespace throughline::cache {

class Pending {
 public:
  using Clock = std::chrono::steady_clock;

  /// `forget_after`: how long an entry that nobody was told to drop may still be found in Redis.
  Pending(std::size_t roots_max, std::chrono::milliseconds forget_after, metrics::Gauge size);

  /// Whether Redis may be believed. Taken in by every read: one or two atomic loads.
  bool none() const;
  void add(std::span<postgres::Touched const> roots);
  std::vector<postgres::Touched> some(std::size_t roots_max) const;
  /// Redis has been told of these; those raised again meanwhile stay.
  void delivered(std::span<postgres::Touched const> roots);
  std::size_t size() const { return size_.load(); }
  /// Of trust after an overflow; zero where there was none or it is over.
  std::chrono::milliseconds distrust_left() const;

 private:
  void note_size();

  std::size_t const roots_max_;
  std::chrono::milliseconds const forget_after_;
  mutable std::mutex mutex_;
  std::unordered_map<Key, std::int64_t, KeyHash> versions_;  // guarded by mutex_
  metrics::Gauge gauge_;                                     // guarded by mutex_
  std::atomic<std::size_t> size_{0};                         // of versions_
  std::atomic<Clock::duration::rep> distrust_until_{0};      // 0: never overflowed
};

}  // namespace throughline::cache

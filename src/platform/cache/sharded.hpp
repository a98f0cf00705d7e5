// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// Several of one thing, each behind a lock of its own, so that threads seldom meet.
#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <mutex>

namespace throughline::cache {

inline constexpr std::size_t shards_max = 64;

/// A power of two: one shard for each `portion` of `total`, at least one.
constexpr std::size_t shards_for(std::size_t total, std::size_t portion) {
  return std::bit_floor(std::clamp<std::size_t>(total / portion, 1, shards_max));
}

template <class Part>
class Sharded {
 public:
  /// `count` is a power of two; every part is made of the same arguments.
  template <class... Arguments>
  explicit Sharded(std::size_t count, Arguments const&... arguments) {
    for (std::size_t i = 0; i < count; ++i) shards_.emplace_back(arguments...);
  }

  /// Calls `work` with the part that this hash belongs to, under its lock. `work` must be short and
  /// must not come back here.
  template <class Work>
  decltype(auto) with(std::size_t hash, Work work) {
    // The part's own map uses the low bits; the shard is chosen by the high bits of a mix.
    auto const mixed = static_cast<std::uint64_t>(hash) * 0x9E3779B97F4A7C15ULL;
    Shard& shard = shards_[(mixed >> 32) & (shards_.size() - 1)];
    std::lock_guard const lock(shard.mutex);
    return work(shard.part);
  }

  /// Calls `work` with every part in turn, each under its lock.
  template <class Work>
  void each(Work work) {
    for (Shard& shard : shards_) {
      std::lock_guard const lock(shard.mutex);
      work(shard.part);
    }
  }

 private:
  struct alignas(64) Shard {
    template <class... Arguments>
    explicit Shard(Arguments const&... arguments) : part(arguments...) {}
    std::mutex mutex;
    Part part;  // guarded by mutex
  };
  std::deque<Shard> shards_;
};

}  // namespace throughline::cache

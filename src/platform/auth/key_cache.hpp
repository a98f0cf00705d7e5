// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// The keys in memory and until when each may be believed. No I/O.
#pragma once

#include <openssl/crypto.h>

#include <atomic>
#include <chrono>
#include <cstring>
#include <memory>
#include <shared_mutex>
#include <unordered_map>
#include <vector>

#include "platform/auth/key_text.hpp"
#include "platform/auth/store.hpp"
#include "throughline/platform/auth.hpp"

namespace throughline::auth {

/// Thread-safe. Times are passed in: what counts is when the question went out, not when its
/// answer came.
class KeyCache {
 public:
  using Clock = std::chrono::steady_clock;

  /// nullptr if it isn't here or wasn't confirmed within trusted_for.
  std::shared_ptr<Key> find(KeyHash const& hash, Clock::time_point now) const;
  /// Keeps the Key that is shared already, unless its rights have changed. At cached_max the key
  /// that was used longest ago makes room.
  std::shared_ptr<Key> confirm(KeyHash const& hash, StoredKey const& stored,
                               Clock::time_point asked_at);
  void forget(KeyHash const& hash);

  /// All that were used since `used_since`; the others are forgotten.
  std::vector<KeyHash> hashes(Clock::time_point used_since);

 private:
  struct Entry {
    std::shared_ptr<Key> key;
    Clock::time_point confirmed_at;
    mutable std::atomic<Clock::time_point> used_at;
  };
  struct FirstBytes {
    std::size_t operator()(KeyHash const& hash) const noexcept {
      std::size_t value;
      std::memcpy(&value, hash.data(), sizeof value);
      return value;
    }
  };
  struct Same {
    bool operator()(KeyHash const& a, KeyHash const& b) const noexcept {
      return CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
    }
  };

  void make_room();

  mutable std::shared_mutex mutex_;
  std::unordered_map<KeyHash, Entry, FirstBytes, Same> entries_;  // guarded by mutex_
};

}  // namespace throughline::auth

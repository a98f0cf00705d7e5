// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// What the redis form's stores of one instance share. Thread-safe.
#pragma once

#include <atomic>
#include <cstdint>
#include <mutex>
#include <string>

#include "platform/cache/fence.hpp"
#include "platform/cache/functions.hpp"
#include "platform/cache/keys.hpp"
#include "platform/cache/sharded.hpp"
#include "throughline/base/lru.hpp"
#include "throughline/platform/cache.hpp"

namespace throughline::cache {

class RedisForm {
 public:
  RedisForm(RedisFormOptions given, metrics::Registry& registry);

  /// A copy is shown to nobody before Redis has named its version as the current one. Not of
  /// another epoch: versions may then have been given to other documents. Nor an old one: it may
  /// answer for names that have ceased to lead there.
  DocumentPtr copy_of(Key const& key, std::int64_t epoch);
  void keep_copy(Key const& key, std::int64_t epoch, DocumentPtr const& document);
  /// Never the same twice, on any instance.
  std::string make_token();

  /// The database whose documents these are, as its keys in Redis name it: empty until the keeper
  /// has asked PostgreSQL, and then the same for good.
  void name_database(std::string name);
  std::string database() const;

  /// What one of the I/O threads has found, for the metrics.
  void note_fence(Fence const& fence, Fence::Moment now);

  RedisFormOptions const options;
  Functions const functions;
  Meters meters;

 private:
  struct Copy {
    std::int64_t epoch = 0;
    DocumentPtr document;
  };

  Sharded<Lru<Key, Copy, KeyHash>> copies_;
  std::string const token_prefix_;
  std::atomic<std::uint64_t> next_token_{0};
  mutable std::mutex mutex_;
  std::string database_;  // guarded by mutex_
  metrics::Gauge fence_age_;
  metrics::Gauge trusted_;
};

/// "throughline:<database>:f", and "throughline:<database>:<epoch>:<tenant>:<root>:<schema>".
std::string fence_name(std::string const& database);
std::string entry_name(std::string const& database, std::int64_t epoch, Key const& key,
                       int document_schema);

}  // namespace throughline::cache

// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// What the redis form's stores of one instance share. Thread-safe.
#pragma once

#include <atomic>
#include <cstdint>
#include <string>

#include "platform/cache/functions.hpp"
#include "platform/cache/keys.hpp"
#include "platform/cache/pending.hpp"
#include "platform/cache/sharded.hpp"
#include "throughline/base/lru.hpp"
#include "throughline/platform/cache.hpp"

namespace throughline::cache {

class RedisForm {
 public:
  RedisForm(RedisFormOptions given, metrics::Registry& registry);

  /// A copy is shown to nobody before Redis has named its version as the current one, so it may be
  /// of any age.
  DocumentPtr copy_of(Key const& key);
  void keep_copy(Key const& key, DocumentPtr const& document);
  /// Never the same twice, on any instance.
  std::string make_token();

  RedisFormOptions const options;
  Functions const functions;
  Meters meters;
  Pending pending;

 private:
  Sharded<Lru<Key, DocumentPtr, KeyHash>> copies_;
  std::string const token_prefix_;
  std::atomic<std::uint64_t> next_token_{0};
};

}  // namespace throughline::cache

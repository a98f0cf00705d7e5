// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include "platform/cache/redis_form.hpp"

#include <random>
#include <utility>

namespace throughline::cache {

namespace {

std::string random_prefix() {
  std::random_device device;
  std::string prefix;
  for (int i = 0; i < 3; ++i) prefix += std::to_string(device()) + '-';
  return prefix;
}

}  // namespace

RedisForm::RedisForm(RedisFormOptions given, metrics::Registry& registry)
    : options(given),
      functions(make_functions()),
      meters(registry, "redis"),
      // A fill that was under way when an invalidation got lost is refused once its lease has
      // ended, so nothing it covers outlives both.
      pending(options.pending_max, options.lease + options.entry_ttl,
              registry.gauge("throughline_cache_pending_invalidations",
                             "Roots of which Redis could not be told yet.")),
      copies_(shards_for(options.copies_bytes_max, bytes_per_shard_min),
              options.copies_bytes_max / shards_for(options.copies_bytes_max, bytes_per_shard_min)),
      token_prefix_(random_prefix()) {}

DocumentPtr RedisForm::copy_of(Key const& key) {
  return copies_.with(KeyHash{}(key), [&](auto& copies) {
    DocumentPtr const* const found = copies.find(key);
    return found != nullptr ? *found : nullptr;
  });
}

void RedisForm::keep_copy(Key const& key, DocumentPtr const& document) {
  copies_.with(KeyHash{}(key), [&](auto& copies) {
    DocumentPtr const* const found = copies.find(key);
    if (found != nullptr && (*found)->version > document->version) return;
    copies.put(key, document, entry_overhead_bytes + weight(*document));
  });
}

std::string RedisForm::make_token() {
  return token_prefix_ + std::to_string(++next_token_);
}

std::shared_ptr<RedisForm> make_redis_form(RedisFormOptions options, metrics::Registry& metrics) {
  return std::make_shared<RedisForm>(options, metrics);
}

std::vector<std::vector<std::string>> redis_on_connect() {
  return {{"FUNCTION", "LOAD", "REPLACE", make_functions().library}};
}

}  // namespace throughline::cache

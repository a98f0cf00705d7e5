// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include "platform/cache/redis_form.hpp"

#include <random>
#include <utility>

#include "throughline/base/broken.hpp"

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
      copies_(shards_for(options.copies_bytes_max, bytes_per_shard_min),
              options.copies_bytes_max / shards_for(options.copies_bytes_max, bytes_per_shard_min)),
      token_prefix_(random_prefix()),
      fence_age_(registry.gauge("throughline_cache_fence_age_seconds",
                                "Since the fence was last seen to move, at the latest.")),
      trusted_(registry.gauge("throughline_cache_trusted",
                              "1 while Redis may be believed, 0 while PostgreSQL is read.")) {}

DocumentPtr RedisForm::copy_of(Key const& key, std::int64_t epoch) {
  return copies_.with(KeyHash{}(key), [&](auto& copies) {
    Copy const* const found = copies.find(key);
    bool const usable = found != nullptr && found->epoch == epoch && !found->document->is_old();
    return usable ? found->document : nullptr;
  });
}

void RedisForm::keep_copy(Key const& key, std::int64_t epoch, DocumentPtr const& document) {
  copies_.with(KeyHash{}(key), [&](auto& copies) {
    Copy const* const found = copies.find(key);
    bool const newer = found != nullptr && found->epoch == epoch &&
                       found->document->version > document->version;
    if (newer) return;
    copies.put(key, {epoch, document}, entry_overhead_bytes + weight(*document));
  });
}

std::string RedisForm::make_token() {
  return token_prefix_ + std::to_string(++next_token_);
}

void RedisForm::note_fence(Fence const& fence, Fence::Moment now) {
  trusted_.set(fence.trusted(now) ? 1 : 0);
  if (fence.epoch() == 0) return;
  fence_age_.set(std::chrono::duration<double>(now - fence.moved_at()).count());
}

void RedisForm::name_database(std::string name) {
  std::lock_guard const lock(mutex_);
  database_ = std::move(name);
}

std::string RedisForm::database() const {
  std::lock_guard const lock(mutex_);
  return database_;
}

std::string fence_name(std::string const& database) {
  return "throughline:" + database + ":f";
}

std::string entry_name(std::string const& database, std::int64_t epoch, Key const& key,
                       int document_schema) {
  std::string text = "throughline:";
  text += database;
  text += ':';
  text += std::to_string(is_broken("epoch") ? 0 : epoch);
  text += ':';
  text += std::to_string(key.tenant.value);
  text += ':';
  text += key.root.str();
  text += ':';
  text += std::to_string(document_schema);
  return text;
}

std::shared_ptr<RedisForm> make_redis_form(RedisFormOptions options, metrics::Registry& metrics) {
  return std::make_shared<RedisForm>(options, metrics);
}

std::vector<std::vector<std::string>> redis_on_connect() {
  return {{"FUNCTION", "LOAD", "REPLACE", make_functions().library}};
}

}  // namespace throughline::cache

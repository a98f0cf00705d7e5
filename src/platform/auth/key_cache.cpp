// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include "platform/auth/key_cache.hpp"

#include <algorithm>
#include <mutex>

namespace throughline::auth {
namespace {

// Threads that use one key at once would otherwise fight for the line that holds its time of use.
constexpr std::chrono::seconds used_at_grain{1};

bool same_rights(Key const& key, StoredKey const& stored) {
  return key.scopes.bits == stored.scopes.bits && key.default_region == stored.default_region &&
         key.settings_version == stored.settings_version;
}

std::shared_ptr<Key> make_key(StoredKey const& stored) {
  auto key = std::make_shared<Key>();
  key->tenant = stored.tenant;
  key->id = stored.id;
  key->scopes = stored.scopes;
  key->default_region = stored.default_region;
  key->settings_version = stored.settings_version;
  return key;
}

}  // namespace

std::shared_ptr<Key> KeyCache::find(KeyHash const& hash, Clock::time_point now) const {
  std::shared_lock const lock(mutex_);
  auto const found = entries_.find(hash);
  if (found == entries_.end() || now - found->second.confirmed_at >= Keys::trusted_for)
    return nullptr;
  auto& used_at = found->second.used_at;
  if (now - used_at.load(std::memory_order_relaxed) >= used_at_grain)
    used_at.store(now, std::memory_order_relaxed);
  return found->second.key;
}

std::shared_ptr<Key> KeyCache::confirm(KeyHash const& hash, StoredKey const& stored,
                                       Clock::time_point asked_at) {
  std::unique_lock const lock(mutex_);
  auto found = entries_.find(hash);
  if (found == entries_.end()) {
    if (entries_.size() >= Keys::cached_max) make_room();
    found = entries_.try_emplace(hash).first;
    found->second.used_at = asked_at;
  }
  auto& entry = found->second;
  // A slow answer to an earlier question must not bring back what a later one has replaced.
  if (entry.key && asked_at < entry.confirmed_at) return entry.key;
  if (!entry.key || !same_rights(*entry.key, stored)) entry.key = make_key(stored);
  entry.confirmed_at = asked_at;
  return entry.key;
}

void KeyCache::forget(KeyHash const& hash) {
  std::unique_lock const lock(mutex_);
  entries_.erase(hash);
}

std::vector<KeyHash> KeyCache::hashes(Clock::time_point used_since) {
  std::unique_lock const lock(mutex_);
  std::erase_if(entries_,
                [&](auto const& entry) { return entry.second.used_at.load() < used_since; });
  std::vector<KeyHash> result;
  result.reserve(entries_.size());
  for (auto const& [hash, entry] : entries_) result.push_back(hash);
  return result;
}

void KeyCache::make_room() {
  auto const oldest =
      std::min_element(entries_.begin(), entries_.end(), [](auto const& a, auto const& b) {
        return a.second.used_at.load() < b.second.used_at.load();
      });
  entries_.erase(oldest);
}

}  // namespace throughline::auth

// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include <condition_variable>
#include <mutex>
#include <span>
#include <thread>

#include "platform/auth/key_cache.hpp"
#include "throughline/platform/log.hpp"

namespace throughline::auth {
namespace {

using postgres::Mode;
using postgres::Tx;

// Unused for so long, a key is no longer asked for.
constexpr std::chrono::minutes forgotten_after{5};

}  // namespace

struct Keys::Impl {
  Impl(postgres::Pool& from, log::Logger& logger) : pool(from), log(logger) {}

  std::shared_ptr<Key> look_up(KeyHash const& hash);
  void refresh();
  void refresh_until(std::stop_token stop);

  postgres::Pool& pool;
  log::Logger& log;
  KeyHasher const hash_of;
  KeyCache cache;
  std::jthread refresher;  // last: it uses all of the above
};

std::shared_ptr<Key> Keys::Impl::look_up(KeyHash const& hash) {
  auto const asked_at = KeyCache::Clock::now();
  std::optional<StoredKey> stored;
  pool.transact(Mode::read, TenantId{},
                [&](Tx& tx) { stored = find_keys(tx, std::span(&hash, 1)).front(); });
  if (stored) return cache.confirm(hash, *stored, asked_at);
  cache.forget(hash);
  return nullptr;
}

void Keys::Impl::refresh() {
  auto const asked_at = KeyCache::Clock::now();
  auto const hashes = cache.hashes(asked_at - forgotten_after);
  if (hashes.empty()) return;
  std::vector<std::optional<StoredKey>> stored;
  pool.transact(Mode::read, TenantId{}, [&](Tx& tx) { stored = find_keys(tx, hashes); });
  for (std::size_t i = 0; i < hashes.size(); ++i) {
    if (stored[i]) {
      cache.confirm(hashes[i], *stored[i], asked_at);
    } else {
      cache.forget(hashes[i]);
    }
  }
}

void Keys::Impl::refresh_until(std::stop_token stop) {
  std::mutex mutex;
  std::condition_variable_any stopped;
  bool failing = false;
  std::unique_lock lock(mutex);
  while (!stopped.wait_for(lock, stop, refresh_interval, [&] { return stop.stop_requested(); })) {
    try {
      refresh();
      failing = false;
    } catch (std::exception const& failure) {
      if (!failing) log.warning("keys_not_confirmed", {{"reason", failure.what()}});
      failing = true;
    }
  }
}

Keys::Keys(postgres::Pool& pool, log::Logger& log) : impl_(std::make_unique<Impl>(pool, log)) {
  impl_->refresher =
      std::jthread([impl = impl_.get()](std::stop_token stop) { impl->refresh_until(stop); });
}

Keys::~Keys() = default;

std::shared_ptr<Key> Keys::cached(std::string_view presented) const {
  auto const hash = impl_->hash_of(presented);
  return hash ? impl_->cache.find(*hash, KeyCache::Clock::now()) : nullptr;
}

std::shared_ptr<Key> Keys::look_up(std::string_view presented) {
  auto const hash = impl_->hash_of(presented);
  return hash ? impl_->look_up(*hash) : nullptr;
}

}  // namespace throughline::auth

// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// API keys: shown once, stored as SHA-256, looked up by hash, compared in constant time, kept in
// memory for the hot path and forgotten within a second of their revocation on every instance.
#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "throughline/base/actor.hpp"
#include "throughline/platform/postgres.hpp"

namespace throughline::auth {

/// A key that was valid when last looked at. Shared by the requests that use it.
struct Key {
  TenantId tenant;
  KeyId id;
  Scopes scopes;
  std::string default_region;
  std::int64_t settings_version = 0;  // the tenant's
  /// Requests of this key being served by this instance right now.
  std::atomic<std::size_t> in_flight{0};
};

/// The keys this instance has seen lately. Thread-safe. Owns one thread, which asks PostgreSQL
/// every 400 ms whether the keys in memory still hold; a key not confirmed for a second is no
/// longer answered from memory.
class Keys {
 public:
  static constexpr std::chrono::milliseconds refresh_interval{400};
  static constexpr std::chrono::milliseconds trusted_for{1000};
  static constexpr std::size_t cached_max = 10000;

  /// `pool` runs under service_role and outlives this.
  explicit Keys(postgres::Pool& pool, log::Logger& log);
  ~Keys();

  /// From memory: no wait, any thread. nullptr if it must be looked up.
  std::shared_ptr<Key> cached(std::string_view presented) const;
  /// From PostgreSQL; blocks, so workers only. nullptr if no such key is valid. Throws
  /// Code::unavailable when PostgreSQL is away.
  std::shared_ptr<Key> look_up(std::string_view presented);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// What a tenant's keys may do now. Those that were revoked, or never were, are absent. In a Tx of
/// the service role.
std::map<KeyId, Scopes> standing(postgres::Tx& tx, std::span<KeyId const> keys);

/// Tickets and their like: `prefix` and 32 bytes in base64url, which only who holds the key can
/// tell, and tells the same for the same salt (HMAC-SHA256).
std::string derive_secret(std::string_view prefix, std::string_view key, std::string_view salt);
/// SHA-256 of such a text, which is all that is stored of it; nullopt for one that can be none.
std::optional<std::array<std::uint8_t, 32>> hash_of_secret(std::string_view prefix,
                                                           std::string_view presented);

struct KeyInfo {
  KeyId id;
  std::string tenant;
  std::string scopes;
  Timestamp created_at;
  std::optional<Timestamp> revoked_at;
};

/// For the command line. Creates the tenant if its name is new (with `region` as the default for
/// phone numbers, if given). Returns the key itself, which is stored nowhere.
std::string create_key(postgres::Pool& owner, std::string const& tenant, Scopes scopes,
                       std::string const& region, Timestamp now);
std::vector<KeyInfo> list_keys(postgres::Pool& owner);
/// By its name, for the command line; `any` may be the service role's pool.
std::optional<TenantId> find_tenant(postgres::Pool& any, std::string const& name);
/// False if there is no such key or it was revoked before.
bool revoke_key(postgres::Pool& owner, KeyId id, Timestamp now);

}  // namespace throughline::auth

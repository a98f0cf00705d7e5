// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include "platform/auth/key_cache.hpp"

#include <catch2/catch.hpp>

namespace throughline::auth {
namespace {

using std::chrono::milliseconds;

KeyHash hash_number(std::uint32_t number) {
  KeyHash hash{};
  std::memcpy(hash.data(), &number, sizeof number);
  return hash;
}

StoredKey stored_key(char const* scopes = "all") {
  return {TenantId{1}, KeyId{}, *parse_scopes(scopes), ""};
}

TEST_CASE("a key is believed for a second after it was asked for", "[auth]") {
  KeyCache cache;
  KeyCache::Clock::time_point const start{std::chrono::hours(1)};
  auto const hash = hash_number(1);
  CHECK_FALSE(cache.find(hash, start));
  auto const key = cache.confirm(hash, stored_key(), start);
  CHECK(cache.find(hash, start + milliseconds(999)) == key);
  CHECK_FALSE(cache.find(hash, start + milliseconds(1000)));
  CHECK(cache.confirm(hash, stored_key(), start + milliseconds(900)) == key);
  CHECK(cache.find(hash, start + milliseconds(1899)) == key);
  cache.confirm(hash, stored_key(), start + milliseconds(100));  // an answer that came late
  CHECK(cache.find(hash, start + milliseconds(1899)) == key);
  cache.forget(hash);
  CHECK_FALSE(cache.find(hash, start));
}

TEST_CASE("a key whose rights changed is another one", "[auth]") {
  KeyCache cache;
  KeyCache::Clock::time_point const start{};
  auto const before = cache.confirm(hash_number(1), stored_key("all"), start);
  auto const after = cache.confirm(hash_number(1), stored_key("cases:read"), start);
  CHECK(before->scopes.allows(Scope::admin));  // its running requests keep what they began with
  CHECK_FALSE(after->scopes.allows(Scope::admin));
  CHECK(cache.find(hash_number(1), start) == after);
}

TEST_CASE("keys that aren't used are forgotten", "[auth]") {
  KeyCache cache;
  KeyCache::Clock::time_point const start{};
  cache.confirm(hash_number(1), stored_key(), start);
  cache.confirm(hash_number(2), stored_key(), start);
  auto const later = start + std::chrono::seconds(60);
  cache.confirm(hash_number(1), stored_key(), later);
  cache.confirm(hash_number(2), stored_key(), later);  // confirming is not using
  cache.find(hash_number(2), later);
  CHECK(cache.hashes(later) == std::vector{hash_number(2)});
  CHECK_FALSE(cache.find(hash_number(1), later));
}

TEST_CASE("a full cache gives up the key used longest ago", "[auth]") {
  KeyCache cache;
  KeyCache::Clock::time_point const start{};
  for (std::uint32_t i = 0; i < Keys::cached_max; ++i)
    cache.confirm(hash_number(i), stored_key(), start + milliseconds(i == 77 ? 0 : 1));
  cache.confirm(hash_number(Keys::cached_max), stored_key(), start + milliseconds(1));
  CHECK_FALSE(cache.find(hash_number(77), start));
  CHECK(cache.find(hash_number(78), start));
  CHECK(cache.find(hash_number(Keys::cached_max), start));
  CHECK(cache.hashes(start).size() == Keys::cached_max);
}

}  // namespace
}  // namespace throughline::auth

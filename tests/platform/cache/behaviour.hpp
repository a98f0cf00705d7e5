// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// What both forms of the cache do: one suite, run on each.
#pragma once

#include <catch2/catch.hpp>
#include <chrono>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "throughline/platform/cache.hpp"

namespace throughline::tests {

using Kind = cache::Found::Kind;

/// A cache whose calls wait for their answer. `store` 0 and 1 are two I/O threads' or two
/// instances' ways to the same entries.
class WaitingCache {
 public:
  static constexpr std::chrono::milliseconds lease{400};  // short, so that tests see it end

  virtual ~WaitingCache() = default;
  virtual cache::Found get(std::size_t store, cache::Key const& key) = 0;
  virtual void fill(std::size_t store, cache::Key const& key, std::string const& token,
                    cache::DocumentPtr document) = 0;
  virtual bool invalidate(std::size_t store, std::vector<postgres::Touched> const& roots) = 0;
  virtual void sleep(std::chrono::milliseconds time) = 0;
};

inline cache::Key key_number(int number, int tenant = 1) {
  cache::Key key;
  key.tenant.value = tenant;
  for (std::size_t i = 0; i < 4; ++i) {
    key.root.value.bytes[12 + i] = static_cast<std::uint8_t>(number >> (24 - 8 * i));
  }
  return key;
}

inline cache::DocumentPtr document(std::int64_t version, std::string body = "{}") {
  auto made = std::make_shared<cache::Document>();
  made->version = version;
  made->etag = "\"r-" + std::to_string(version) + "\"";
  made->body = std::move(body);
  made->answers_for = {"phone:+19776252661", "email:a@b.example"};
  return made;
}

inline postgres::Touched touched(cache::Key const& key, std::int64_t version) {
  return {key.tenant, key.root, version};
}

inline void one_lease_then_a_hit_everywhere(WaitingCache& cache) {
  auto const key = key_number(1);
  auto const leased = cache.get(0, key);
  REQUIRE(leased.kind == Kind::lease);
  CHECK_FALSE(leased.token.empty());
  CHECK(cache.get(1, key).kind == Kind::busy);
  CHECK(cache.get(0, key).kind == Kind::busy);

  auto made = std::make_shared<cache::Document>();
  made->version = 9007199254740993;  // more than a double holds
  made->etag = "\"r-7\"";
  made->body = std::string("{\"a\":\"\0\r\n\xC3\xBC\"}", 14);
  made->answers_for = {"phone:+1", "", "social:x:1:\r\n2", std::string("a\0b", 3)};
  cache.fill(0, key, leased.token, made);
  for (std::size_t store : {0U, 1U, 1U}) {
    auto const hit = cache.get(store, key);
    REQUIRE(hit.kind == Kind::hit);
    CHECK(hit.document->version == made->version);
    CHECK(hit.document->etag == made->etag);
    CHECK(hit.document->body == made->body);
    CHECK(hit.document->answers_for == made->answers_for);
  }
}

inline void a_late_fill_is_refused(WaitingCache& cache) {
  auto const key = key_number(2);
  auto const early = cache.get(0, key);
  REQUIRE(early.kind == Kind::lease);
  CHECK(cache.invalidate(1, {touched(key, 2)}));
  cache.fill(0, key, early.token, document(1));
  auto const next = cache.get(1, key);
  REQUIRE(next.kind == Kind::lease);
  CHECK(next.token != early.token);
  cache.fill(0, key, early.token, document(2));
  CHECK(cache.get(0, key).kind == Kind::busy);
  cache.fill(1, key, next.token, document(2));
  CHECK(cache.get(0, key).document->version == 2);
}

inline void a_fill_below_the_floor_is_refused(WaitingCache& cache) {
  auto const key = key_number(3);
  REQUIRE(cache.get(0, key).kind == Kind::lease);
  cache.invalidate(0, {touched(key, 5)});
  auto const behind = cache.get(0, key);
  cache.fill(0, key, behind.token, document(4));
  auto const next = cache.get(0, key);
  REQUIRE(next.kind == Kind::lease);  // the refused fill has given its lease back
  cache.fill(0, key, next.token, document(5));
  CHECK(cache.get(0, key).kind == Kind::hit);
}

inline void an_invalidation_drops_only_what_is_older(WaitingCache& cache) {
  auto const key = key_number(4);
  cache.fill(0, key, cache.get(0, key).token, document(7));
  cache.invalidate(0, {touched(key, 6)});
  CHECK(cache.get(0, key).kind == Kind::hit);
  cache.invalidate(1, {touched(key, 7)});
  CHECK(cache.get(0, key).document->version == 7);
  cache.invalidate(1, {touched(key, 8)});
  CHECK(cache.get(0, key).kind == Kind::lease);
}

inline void a_lease_ends(WaitingCache& cache) {
  auto const key = key_number(5);
  auto const crashed = cache.get(0, key);
  cache.sleep(WaitingCache::lease + std::chrono::milliseconds(60));
  cache.fill(0, key, crashed.token, document(1));
  auto const next = cache.get(1, key);
  REQUIRE(next.kind == Kind::lease);
  cache.fill(0, key, crashed.token, document(1));
  CHECK(cache.get(0, key).kind == Kind::busy);
  cache.fill(1, key, next.token, document(2));
  CHECK(cache.get(0, key).document->version == 2);
}

inline void a_token_is_good_for_one_fill(WaitingCache& cache) {
  auto const key = key_number(6);
  auto const leased = cache.get(0, key);
  cache.fill(0, key, "made up", document(9));
  CHECK(cache.get(1, key).kind == Kind::busy);
  cache.fill(0, key, leased.token, document(1));
  cache.fill(0, key, leased.token, document(2));
  CHECK(cache.get(1, key).document->version == 1);
  cache.fill(0, key_number(60), leased.token, document(1));
  CHECK(cache.get(0, key_number(60)).kind == Kind::lease);
}

inline void a_kept_document_outlives_leases(WaitingCache& cache) {
  auto const key = key_number(7);
  cache.fill(0, key, cache.get(0, key).token, document(1));
  cache.sleep(WaitingCache::lease + std::chrono::milliseconds(60));
  CHECK(cache.get(0, key).kind == Kind::hit);
}

inline void tenants_and_roots_are_apart(WaitingCache& cache) {
  auto const ours = key_number(8, 1);
  auto const theirs = key_number(8, 2);
  cache.fill(0, ours, cache.get(0, ours).token, document(1, "ours"));
  CHECK(cache.get(0, theirs).kind == Kind::lease);
  cache.invalidate(0, {touched(theirs, 5)});
  CHECK(cache.get(0, ours).document->body == "ours");
  CHECK(cache.get(0, key_number(80)).kind == Kind::lease);
}

inline void one_commit_invalidates_all_its_roots(WaitingCache& cache) {
  std::vector<postgres::Touched> roots;
  for (int i = 1000; i < 1700; ++i) roots.push_back(touched(key_number(i), 2));
  for (int i : {1000, 1350, 1699}) {
    cache.fill(0, key_number(i), cache.get(0, key_number(i)).token, document(1));
  }
  CHECK(cache.invalidate(1, roots));
  for (int i : {1000, 1350, 1699}) CHECK(cache.get(0, key_number(i)).kind == Kind::lease);
  CHECK(cache.invalidate(0, {}));
}

inline void a_large_body_comes_back_whole(WaitingCache& cache) {
  auto const key = key_number(9);
  std::string body(200 * 1024, 'x');
  for (std::size_t i = 0; i < body.size(); i += 97) body[i] = static_cast<char>(i % 251);
  cache.fill(0, key, cache.get(0, key).token, document(1, body));
  CHECK(cache.get(1, key).document->body == body);
}

struct Behaviour {
  char const* name;
  void (*check)(WaitingCache&);
};

inline std::vector<Behaviour> behaviours() {
  return {{"one lease, then a hit everywhere", one_lease_then_a_hit_everywhere},
          {"a late fill is refused", a_late_fill_is_refused},
          {"a fill below the floor is refused", a_fill_below_the_floor_is_refused},
          {"an invalidation drops only what is older", an_invalidation_drops_only_what_is_older},
          {"a lease ends", a_lease_ends},
          {"a token is good for one fill", a_token_is_good_for_one_fill},
          {"a kept document outlives leases", a_kept_document_outlives_leases},
          {"tenants and roots are apart", tenants_and_roots_are_apart},
          {"one commit invalidates all its roots", one_commit_invalidates_all_its_roots},
          {"a large body comes back whole", a_large_body_comes_back_whole}};
}

}  // namespace throughline::tests

// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include "throughline/base/actor.hpp"

#include <catch2/catch.hpp>

using namespace throughline;

TEST_CASE("actor: scopes are read by their words and written back") {
  auto const scopes = parse_scopes("cases:read,interactions:write");
  REQUIRE(scopes);
  CHECK(scopes->allows(Scope::cases_read));
  CHECK(scopes->allows(Scope::interactions_write));
  CHECK(scopes->allows(Scope::none));
  CHECK_FALSE(scopes->allows(Scope::cases_write));
  CHECK_FALSE(scopes->allows(Scope::admin));
  CHECK(to_string(*scopes) == "interactions:write,cases:read");
}

TEST_CASE("actor: all grants every scope") {
  auto const scopes = parse_scopes("all");
  REQUIRE(scopes);
  for (auto const* word :
       {"interactions:read", "interactions:write", "context:read", "cases:read", "cases:write",
        "customers:read", "customers:write", "identity:write", "sync:read", "admin"}) {
    auto const scope = parse_scope(word);
    REQUIRE(scope);
    CHECK(name(*scope) == word);
    CHECK(scopes->allows(*scope));
  }
  CHECK(to_string(*scopes) == "all");
  CHECK(name(Scope::none) == "none");
}

TEST_CASE("actor: unknown scopes are refused") {
  for (auto const* words : {"", ",", "cases:read,", ",admin", "cases", "none", "ADMIN",
                            "cases:read, admin", "all,admin", "admin,all"}) {
    CHECK_FALSE(parse_scopes(words));
  }
  CHECK_FALSE(parse_scope("all"));
}

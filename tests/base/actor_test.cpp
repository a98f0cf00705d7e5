// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include "throughline/base/actor.hpp"

#include <catch2/catch.hpp>

#include "throughline/base/error.hpp"

using namespace throughline;
using namespace std::chrono_literals;

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

TEST_CASE("actor: a record's time is the present, or a past that the key may write") {
  Timestamp const now = *parse_rfc3339("2026-11-21T08:00:00Z");
  Actor actor;
  actor.now = now;
  actor.scopes = *parse_scopes("interactions:write");
  CHECK(record_time(actor, std::nullopt, "/at") == now);
  CHECK(record_time(actor, now - clock_skew_max, "/at") == now - clock_skew_max);
  CHECK(record_time(actor, now + clock_skew_max, "/at") == now);

  Timestamp const past = now - clock_skew_max - 1us;
  try {
    record_time(actor, past, "/at");
    FAIL("a past time needs a scope");
  } catch (Error const& error) {
    CHECK(error.code() == Code::forbidden);
    CHECK(error.detail().find("customers:write") != std::string::npos);
  }
  actor.scopes = *parse_scopes("interactions:write,customers:write");
  CHECK(record_time(actor, past, "/at") == past);

  try {
    record_time(actor, now + clock_skew_max + 1us, "/messages/2/at");
    FAIL("nothing happens in the future");
  } catch (Error const& error) {
    CHECK(error.code() == Code::invalid);
    REQUIRE(error.fields().size() == 1);
    CHECK(error.fields()[0].pointer == "/messages/2/at");
  }
}

TEST_CASE("actor: an agent is written without what was not given and read back") {
  Agent const bot{"bot", "voice \"1\"", "m-4", "", "calm-2"};
  CHECK(parse_agent(to_json(bot)) == bot);
  CHECK(to_json(Agent{"human", "mara", "", "", ""}) == R"({"id":"mara","kind":"human"})");
  for (auto const* text : {"", "[]", "null", "{", "{}", R"({"kind":"bot"})"}) {
    CHECK_THROWS_AS(parse_agent(text), std::logic_error);
  }
}

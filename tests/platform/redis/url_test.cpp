// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include "platform/redis/url.hpp"

#include <catch2/catch.hpp>
#include <stdexcept>

using throughline::redis::parse_url;

TEST_CASE("a Redis URL names host, port, login and database", "[redis]") {
  auto const plain = parse_url("redis://cache.internal");
  CHECK(plain.host == "cache.internal");
  CHECK(plain.port == 6379);
  CHECK(plain.user.empty());
  CHECK(plain.password.empty());
  CHECK(plain.database == 0);

  auto const full = parse_url("redis://app:p%40ss%3A@10.0.0.7:7000/3");
  CHECK(full.host == "10.0.0.7");
  CHECK(full.port == 7000);
  CHECK(full.user == "app");
  CHECK(full.password == "p@ss:");
  CHECK(full.database == 3);

  auto const six = parse_url("redis://:secret@[::1]:7001/");
  CHECK(six.host == "::1");
  CHECK(six.port == 7001);
  CHECK(six.password == "secret");
}

TEST_CASE("a Redis URL that is wrong is refused without showing the password", "[redis]") {
  auto const url =
      GENERATE(as<std::string>{}, "", "redis://", "http://secret@h", "rediss://:secret@h",
               "redis://secret@h", "redis://:secret@h:0", "redis://:secret@h:70000",
               "redis://:secret@h:x", "redis://:secret@[::1", "redis://:secret@[::1]7",
               "redis://:secret@h/x", "redis://:secret%4@h", "redis://:secret%zz@h");
  CAPTURE(url);
  try {
    parse_url(url);
    FAIL("accepted");
  } catch (std::invalid_argument const& refusal) {
    CHECK_THAT(refusal.what(), !Catch::Contains("secret"));
  }
}

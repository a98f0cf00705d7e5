// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include "throughline/base/time.hpp"

#include <catch2/catch.hpp>

using namespace throughline;

namespace {

std::string reread(std::string_view text) {
  auto const at = parse_rfc3339(text);
  return at ? format_rfc3339(*at) : "refused";
}

}  // namespace

TEST_CASE("time: RFC 3339 is read with any offset and fraction") {
  CHECK(reread("2026-11-21T08:30:00Z") == "2026-11-21T08:30:00.000000Z");
  CHECK(reread("2026-11-21t08:30:00z") == "2026-11-21T08:30:00.000000Z");
  CHECK(reread("2026-11-21T08:30:00.5+05:30") == "2026-11-21T03:00:00.500000Z");
  CHECK(reread("2026-12-31T23:30:00-01:00") == "2027-01-01T00:30:00.000000Z");
  CHECK(reread("2026-11-21T08:30:00-00:00") == "2026-11-21T08:30:00.000000Z");
  CHECK(reread("2026-11-21T08:30:00.123456789Z") == "2026-11-21T08:30:00.123456Z");
  CHECK(reread("1969-12-31T23:59:59.999999Z") == "1969-12-31T23:59:59.999999Z");
  CHECK(reread("1900-01-01T00:00:00Z") == "1900-01-01T00:00:00.000000Z");
  CHECK(reread("9999-12-31T23:59:59.999999Z") == "9999-12-31T23:59:59.999999Z");
}

TEST_CASE("time: dates follow the calendar") {
  CHECK(reread("2024-02-29T00:00:00Z") == "2024-02-29T00:00:00.000000Z");
  CHECK(reread("2000-02-29T00:00:00Z") == "2000-02-29T00:00:00.000000Z");
  for (auto const* text : {"2026-02-29T00:00:00Z", "1900-02-29T00:00:00Z", "2026-02-30T00:00:00Z",
                           "2026-04-31T00:00:00Z", "2026-13-01T00:00:00Z", "2026-00-01T00:00:00Z",
                           "2026-01-00T00:00:00Z", "2026-01-32T00:00:00Z"}) {
    CHECK(reread(text) == "refused");
  }
}

TEST_CASE("time: what is not RFC 3339 is refused") {
  for (auto const* text : {"",
                           "2026",
                           "2026-11-21",
                           "2026-11-21T08:30:00",
                           "2026-11-21T08:30Z",
                           "2026-11-21 08:30:00Z",
                           "2026-11-21T24:00:00Z",
                           "2026-11-21T25:00:00Z",
                           "2026-11-21T08:60:00Z",
                           "2026-11-21T08:30:61Z",
                           "2026-11-21T08:30:00.Z",
                           "2026-11-21T08:30:00.1234567890Z",
                           "2026-11-21T08:30:00,5Z",
                           "2026-11-21T08:30:00+24:00",
                           "2026-11-21T08:30:00+05:60",
                           "2026-11-21T08:30:00+0530",
                           "2026-11-21T08:30:00+05",
                           "2026-11-21T08:30:00Zx",
                           " 2026-11-21T08:30:00Z",
                           "2026-11-21T08:30:00Z ",
                           "26-11-21T08:30:00Z",
                           "+2026-11-21T08:30:00Z",
                           "2026-1-21T08:30:00Z",
                           "2026-11-21T08:30:-1Z",
                           "20261121T083000Z"}) {
    CHECK(reread(text) == "refused");
  }
}

TEST_CASE("time: years outside 1900 to 9999 are refused, after the offset too") {
  for (auto const* text : {"1899-12-31T23:59:59Z", "0000-01-01T00:00:00Z",
                           "1900-01-01T00:00:00+00:01", "9999-12-31T23:59:59-00:01"}) {
    CHECK(reread(text) == "refused");
  }
}

TEST_CASE("time: a leap second is the first moment of the next minute, at the end of a UTC day") {
  CHECK(reread("2016-12-31T23:59:60Z") == "2017-01-01T00:00:00.000000Z");
  CHECK(reread("2016-12-31T23:59:60.75Z") == "2017-01-01T00:00:00.000000Z");
  CHECK(reread("2017-01-01T05:29:60+05:30") == "2017-01-01T00:00:00.000000Z");
  CHECK(reread("2016-12-31T12:30:60Z") == "refused");
  CHECK(reread("9999-12-31T23:59:60Z") == "refused");
}

TEST_CASE("time: the system clock tells today") {
  CHECK(SystemClock{}.now() > *parse_rfc3339("2024-01-01T00:00:00Z"));
}

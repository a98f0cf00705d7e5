// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include "throughline/base/text.hpp"

#include <catch2/catch.hpp>
#include <string>

using namespace throughline;
using namespace std::string_literals;

TEST_CASE("text: well-formed UTF-8 is told from the rest") {
  for (std::string const& good :
       {""s, "a"s, "\0"s, "\xC2\x80"s, "\xDF\xBF"s, "\xE0\xA0\x80"s, "\xED\x9F\xBF"s,
        "\xEE\x80\x80"s, "\xEF\xBF\xBF"s, "\xF0\x90\x80\x80"s, "\xF4\x8F\xBF\xBF"s}) {
    CHECK(is_utf8(good));
    CHECK(is_utf8("x" + good + "y"));
  }
  for (std::string const& bad :
       {"\x80"s, "\xBF"s, "\xC0\x80"s, "\xC1\xBF"s, "\xC2"s, "\xC2x"s, "\xE0\x9F\xBF"s, "\xE1\x80"s,
        "\xED\xA0\x80"s, "\xF0\x8F\xBF\xBF"s, "\xF0\x90\x80"s, "\xF4\x90\x80\x80"s,
        "\xF5\x80\x80\x80"s, "\xFF"s}) {
    CHECK_FALSE(is_utf8(bad));
    CHECK_FALSE(is_utf8("x" + bad));
    CHECK_FALSE(is_utf8(bad + "y"));
  }
}

TEST_CASE("text: characters are code points") {
  CHECK(count_characters("") == 0);
  CHECK(count_characters("aß\xF0\x9F\x98\x80") == 3);
}

TEST_CASE("text: control characters are found wherever they stand") {
  for (std::string const& text : {"\0"s, "a\x1F"s, "\x7F"s, "\xC2\x80"s, "a\xC2\x9F"s, "\n"s}) {
    CHECK(has_control(text));
  }
  CHECK_FALSE(has_control("a\xC2\xA0\xC3\x80 ~"));
  CHECK_FALSE(has_control("a\tb\r\nc", true));
  CHECK(has_control("a\vb", true));
}

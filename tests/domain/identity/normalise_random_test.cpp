// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <catch2/catch.hpp>

#include "support/random_text.hpp"
#include "support/seed.hpp"
#include "throughline/base/text.hpp"
#include "throughline/domain/identity_values.hpp"

using namespace throughline::identity;
using namespace std::chrono_literals;
using throughline::test::Budget;
using throughline::test::RandomText;

namespace {

constexpr auto budget = 200ms;
constexpr std::array<std::string_view, 6> regions{"", "US", "NZ", "IT", "AR", "MX"};

constexpr std::array<std::string_view, 26> email_fragments{
    "jane",        "J",    "@", "@",        "gmail.com", "yahoo.com", "x.fastmail.com",
    "example.org", "xn--", ".", "+",        "-",         "\"",        "\\",
    " ",           "ß",    "é", "İ",        "\xCD\x85",  "。",        "臺網",
    ".com",        "a",    "ſ", "\xCC\x81", "Ω"};
constexpr std::array<std::string_view, 24> phone_fragments{
    "+", "1", "64", "39", "0",    "00", "011", "54", "9",       "800", "331", "6005",
    " ", "-", "(",  ")",  "ext.", ";",  "#",   "x",  "FLOWERS", "２",  "٣",   "tel:"};
constexpr std::array<std::string_view, 22> social_fragments{
    "twitter", "x", "instagram", ":",   ":", "@", "Jack", "_", ".",        "https://", "x.com",
    "/",       "?", "#",         "in/", " ", "ß", "İ",    "ﬁ", "\xCC\x81", "\xC2\xA8", "＠"};
constexpr std::array<std::string_view, 20> account_fragments{
    "crm", ":", ":",        "00",       "12", "-", "–",        " ",        "a", "ß",
    "ŉ",   "ΐ", "\xCD\x85", "\xCC\x81", "ﬁ",  "ǰ", "\xC2\xAD", "\xC2\xA8", "İ", "１"};

/// What holds for everything that is accepted.
void check_sound(RawIdentifier const& sent, Identifier const& identifier) {
  INFO(sent.type << " '" << sent.value << "' region " << sent.region);
  REQUIRE_FALSE(identifier.value.empty());
  REQUIRE(identifier.value.size() <= value_bytes_max);
  REQUIRE(throughline::is_utf8(identifier.value));
  REQUIRE_FALSE(throughline::has_control(identifier.value));

  auto const again = normalise({sent.type, identifier.value, sent.region, ""}, "");
  REQUIRE(std::holds_alternative<Identifier>(again));
  auto const& second = std::get<Identifier>(again);
  REQUIRE(second.value == identifier.value);
  REQUIRE(second.alias == identifier.alias);
  REQUIRE(second.exact == identifier.exact);
  if (identifier.alias.empty()) return;
  auto const alias = normalise({sent.type, identifier.alias, "", ""}, "");
  REQUIRE(std::holds_alternative<Identifier>(alias));
  REQUIRE(std::get<Identifier>(alias).value == identifier.alias);
  REQUIRE(std::get<Identifier>(alias).alias.empty());
}

std::size_t check(std::string const& type, std::span<std::string_view const> fragments) {
  RandomText random(throughline::test::seed("normalise " + type));
  std::size_t accepted = 0;
  for (Budget const time(budget); time.lasts();) {
    std::string const text = random.below(8) == 0 ? random.bytes(24) : random.from(fragments, 8);
    RawIdentifier const sent{type, text, std::string(regions[random.below(regions.size())]), ""};
    auto const result = normalise(sent, "");
    if (auto const* identifier = std::get_if<Identifier>(&result)) {
      check_sound(sent, *identifier);
      ++accepted;
    }
  }
  return accepted;
}

}  // namespace

TEST_CASE("normalise, random: what is accepted stays as it is when it comes again") {
  CHECK(check("email", email_fragments) > 0);
  CHECK(check("phone", phone_fragments) > 0);
  CHECK(check("social", social_fragments) > 0);
  CHECK(check("account", account_fragments) > 0);
}

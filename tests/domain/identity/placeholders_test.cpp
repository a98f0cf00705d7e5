// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include "domain/identity/placeholders.hpp"

#include <catch2/catch.hpp>
#include <string>
#include <utility>
#include <vector>

#include "throughline/domain/identity_values.hpp"

using namespace throughline::identity;

namespace {

std::string normal(std::string const& type, std::string const& value) {
  return std::get<Identifier>(normalise({type, value, "", ""}, "US")).value;
}

}  // namespace

TEST_CASE("placeholders: what forms and machines write where there is nobody") {
  std::vector<std::pair<std::string, std::string>> const nobodys{{"email", "null@x.com"},
                                                                 {"email", "N.A@x.com"},
                                                                 {"email", "noreply@bank.com"},
                                                                 {"email", "no-reply+7@bank.com"},
                                                                 {"email", "Do_Not_Reply@x.com"},
                                                                 {"email", "test@gmail.com"},
                                                                 {"email", "jane@shop.invalid"},
                                                                 {"email", "unknown@x.com"},
                                                                 {"phone", "anonymous"},
                                                                 {"phone", "Not provided"},
                                                                 {"phone", "N/A"},
                                                                 {"phone", "000"},
                                                                 {"phone", "+1 000 000 0000"},
                                                                 {"phone", "+1 555 555 5555"},
                                                                 {"phone", "0123456789"},
                                                                 {"phone", "+1 123 456 7890"},
                                                                 {"social", "twitter:null"},
                                                                 {"social", "telegram:@anonymous"},
                                                                 {"account", "crm:000"},
                                                                 {"account", "crm:0000-0000"},
                                                                 {"account", "crm:N/A"},
                                                                 {"account", "crm:unknown"},
                                                                 {"account", "passport:99999999"}};
  for (auto const& [type, value] : nobodys) {
    INFO(type << " " << value);
    CHECK(is_placeholder(type, normal(type, value)));
  }
}

TEST_CASE("placeholders: what belongs to somebody") {
  std::vector<std::pair<std::string, std::string>> const somebodys{
      {"email", "jane@x.com"},        {"email", "sam.field@example.com"},
      {"email", "nully@x.com"},       {"email", "tester.jane@x.com"},
      {"email", "nana@x.com"},        {"phone", "+6433316005"},
      {"phone", "+1 415 555 2671"},   {"phone", "+1 212 222 2222"},
      {"phone", "03 331 6005"},       {"social", "twitter:private"},
      {"social", "instagram:nobody"}, {"account", "crm:0"},
      {"account", "crm:111111"},      {"account", "crm:00012"},
      {"account", "shop:TEST-7"},     {"phone", "匿名の電話"}};
  for (auto const& [type, value] : somebodys) {
    INFO(type << " " << value);
    CHECK_FALSE(is_placeholder(type, normal(type, value)));
  }
}

TEST_CASE("placeholders: a pattern's asterisk stands for any text") {
  CHECK(matches_pattern("office@x.com", "office@x.com"));
  CHECK(matches_pattern("office@x.com", "*@x.com"));
  CHECK(matches_pattern("office@x.com", "office@*"));
  CHECK(matches_pattern("office@x.com", "*f*e*.c*"));
  CHECK(matches_pattern("office@x.com", "office@x.com*"));
  CHECK(matches_pattern("aab", "*ab"));
  CHECK_FALSE(matches_pattern("office@x.com", "office"));
  CHECK_FALSE(matches_pattern("office@x.com", "*@y.com"));
  CHECK_FALSE(matches_pattern("office@x.com", "OFFICE@x.com"));
  CHECK_FALSE(matches_pattern("", "a*"));
  CHECK_FALSE(matches_pattern(std::string(500, 'a'), "*a*a*a*a*a*a*a*b"));
}

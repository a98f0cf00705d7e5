// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <catch2/catch.hpp>
#include <random>
#include <set>

#include "domain/likeness/people.hpp"

namespace throughline::likeness::tests {
namespace {

bool share_a_key(Record const& one, Record const& other) {
  auto const first = keys(one);
  auto const second = keys(other);
  return std::find_first_of(first.begin(), first.end(), second.begin(), second.end()) !=
         first.end();
}

class Typist {
 public:
  explicit Typist(unsigned seed) : random_(seed) {}
  std::size_t below(std::size_t count) { return random_() % count; }
  std::string text(std::string_view letters, std::size_t length) {
    std::string result;
    for (std::size_t i = 0; i < length; ++i) result += letters[below(letters.size())];
    return result;
  }
  std::string one_edit(std::string text, std::string_view letters) {
    std::size_t const at = below(text.size());
    char const letter = letters[below(letters.size())];
    switch (below(4)) {
      case 0:
        text.erase(at, 1);
        break;
      case 1:
        text.insert(at, 1, letter);
        break;
      case 2:
        text[at] = letter;
        break;
      default:
        std::swap(text[at], text[at + 1 < text.size() ? at + 1 : at]);
        break;
    }
    return text;
  }

 private:
  std::mt19937 random_;
};

constexpr std::string_view letters = "abcdefghijklmnopqrstuvwxyz0123456789.";
constexpr std::string_view digits = "0123456789";

}  // namespace

TEST_CASE("keys: every one-edit typo in an identifier shares a key", "[likeness]") {
  unsigned const seed = GENERATE(1U, 2U, 3U);
  Typist typist(seed);
  for (int i = 0; i < 2000; ++i) {
    std::string const local = typist.text(letters, 6 + typist.below(58));
    std::string const wrong = typist.one_edit(local, letters);
    INFO("seed " << seed << ": " << local << " " << wrong);
    CHECK(share_a_key(read("{}", std::vector{email(local + "@a.example")}),
                      read("{}", std::vector{email(wrong + "@b.example")})));

    std::string const number = typist.text(digits, 6 + typist.below(40));
    std::string const mistyped = typist.one_edit(number, digits);
    INFO(number << " " << mistyped);
    CHECK(share_a_key(read("{}", std::vector{account("crm:" + number)}),
                      read("{}", std::vector{account("crm:" + mistyped)})));
    CHECK(share_a_key(read("{}", std::vector{phone("+" + number.substr(0, 6) + "1234567")}),
                      read("{}", std::vector{phone("+" + number.substr(0, 6) + "1235467")})));
  }
}

TEST_CASE("keys: who shares one", "[likeness]") {
  auto const robert = person({"Robert", "Smith", "1978-11-12", "123 Main Street", "Las Vegas"});
  CHECK(share_a_key(robert, person({"Smith", "Bob"})));
  CHECK(share_a_key(robert, person({"Rupert", "Smith", "1978-12-11"})));
  CHECK(share_a_key(robert, person({"", "", "1978-11-12", "", "las vegas"})));
  CHECK(share_a_key(robert, person({"", "Smyth", "", "123 Main St"})));
  CHECK_FALSE(share_a_key(robert, person({"Jane", "Doe", "1980-01-02", "9 Elm Rd", "Hull"})));
  CHECK_FALSE(share_a_key(read("{}", std::vector{account("crm:1234567")}),
                          read("{}", std::vector{account("ssn:1234567")})));
}

TEST_CASE("keys: each once, never too many, exact ones first", "[likeness]") {
  std::vector<Value> many;
  for (int i = 0; i < 60; ++i) many.push_back(email("somebody" + std::to_string(i) + "@a.example"));
  auto const found = keys(read("{}", many));
  CHECK(found.size() == keys_max);
  CHECK(std::set<Key>(found.begin(), found.end()).size() == found.size());
  for (std::size_t i = 0; i < identifiers_max; ++i) {
    CHECK(share_a_key(read("{}", many), read("{}", std::vector{many[i]})));
  }
}

TEST_CASE("keys: nothing told, no key", "[likeness]") {
  CHECK(keys(read("{}", {})).empty());
  CHECK(keys(person({})).empty());
}

TEST_CASE("keys: they are stored, so they stay", "[likeness]") {
  auto const found = keys(read("{}", std::vector{phone("+17029191300")}));
  REQUIRE_FALSE(found.empty());
  CHECK(found.front() == Key{8704851229600982990});
}

}  // namespace throughline::likeness::tests

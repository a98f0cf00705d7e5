// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include "domain/likeness/addresses.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "domain/likeness/edits.hpp"
#include "domain/likeness/letters.hpp"

namespace throughline::likeness {
namespace {

using Line = std::vector<std::string>;

// A typo in so many letters of a street or a city is a typo, not another name.
constexpr std::size_t letters_per_edit = 6;
constexpr std::size_t street_word_length_min = 3;

constexpr std::array<std::pair<std::string_view, std::string_view>, 24> street_kinds{
    {{"street", "st"},    {"road", "rd"},     {"avenue", "ave"},  {"lane", "ln"},
     {"drive", "dr"},     {"place", "pl"},    {"court", "ct"},    {"crescent", "cres"},
     {"circuit", "cct"},  {"close", "cl"},    {"square", "sq"},   {"boulevard", "blvd"},
     {"parkway", "pkwy"}, {"highway", "hwy"}, {"terrace", "tce"}, {"grove", "gr"},
     {"parade", "pde"},   {"strasse", "str"}, {"way", "wy"},      {"apartment", "apt"},
     {"suite", "ste"},    {"unit", "un"},     {"floor", "fl"},    {"building", "bldg"}}};

bool is_numeric(std::string_view word) {
  return !word.empty() && word.front() >= '0' && word.front() <= '9';
}

/// Spelled out, so that what was written as one word ("millstreet") is the same as two.
std::string_view whole_kind(std::string_view word) {
  for (auto const& [whole, brief] : street_kinds) {
    if (word == brief) return whole;
  }
  return word;
}

bool is_kind(std::string_view word) {
  return std::any_of(street_kinds.begin(), street_kinds.end(),
                     [&](auto const& kind) { return word == kind.first; });
}

Line read_line(std::string_view text) {
  Line line = words(text);
  for (auto& word : line) word = whole_kind(word);
  return line;
}

bool are_close(std::string_view one, std::string_view other) {
  std::size_t const length = std::max(one.size(), other.size());
  return edits(one, other, length / letters_per_edit) <= length / letters_per_edit;
}

/// The street of a line without spaces, numbers left out.
std::string street_of(Line const& line) {
  std::string street;
  for (auto const& word : line) {
    if (!is_numeric(word)) street += word;
  }
  return street;
}

bool share_street_word(Line const& one, Line const& other) {
  for (auto const& word : one) {
    if (!is_street_word(word)) continue;
    for (auto const& against : other) {
      if (is_street_word(against) && are_close(word, against)) return true;
    }
  }
  return false;
}

bool is_same_street(Line const& one, Line const& other) {
  if (one.empty() || other.empty()) return false;
  if (share_street_word(one, other)) return true;
  std::string const street = street_of(one);
  return !street.empty() && are_close(street, street_of(other));
}

bool is_same_street(Address const& one, Address const& other) {
  return is_same_street(one.line1, other.line1) || is_same_street(one.line1, other.line2) ||
         is_same_street(one.line2, other.line1);
}

/// Where they differ the house differs; where one tells none, it may be the same.
enum class Agreement { absent, yes, no };

Agreement compare_numbers(Address const& one, Address const& other) {
  auto const number = house_number(one.line1);
  auto const against = house_number(other.line1);
  if (number.empty() || against.empty()) return Agreement::absent;
  return number == against ? Agreement::yes : Agreement::no;
}

Agreement compare_texts(std::string const& one, std::string const& other, bool typos) {
  if (one.empty() || other.empty()) return Agreement::absent;
  bool const same = one == other || (typos && (are_close(one, other) || is_anagram(one, other)));
  return same ? Agreement::yes : Agreement::no;
}

bool tells_nothing(Address const& one, Address const& other) {
  bool const lines =
      (!one.line1.empty() || !one.line2.empty()) && (!other.line1.empty() || !other.line2.empty());
  bool const city = !one.city.empty() && !other.city.empty();
  bool const postal_code = !one.postal_code.empty() && !other.postal_code.empty();
  return !lines && !city && !postal_code;
}

}  // namespace

Address read_address(AddressText const& text) {
  return {read_line(text.line1), read_line(text.line2), joined(words(text.city)),
          joined(words(text.postal_code)), joined(words(text.country))};
}

std::string_view house_number(std::vector<std::string> const& line) {
  auto const found = std::find_if(line.begin(), line.end(), is_numeric);
  return found == line.end() ? std::string_view() : std::string_view(*found);
}

bool is_street_word(std::string_view word) {
  return word.size() >= street_word_length_min && !is_numeric(word) && !is_kind(word);
}

AddressLevel compare_addresses(Address const& one, Address const& other) {
  if (tells_nothing(one, other)) return address_absent;
  Agreement const postal_code = compare_texts(one.postal_code, other.postal_code, false);
  Agreement const city = compare_texts(one.city, other.city, true);
  bool const elsewhere = postal_code != Agreement::yes && city == Agreement::no;
  if (is_same_street(one, other)) {
    Agreement const number = compare_numbers(one, other);
    if (number == Agreement::yes && !elsewhere) return address_home;
    if (number != Agreement::no || !elsewhere) return address_street;
  }
  if (postal_code == Agreement::yes) return address_postal_code;
  return city == Agreement::yes ? address_city : address_different;
}

}  // namespace throughline::likeness

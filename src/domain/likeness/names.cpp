// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include "domain/likeness/names.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "domain/likeness/edits.hpp"
#include "domain/likeness/letters.hpp"
#include "domain/likeness/nicknames.hpp"

namespace throughline::likeness {
namespace {

using Words = std::vector<std::string>;

// Below these lengths one edit makes another name rather than a misspelling of the same.
constexpr std::size_t one_edit_length_min = 3;
constexpr std::size_t two_edits_length_min = 6;
constexpr std::size_t likeness_length_min = 5;
constexpr std::size_t sound_length_min = 2;  // of the sound itself
constexpr double near_likeness = 0.92;       // Jaro-Winkler

bool is_title(std::string_view word) {
  constexpr std::array<std::string_view, 9> titles{"mr", "mrs",  "ms",  "miss", "mx",
                                                   "dr", "prof", "sir", "herr"};
  return std::find(titles.begin(), titles.end(), word) != titles.end();
}

/// The suffix a word stands for; empty: none.
std::string_view suffix_of(std::string_view word) {
  using Form = std::pair<std::string_view, std::string_view>;
  constexpr std::array<Form, 11> forms{{{"jr", "jr"},
                                        {"jnr", "jr"},
                                        {"junior", "jr"},
                                        {"sr", "sr"},
                                        {"snr", "sr"},
                                        {"senior", "sr"},
                                        {"ii", "ii"},
                                        {"2nd", "ii"},
                                        {"iii", "iii"},
                                        {"3rd", "iii"},
                                        {"iv", "iv"}}};
  for (auto const& [form, suffix] : forms) {
    if (word == form) return suffix;
  }
  return {};
}

Words name_words(std::string_view text) {
  Words found = words(text);
  while (found.size() > 1 && is_title(found.front())) found.erase(found.begin());
  return found;
}

/// Takes the suffix off the end, where a name remains. "I" is the first of his name only behind a
/// whole name ("Morris I"), where it could hardly be an initial of the family name.
void take_suffix(Words& name, std::string& suffix) {
  if (name.size() < 2) return;
  std::string_view found = suffix_of(name.back());
  if (found.empty() && name.back() == "i") found = "i";
  if (found.empty()) return;
  suffix = found;
  name.pop_back();
}

void read_full(Record& record, std::string_view full) {
  auto const comma = full.find(',');
  Words before = name_words(full.substr(0, comma));
  Words after = comma == std::string_view::npos ? Words() : name_words(full.substr(comma + 1));
  if (after.size() == 1 && !suffix_of(after.front()).empty()) {  // "John Smith, Jr"
    before.push_back(after.front());
    after.clear();
  }
  take_suffix(before, record.suffix);
  take_suffix(after, record.suffix);
  if (after.empty() && !before.empty()) {
    record.family = {before.back()};
    before.pop_back();
    record.given = std::move(before);
  } else {
    record.family = std::move(before);
    record.given = std::move(after);
  }
}

/// Every word of the shorter list stands in the longer one.
bool is_among(Words const& shorter, Words const& longer) {
  return std::all_of(shorter.begin(), shorter.end(), [&](std::string const& word) {
    return std::any_of(longer.begin(), longer.end(), [&](std::string const& other) {
      return compare_word(word, other) <= name_variant;
    });
  });
}

NameLevel compare_whole(std::string const& one, std::string const& other) {
  NameLevel const level = compare_word(one, other);
  return level == name_initial ? name_different : level;  // an initial is one letter of one word
}

NameLevel compare_lists(Words const& one, Words const& other) {
  if (one.empty() || other.empty()) return name_absent;
  if (one.size() == 1 && other.size() == 1) return compare_word(one.front(), other.front());
  NameLevel const whole = compare_whole(joined(one), joined(other));
  if (whole == name_exact || whole == name_close) return whole;
  bool const among = one.size() <= other.size() ? is_among(one, other) : is_among(other, one);
  if (among) return name_variant;
  NameLevel const first = compare_word(one.front(), other.front());
  if (first == name_exact && (one.size() == 1 || other.size() == 1)) return name_variant;
  // Two names that begin alike and go on differently: Anna Maria, Anna Marie.
  if (first <= name_variant) return name_near;
  return std::max(first, whole == name_near ? name_near : name_close);
}

bool agrees(NameLevel level) {
  return level != name_absent && level != name_different;
}

int rank(NameLevel level) {
  return level == name_absent ? 0 : name_different - level;
}

/// `single` tells one name, which need not be the family's.
NameLevels compare_single(Record const& single, Record const& whole, NameLevels const& straight) {
  NameLevel const level = compare_lists(single.family, whole.given);
  if (!agrees(level) || rank(level) <= rank(straight.family)) return straight;
  return {level, name_absent, true};
}

/// Nothing agrees in its place, and one name exactly in the other's: "Zachary Mason", "Clarke
/// Zachary".
bool is_half_crossed(NameLevels const& straight, NameLevels const& crossed) {
  bool const nothing = !agrees(straight.given) && !agrees(straight.family);
  return nothing && crossed.given == name_exact;
}

}  // namespace

void read_names(Record& record, std::string_view given, std::string_view family,
                std::string_view full) {
  record.given = name_words(given);
  record.family = name_words(family);
  take_suffix(record.family, record.suffix);
  take_suffix(record.given, record.suffix);
  if (record.given.empty() || record.family.empty()) {
    Words const whole = name_words(full);
    if (whole.size() > record.given.size() + record.family.size()) read_full(record, full);
  }
}

NameLevel compare_word(std::string_view one, std::string_view other) {
  if (one == other) return name_exact;
  if (one.size() == 1 || other.size() == 1) {
    return one.front() == other.front() ? name_initial : name_different;
  }
  if (are_nicknames(one, other)) return name_variant;
  if (are_distinct_names(one, other)) return name_different;

  std::size_t const length = std::min(one.size(), other.size());
  std::size_t const apart = edits(one, other, 2);
  if (apart == 1 && length >= one_edit_length_min) return name_close;
  if (apart == 2 && length >= two_edits_length_min) return name_near;
  if (length >= likeness_length_min) {
    if (is_anagram(one, other) || jaro_winkler(one, other) >= near_likeness) return name_near;
  }
  std::string const heard = sound(one);
  bool const alike = heard.size() >= sound_length_min && heard == sound(other);
  return alike ? name_near : name_different;
}

NameLevels compare_names(Record const& one, Record const& other) {
  NameLevels const straight{compare_lists(one.given, other.given),
                            compare_lists(one.family, other.family), false};
  if (agrees(straight.given) && agrees(straight.family)) return straight;
  if (one.given.empty() != other.given.empty() && !agrees(straight.family)) {
    return one.given.empty() ? compare_single(one, other, straight)
                             : compare_single(other, one, straight);
  }
  NameLevel const there = compare_lists(one.given, other.family);
  NameLevel const back = compare_lists(one.family, other.given);
  // Which of the two is a given name is not known: it is told the closer level.
  NameLevels const crossed{std::min(there, back), std::max(there, back), true};
  if (!agrees(crossed.given) || !agrees(crossed.family)) {
    if (!is_half_crossed(straight, crossed)) return straight;
    return {name_near, name_different, true};  // hardly evidence, but no contradiction
  }
  bool const better =
      rank(crossed.given) + rank(crossed.family) > rank(straight.given) + rank(straight.family);
  return better ? crossed : straight;
}

bool are_a_letter_apart(Words const& given, Words const& other) {
  if (given.empty() || other.empty()) return false;
  std::string const& one = given.front();
  std::string const& two = other.front();
  return std::min(one.size(), two.size()) >= one_edit_length_min && edits(one, two, 1) == 1;
}

bool are_different_suffixes(std::string_view one, std::string_view other) {
  if (one.empty() || other.empty() || one == other) return false;
  // "I" may be an initial after all: it contradicts nothing but another number.
  auto const is_number = [](std::string_view suffix) { return suffix.front() == 'i'; };
  if (one == "i" || other == "i") return is_number(one) && is_number(other);
  return true;
}

}  // namespace throughline::likeness

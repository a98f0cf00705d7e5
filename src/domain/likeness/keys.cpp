// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// What is hashed must never change: keys are stored.
#include <algorithm>
#include <array>
#include <initializer_list>
#include <unordered_set>

#include "domain/likeness/addresses.hpp"
#include "domain/likeness/contacts.hpp"
#include "domain/likeness/edits.hpp"
#include "domain/likeness/nicknames.hpp"
#include "throughline/domain/likeness.hpp"

namespace throughline::likeness {
namespace {

// Texts from here on are found by their ends: an edit leaves one of the two as it was. At the
// length itself both ways are open, so that neighbours on either side meet.
constexpr std::size_t long_text = 24;
constexpr std::size_t end_length = 10;
constexpr std::size_t neighbours_length_min = 5;
constexpr std::size_t name_words_max = 4;
constexpr std::size_t street_words_max = 4;

std::uint64_t mix(std::uint64_t hash) {
  hash ^= hash >> 30;
  hash *= 0xbf58476d1ce4e5b9U;
  hash ^= hash >> 27;
  hash *= 0x94d049bb133111ebU;
  return hash ^ (hash >> 31);
}

/// FNV-1a over the parts, each ended by a byte that stands in none of them.
Key hash(std::initializer_list<std::string_view> parts) {
  std::uint64_t value = 0xcbf29ce484222325U;
  for (auto const part : parts) {
    for (char const c : part) value = (value ^ static_cast<std::uint8_t>(c)) * 0x100000001b3U;
    value = (value ^ 0xffU) * 0x100000001b3U;
  }
  return static_cast<Key>(mix(value));
}

class Keys {
 public:
  void add(std::initializer_list<std::string_view> parts) {
    for (auto const part : parts) {
      if (part.empty()) return;
    }
    if (found_.size() == keys_max) return;
    Key const key = hash(parts);
    if (seen_.insert(key).second) found_.push_back(key);
  }
  /// Shared by any two texts that are at most one edit apart.
  void add_neighbours(std::string_view kind, std::string_view space, std::string_view text) {
    if (text.size() >= long_text) {
      add({kind, "begins", space, text.substr(0, end_length)});
      add({kind, "ends", space, text.substr(text.size() - end_length)});
    }
    if (text.size() > long_text || text.size() < neighbours_length_min) return;
    add({kind, space, text});
    std::string shorter;
    for (std::size_t i = 0; i < text.size(); ++i) {
      shorter.assign(text, 0, i);
      shorter += text.substr(i + 1);
      add({kind, space, shorter});
    }
  }
  std::vector<Key> take() { return std::move(found_); }

 private:
  std::vector<Key> found_;
  std::unordered_set<Key> seen_;
};

void add_exact(Value const& value, Keys& keys) {
  keys.add({value.type, value.value});
  if (!value.alias.empty()) keys.add({value.type, value.alias});
  if (value.type != "phone") return;
  std::string const digits = phone_digits(value.value);
  if (digits.size() >= phone_tail) {
    keys.add({"phone tail", std::string_view(digits).substr(digits.size() - phone_tail)});
  }
}

void add_neighbours(Value const& value, Keys& keys) {
  if (value.type == "email") {
    auto const local = halves(value.value, '@').first;
    keys.add_neighbours("local", "email", local);
    if (local.size() < neighbours_length_min) keys.add_neighbours("address", "email", value.value);
  } else if (value.type == "phone") {
    keys.add_neighbours("digits", "phone", phone_digits(value.value));
  } else if (value.type == "account") {
    Halves const account = halves(value.value, ':');
    keys.add_neighbours("number", account.first, account.second);
  }
}

/// Names in any role, by their formal forms.
std::vector<std::string> formal_names(Record const& record) {
  std::vector<std::string> names;
  for (auto const* list : {&record.given, &record.family}) {
    for (auto const& word : *list) {
      if (names.size() < name_words_max) names.emplace_back(formal_name(word));
    }
  }
  return names;
}

/// Both names by sound, in the order of the alphabet; empty where one is missing.
std::string both_names(Record const& record) {
  if (record.given.empty() || record.family.empty()) return {};
  std::string one = sound(formal_name(record.given.front()));
  std::string other = sound(formal_name(record.family.back()));
  if (other < one) one.swap(other);
  return one + " " + other;
}

/// Day and month in one order whichever way they were written, the century left out.
struct Birth {
  std::string whole, year, day;
};
Birth birth_of(Record const& record) {
  if (!record.born) return {};
  auto const& born = *record.born;
  Birth birth;
  birth.year = std::to_string(born.year % 100);
  if (born.month == 0 || born.day == 0) return birth;
  birth.day = std::to_string(std::min(born.month, born.day)) + "/" +
              std::to_string(std::max(born.month, born.day));
  birth.whole = birth.day + "/" + birth.year;
  return birth;
}

void add_person(Record const& record, Keys& keys) {
  Birth const birth = birth_of(record);
  auto const& address = record.address;
  for (auto const& name : formal_names(record)) {
    keys.add({"born named", birth.whole, std::string_view(name).substr(0, 1)});
  }
  keys.add({"born in", birth.whole, address.city});
  keys.add({"born at", birth.whole, address.postal_code});
  std::string const names = both_names(record);
  keys.add({"names", names});
  keys.add({"names year", names, birth.year});
  keys.add({"names day", names, birth.day});
  keys.add({"names in", names, address.city});
}

void add_address(Record const& record, Keys& keys) {
  auto const& address = record.address;
  std::string_view const number = house_number(address.line1);
  std::string const family = record.family.empty() ? "" : sound(record.family.back());
  std::size_t count = 0;
  for (auto const* line : {&address.line1, &address.line2}) {
    for (auto const& word : *line) {
      if (!is_street_word(word) || count == street_words_max) continue;
      ++count;
      keys.add({"home", number, word, address.postal_code});
      keys.add({"family home", number, word, family});
    }
  }
}

}  // namespace

std::vector<Key> keys(Record const& record) {
  Keys found;
  // What finds most first: the rest may find no room.
  for (auto const& value : record.identifiers) add_exact(value, found);
  add_person(record, found);
  add_address(record, found);
  for (auto const& value : record.identifiers) add_neighbours(value, found);
  return found.take();
}

}  // namespace throughline::likeness

// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// Names: taken apart, and compared.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "throughline/domain/likeness.hpp"

namespace throughline::likeness {

/// Sets given, family and suffix. Titles are left out. The full name counts only where one of the
/// others is missing: "Family, Given" or "Given Family".
void read_names(Record& record, std::string_view given, std::string_view family,
                std::string_view full);

/// Levels of Field::given_name and Field::family_name.
enum NameLevel : std::uint8_t {
  name_absent,
  name_exact,
  name_variant,
  name_close,
  name_initial,
  name_near,
  name_different
};

NameLevel compare_word(std::string_view one, std::string_view other);

struct NameLevels {
  NameLevel given = name_absent;
  NameLevel family = name_absent;
  bool swapped = false;
};
NameLevels compare_names(Record const& one, Record const& other);

/// Both are names, and a letter apart: Jane and Janet. By level they are no typos of each other,
/// and yet one may be written for the other.
bool are_a_letter_apart(std::vector<std::string> const& given,
                        std::vector<std::string> const& other);

/// Two suffixes that no one person bears.
bool are_different_suffixes(std::string_view one, std::string_view other);

}  // namespace throughline::likeness

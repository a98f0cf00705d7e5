// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// Days of birth: read in the ways they are written, and compared.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "throughline/domain/likeness.hpp"

namespace throughline::likeness {

/// nullopt for what is no date, and for those that stand for none (1900-01-01).
std::optional<Date> read_date(std::string_view text);

/// Levels of Field::date_of_birth.
enum DateLevel : std::uint8_t {
  date_absent,
  date_exact,
  date_swapped,
  date_digit,
  date_year,
  date_slip,
  date_different
};
DateLevel compare_dates(std::optional<Date> const& one, std::optional<Date> const& other);

}  // namespace throughline::likeness

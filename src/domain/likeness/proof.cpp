// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include "domain/likeness/proof.hpp"

#include "domain/likeness/addresses.hpp"
#include "domain/likeness/contacts.hpp"
#include "domain/likeness/dates.hpp"
#include "domain/likeness/names.hpp"
#include "domain/likeness/weights.hpp"

namespace throughline::likeness {

bool is_proof(Pattern const& levels) {
  auto const named = [&](Field field) {
    auto const level = level_of(levels, field);
    return level != name_absent && level != name_different;
  };
  auto const born_level = level_of(levels, Field::date_of_birth);
  auto const home_level = level_of(levels, Field::address);
  bool const given = named(Field::given_name);
  bool const family = named(Field::family_name);
  bool const born = born_level >= date_exact && born_level <= date_digit;
  bool const home = home_level >= address_home && home_level <= address_postal_code;
  int const agreeing = int{given} + int{family} + int{born} + int{home};

  switch (level_of(levels, Field::personal_number)) {
    case personal_exact:
      return agreeing >= 2;
    case personal_close:
      return agreeing >= 3;
    case personal_different:
      return false;
    default:
      break;
  }
  return level_of(levels, Field::account) == account_exact && (given || born) && (family || home);
}

}  // namespace throughline::likeness

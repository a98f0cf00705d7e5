// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include "domain/likeness/addresses.hpp"
#include "domain/likeness/contacts.hpp"
#include "domain/likeness/dates.hpp"
#include "domain/likeness/names.hpp"
#include "domain/likeness/proof.hpp"
#include "domain/likeness/weights.hpp"

namespace throughline::likeness {

Pattern pattern(Record const& one, Record const& other) {
  Pattern result{};
  NameLevels const names = compare_names(one, other);
  result[index(Field::given_name)] = names.given;
  result[index(Field::family_name)] = names.family;
  result[index(Field::name_order)] = names.swapped ? 1 : 0;
  result[index(Field::date_of_birth)] = compare_dates(one.born, other.born);
  result[index(Field::address)] = compare_addresses(one.address, other.address);
  compare_identifiers(one, other, result);
  return result;
}

Score compare(Record const& one, Record const& other, Weights const& weights) {
  Pattern const levels = pattern(one, other);
  Score score;
  for (std::size_t i = 0; i < field_count; ++i) {
    if (levels[i] == 0) continue;
    auto const field = static_cast<Field>(i);
    double const bits = weights.bits(field, levels[i]);
    score.evidence.push_back({field, levels[i], bits});
    score.bits += bits;
  }
  return score;
}

namespace {

bool are_proven_one(std::span<Record const> one, std::span<Record const> other) {
  for (auto const& record : one) {
    for (auto const& against : other) {
      if (is_proof(pattern(record, against))) return true;
    }
  }
  return false;
}

}  // namespace

std::string_view name(Veto veto) {
  switch (veto) {
    case Veto::date_of_birth:
      return "date_of_birth";
    case Veto::suffix:
      return "suffix";
    case Veto::exclusive:
      return "exclusive";
    case Veto::parted:
      return "parted";
  }
  return {};
}

std::vector<Veto> vetoes(std::span<Record const> one, std::span<Record const> other) {
  std::size_t compatible = 0;
  std::size_t incompatible = 0;
  bool suffix = false;
  for (auto const& record : one) {
    for (auto const& against : other) {
      DateLevel const born = compare_dates(record.born, against.born);
      incompatible += born == date_different ? 1 : 0;
      compatible += born != date_different && born != date_absent ? 1 : 0;
      suffix = suffix || are_different_suffixes(record.suffix, against.suffix);
    }
  }
  std::vector<Veto> found;
  if (incompatible > compatible && !are_proven_one(one, other)) {
    found.push_back(Veto::date_of_birth);
  }
  if (suffix) found.push_back(Veto::suffix);
  return found;
}

}  // namespace throughline::likeness

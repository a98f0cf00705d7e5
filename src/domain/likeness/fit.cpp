// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include "domain/likeness/fit.hpp"

#include <algorithm>
#include <cmath>

#include "domain/likeness/contacts.hpp"
#include "domain/likeness/dates.hpp"
#include "domain/likeness/names.hpp"
#include "domain/likeness/proof.hpp"
#include "domain/likeness/weights.hpp"

namespace throughline::likeness {
namespace {

bool is_agreement(std::size_t name_level) {
  return name_level != name_absent && name_level != name_different;
}

/// Takes what agrees better: a member that does not tell a field hides nobody who contradicts.
void combine(Pattern const& levels, Pattern& best) {
  auto const given = index(Field::given_name);
  bool const better_given = levels[given] != 0 && (best[given] == 0 || levels[given] < best[given]);
  bool const nameless = levels[given] == 0 && best[given] == 0;
  auto const order = index(Field::name_order);
  if (better_given || nameless) best[order] = levels[order];
  for (std::size_t i = 0; i < field_count; ++i) {
    if (i == order || levels[i] == 0) continue;
    if (best[i] == 0 || levels[i] < best[i]) best[i] = levels[i];
  }
}

/// What tells a person from a relative at the same address, and from whoever shares a telephone.
struct Anchors {
  bool born = false;       // on that day, or swapped, or one digit apart
  bool born_near = false;  // that, or a slip
  bool account = false;
  bool account_typo = false;
  bool mailbox = false;  // email or handle
  bool phone = false;

  explicit Anchors(Pattern const& best) {
    auto const born_level = level_of(best, Field::date_of_birth);
    born = born_level >= date_exact && born_level <= date_digit;
    born_near = born_level >= date_exact && born_level <= date_slip;
    account = level_of(best, Field::account) == account_exact ||
              level_of(best, Field::personal_number) == personal_exact;
    account_typo = level_of(best, Field::account) == account_close ||
                   level_of(best, Field::personal_number) == personal_close;
    mailbox = names_one_person(Field::email, level_of(best, Field::email)) ||
              names_one_person(Field::social, level_of(best, Field::social));
    phone = level_of(best, Field::phone) == phone_exact;
  }
};

Doubt doubt_of(Pattern const& best, bool given_contradicts) {
  Anchors const anchors(best);
  auto const given = level_of(best, Field::given_name);
  auto const family = level_of(best, Field::family_name);
  if (given_contradicts && !is_proof(best)) return Doubt::given_name;
  if (anchors.account || anchors.born) return Doubt::none;
  if (!anchors.mailbox && !anchors.phone) {
    return anchors.born_near || anchors.account_typo ? Doubt::none : Doubt::unanchored;
  }
  // Mother and daughter answer one telephone, and are called for one another.
  bool const spelt = given == name_exact || given == name_close;
  bool const named = anchors.mailbox ? is_agreement(given) : spelt;
  bool const dated = anchors.born_near && is_agreement(family);
  return (named && family != name_different) || dated ? Doubt::none : Doubt::contact;
}

}  // namespace

Scale::Scale(Weights const& weights, Thresholds const& thresholds, double population)
    : weights_(weights),
      prior_bits_(std::log2(std::max({population, thresholds.population_min, 2.0}))),
      scale_bits_(prior_bits_ - std::log2(reference_population)) {}

double Scale::bits(Field field, std::size_t level) const {
  return weights_.bits(field, level) + (names_one_person(field, level) ? scale_bits_ : 0);
}

std::vector<Evidence> Scale::evidence(Pattern const& pattern) const {
  std::vector<Evidence> found;
  for (std::size_t i = 0; i < field_count; ++i) {
    auto const field = static_cast<Field>(i);
    if (pattern[i] != 0) found.push_back({field, pattern[i], bits(field, pattern[i])});
  }
  return found;
}

double Scale::probability(double bits) const {
  return 1 / (1 + std::exp2(prior_bits_ - bits));
}

Fit Scale::fit(std::span<Record const> one, std::span<Record const> other) const {
  Fit fit;
  std::size_t agreeing = 0;  // given names, of any two
  std::size_t differing = 0;
  for (auto const& record : one) {
    for (auto const& against : other) {
      Pattern const levels = pattern(record, against);
      combine(levels, fit.best);
      auto const given = level_of(levels, Field::given_name);
      agreeing += is_agreement(given) ? 1 : 0;
      if (given != name_different) continue;
      ++differing;
      fit.letter_apart = fit.letter_apart || are_a_letter_apart(record.given, against.given);
    }
  }
  for (std::size_t i = 0; i < field_count; ++i) {
    fit.bits += bits(static_cast<Field>(i), fit.best[i]);
  }
  // One record that came here by mistake must not bring the rest of its person along.
  fit.doubt = doubt_of(fit.best, differing > agreeing);
  return fit;
}

}  // namespace throughline::likeness

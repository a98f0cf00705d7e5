// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include "domain/likeness/weights.hpp"

#include <cmath>

#include "domain/likeness/contacts.hpp"

namespace throughline::likeness {
namespace {

using Name = std::string_view;
constexpr Name name_levels[] = {"exact", "variant", "close", "initial", "near", "different"};
constexpr Name order_levels[] = {"swapped"};
constexpr Name date_levels[] = {"exact", "swapped", "digit", "year", "slip", "different"};
constexpr Name address_levels[] = {"home", "street", "postal_code", "city", "different"};
constexpr Name email_levels[] = {"exact", "alias", "close", "local", "shared", "different"};
constexpr Name number_levels[] = {"exact", "close", "shared", "different"};
constexpr Name personal_levels[] = {"exact", "close", "different"};
constexpr Name social_levels[] = {"exact", "shared", "different"};

struct Description {
  Name name;
  std::span<Name const> levels;
};
constexpr Description descriptions[field_count] = {
    {"given_name", name_levels},  {"family_name", name_levels},
    {"name_order", order_levels}, {"date_of_birth", date_levels},
    {"address", address_levels},  {"email", email_levels},
    {"phone", number_levels},     {"personal_number", personal_levels},
    {"account", number_levels},   {"social", social_levels}};

// Reasoned, not fitted: how often names, dates and addresses are mistyped and how often two people
// agree by chance. docs/IDENTITY.md goes through them.
constexpr Weights defaults{
    0,
    {{// given name
      {{{.80, .010}, {.05, .0035}, {.05, .004}, {.02, .0025}, {.02, .008}, {.06, .972}}},
      // family name
      {{{.82, .004}, {.04, .001}, {.06, .0018}, {.01, .0015}, {.02, .005}, {.05, .986}}},
      // name order
      {{{.03, .06}}},
      // date of birth
      {{{.76, .00005}, {.015, .00004}, {.08, .0014}, {.02, .0005}, {.09, .025}, {.035, .973}}},
      // address
      {{{.45, .0002}, {.12, .0012}, {.10, .003}, {.13, .05}, {.20, .945}}},
      // email
      {{{.62, .00001}, {.01, .0000002}, {.05, .00001}, {.02, .004}, {.05, .01}, {.25, .985}}},
      // phone
      {{{.60, .00004}, {.05, .0005}, {.05, .01}, {.30, .99}}},
      // personal number
      {{{.85, .00001}, {.08, .0001}, {.07, .99989}}},
      // account
      {{{.62, .00001}, {.05, .001}, {.03, .005}, {.30, .994}}},
      // social
      {{{.60, .00001}, {.05, .01}, {.35, .99}}}}}};

}  // namespace

std::string_view name(Field field) {
  return descriptions[index(field)].name;
}

std::span<std::string_view const> levels(Field field) {
  return descriptions[index(field)].levels;
}

std::string_view Evidence::level_name() const {
  return levels(field)[level - 1U];
}

double Weights::bits(Field field, std::size_t level) const {
  if (level == 0) return 0;
  auto const& [m, u] = odds[index(field)][level - 1];
  return std::log2(m / u);
}

Weights const& default_weights() {
  return defaults;
}

bool names_one_person(Field field, std::size_t level) {
  if (field == Field::email) return level >= email_exact && level <= email_close;
  if (field == Field::phone) return level == phone_exact;
  if (field == Field::personal_number) return level == personal_exact;
  if (field == Field::account) return level == account_exact;
  return field == Field::social && level == social_exact;
}

}  // namespace throughline::likeness

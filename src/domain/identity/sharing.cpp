// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include "domain/identity/sharing.hpp"

#include "domain/identity/wire.hpp"

namespace throughline::identity {
namespace {

bool are_two(likeness::Record const& one, likeness::Record const& other) {
  using likeness::Field;
  auto const pattern = likeness::pattern(one, other);
  bool const swapped = pattern[static_cast<std::size_t>(Field::name_order)] != 0;
  auto const different = likeness::levels(Field::given_name).size();
  return !swapped && pattern[static_cast<std::size_t>(Field::given_name)] == different;
}

}  // namespace

bool are_several(std::span<likeness::Record const> people) {
  for (std::size_t i = 0; i < people.size(); ++i) {
    for (std::size_t j = i + 1; j < people.size(); ++j) {
      if (!are_two(people[i], people[j])) continue;
      for (std::size_t k = j + 1; k < people.size(); ++k) {
        if (are_two(people[i], people[k]) && are_two(people[j], people[k])) return true;
      }
    }
  }
  return false;
}

void share_by_names(postgres::Tx& tx, Holdings& holdings, CustomerId part) {
  if (!holdings.write_sightings()) return;
  for (auto const& [key, seen] : store::seen_with(tx, part)) {
    std::vector<likeness::Record> people;
    for (auto const& one : seen) {
      people.push_back(likeness::read(profile_with_name(one.profile, one.display_name), {}));
    }
    if (are_several(people)) holdings.share(key, "names");
  }
}

}  // namespace throughline::identity

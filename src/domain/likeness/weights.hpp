// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// The table of fields and levels, and what follows from it.
#pragma once

#include <cstddef>

#include "throughline/domain/likeness.hpp"

namespace throughline::likeness {

inline constexpr std::size_t index(Field field) {
  return static_cast<std::size_t>(field);
}
inline constexpr std::size_t level_of(Pattern const& pattern, Field field) {
  return pattern[index(field)];
}

/// Whether agreement on this level is worth more the more people there are.
bool names_one_person(Field field, std::size_t level);

}  // namespace throughline::likeness

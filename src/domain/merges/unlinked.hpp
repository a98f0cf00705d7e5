// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// A link between two records that an undo took away, because they belong to different customers
// now.
#pragma once

#include <string>

#include "throughline/base/ids.hpp"

namespace throughline::merges {

inline constexpr std::size_t unlinked_shown_max = 100;  // of one undo; all are taken away, counted

struct Unlinked {
  std::string type;  // of the record that held the link: "interaction" "event" "note"
  Uuid id;
  CustomerId part;
  Uuid from;  // what it was linked to: an interaction's or event's case, a note's interaction
};

}  // namespace throughline::merges

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
  /// Of the record that held it: "interaction" "event" "note" "commitment" "warning" "handoff".
  std::string type;
  Uuid id;
  CustomerId part;
  /// That held it: "case_id" "interaction_id" "receiving_interaction_id". A warning is gone whole:
  /// that of the contact that came back, after one that is another person's.
  std::string field;
  Uuid from;  // what it was linked to
};

}  // namespace throughline::merges

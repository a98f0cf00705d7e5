// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// What may become of a commitment. Pure.
#pragma once

#include "throughline/domain/commitments.hpp"

namespace throughline::commitments {

/// Throws invalid for a due time that is not later than `than`, or beyond due_ahead_max.
void check_due_after(Timestamp due_at, Timestamp than, Timestamp now);

/// Open, and its due time has come by then.
bool is_due(Commitment const& value, Timestamp by);
/// Makes it overdue.
void fall_due(Commitment& value, Timestamp now);

/// What a patch makes of a commitment.
struct Patched {
  Commitment after;
  std::vector<std::string> fields;  // that the caller changed; empty: nothing is to be written
  bool fell_due = false;            // its due time had passed before, unrecorded
};
/// Throws what update() throws, but for the version.
Patched patched(Commitment const& before, Patch const& patch, Actor const& actor);

}  // namespace throughline::commitments

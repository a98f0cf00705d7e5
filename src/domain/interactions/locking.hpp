// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// What every write to an interaction begins with.
#pragma once

#include "throughline/domain/interactions.hpp"

namespace throughline::interactions {

/// The interaction as it is under the lock of its customer.
struct LockedInteraction {
  Interaction value;
  parts::Locked locked;
};
/// Throws not_found. (LockRank::customers.)
LockedInteraction lock(postgres::Tx& tx, Actor const& actor, InteractionId id);

/// Where an interaction's part stands, to be locked. Throws not_found.
CustomerId part_of(postgres::Tx& tx, InteractionId id);

}  // namespace throughline::interactions

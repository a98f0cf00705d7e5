// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <span>

#include "domain/identity/holdings.hpp"
#include "throughline/domain/identity.hpp"

namespace throughline::identity {

/// What becomes of the identifiers that a contact or record brought to resolved.part: what nobody
/// holds is attached while there is room, what the part's customer holds is confirmed, what others
/// hold is left to them and remembered as seen; so is all of a match by what is stale, which
/// confirms nothing. What `joining` holds is attached as well: the part
/// is to be joined to them, and keeps its own if it is ever parted.
void take(Holdings& holdings, std::span<Identifier const> identifiers, Resolved& resolved,
          std::optional<CustomerId> joining = std::nullopt);

}  // namespace throughline::identity

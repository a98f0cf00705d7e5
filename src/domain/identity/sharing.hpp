// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// Values that turn out to be several people's by the names they come with: a role's mailbox, a
// family's telephone.
#pragma once

#include <span>

#include "domain/identity/holdings.hpp"
#include "throughline/domain/likeness.hpp"

namespace throughline::identity {

/// Whether three of these people have given names that none of the others' can be. Fewer may be one
/// person's: married, misspelt, called by a second name.
bool are_several(std::span<likeness::Record const> people);

/// To be called once a part's names are written, in the operation that brought them: every value
/// that the part's record came with and others hold is shared from now on if are_several() says so
/// of those who were seen with it. Costs nothing for a record whose values were free.
void share_by_names(postgres::Tx& tx, Holdings& holdings, CustomerId part);

}  // namespace throughline::identity

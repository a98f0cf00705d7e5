// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// What outweighs a contradiction: a number that is one person's, and enough beside it.
#pragma once

#include "throughline/domain/likeness.hpp"

namespace throughline::likeness {

/// Whether the given names or the dates of birth may differ and the records still be of one person.
/// A joint account, and the address and family name that go with it, is not enough for that.
bool is_proof(Pattern const& levels);

}  // namespace throughline::likeness

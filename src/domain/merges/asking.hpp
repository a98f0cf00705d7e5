// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// What a person's merge and its preview begin with.
#pragma once

#include "throughline/domain/merges.hpp"

namespace throughline::merges {

/// Locks both customers. Throws not_found, and invalid /with.
parts::Locked lock_asked(postgres::Tx& tx, Actor const& actor, Asked const& asked);

Link link_of(Asked const& asked);

}  // namespace throughline::merges

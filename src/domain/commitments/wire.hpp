// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// Commitments as JSON.
#pragma once

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "throughline/domain/commitments.hpp"

namespace throughline::commitments::wire {

inline constexpr std::array<std::string_view, 4> statuses{"open", "kept", "broken", "cancelled"};

/// The bodies of POST /v1/cases/{id}/commitments and PATCH /v1/commitments/{id}. Throw Error naming
/// every bad field.
NewCommitment read_new(std::string_view body);
Patch read_patch(std::string_view body);

std::string to_json(Commitment const& value);
std::vector<std::string> to_json(std::vector<Commitment> const& commitments);

/// What the idempotency record keeps of a written commitment, and back.
std::string to_refs(CommitmentId id);
CommitmentId parse_refs(std::string_view refs);

}  // namespace throughline::commitments::wire

// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// Cases as JSON.
#pragma once

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "throughline/domain/cases.hpp"

namespace throughline::cases::wire {

inline constexpr std::array<std::string_view, 4> statuses{"open", "pending", "resolved", "closed"};
inline constexpr std::array<std::string_view, 4> priorities{"low", "normal", "high", "urgent"};

/// The bodies of POST /v1/cases and PATCH /v1/cases/{id}. Throw Error naming every bad field.
Open read_open(std::string_view body);
Patch read_patch(std::string_view body);

/// Attributes after an RFC 7396 patch, which may be "null"; the very text of `current` where the
/// patch changes nothing. Throws Error(invalid) when they grow past json::free_object_bytes_max.
std::string merge_attributes(std::string const& current, std::string const& patch);

std::string to_json(Case const& value);
std::vector<std::string> to_json(std::vector<Case> const& cases);

/// What the idempotency record keeps of a written case, and back.
std::string to_refs(CaseId id);
CaseId parse_refs(std::string_view refs);

}  // namespace throughline::cases::wire

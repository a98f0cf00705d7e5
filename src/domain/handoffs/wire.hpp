// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// Handoffs as JSON.
#pragma once

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "throughline/domain/handoffs.hpp"

namespace throughline::handoffs::wire {

inline constexpr std::array<std::string_view, 5> statuses{"offered", "accepted", "declined",
                                                          "expired", "cancelled"};

/// Bodies. Each throws Error naming every bad field.
Offer read_offer(std::string_view body);
Accept read_accept(std::string_view body);
Refusal read_decline(std::string_view body);
/// May be empty.
Refusal read_cancel(std::string_view body);
Agent read_read(std::string_view body);

/// With reads and packet, the latter to the letter.
std::string to_json(Whole const& whole);
std::vector<std::string> to_json(std::vector<Handoff> const& handoffs);

/// What the idempotency record keeps, and back.
std::string to_refs(HandoffId id);
HandoffId parse_refs(std::string_view refs);

/// What the statement makes of the reads.
std::vector<Read> parse_reads(std::string_view json);

}  // namespace throughline::handoffs::wire

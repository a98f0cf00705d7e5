// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// Matches in and out of JSON.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "domain/matches/shown.hpp"
#include "throughline/domain/matches.hpp"

namespace throughline::matches {

/// The body of a decision. Throws Error(invalid) with all that is wrong.
Decide read_decide(std::string_view body);

/// `now` tells whether the time of what was put back has come.
std::string to_json(Shown const& match, Timestamp now);

/// The sum of the bits of [{field, level, bits}].
double strength(std::string_view evidence_json);
std::string texts_json(std::vector<std::string> const& texts);

/// What the idempotency record keeps of a decision: the match.
std::string to_refs(MatchId id);
MatchId parse_refs(std::string_view refs);

}  // namespace throughline::matches

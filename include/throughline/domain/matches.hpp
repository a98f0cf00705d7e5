// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// Matches: questions that rules leave to people. A match asks whose a part is, and names all the
// customers it could be, each with what speaks for it and against it. It is decided once, and the
// decision is remembered. One that is accepted never links a customer to two.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "throughline/base/actor.hpp"
#include "throughline/domain/merges.hpp"
#include "throughline/domain/parts.hpp"
#include "throughline/platform/http.hpp"
#include "throughline/platform/postgres.hpp"

namespace throughline::matches {

inline constexpr std::size_t candidates_max = 10;  // of one match
/// By how many bits, over all fields, evidence must exceed what was decided on to be asked again.
inline constexpr double stronger_bits = 1;

// --- asking ------------------------------------------------------------------------------------

struct Candidate {
  CustomerId part;    // any id of the customer; a merge links this very part
  std::string grade;  // "certain" "probable" "possible" "certainly_not"
  double score = 0;   // greater: more likely the same
  /// [{"field":…,"level":…,"bits":…}], fields and levels, never values (likeness::to_json). The sum
  /// of its bits is how strong it is; what has none counts for nothing.
  std::string evidence_json = "[]";
  std::vector<std::string> against;  // vetoes and doubts, by name
};

struct Raised {
  CustomerId part;  // in doubt
  /// Why no rule decided: "several" (more than one customer fits), "doubtful" (one fits, not well
  /// enough), "vetoed", "full" (a cap), "keyed" (one fits; the part is known by a system's own key,
  /// whose customer no rule joins). Or "shared": a link by rule rested on a value that is
  /// shared now; it is between `part` and the one candidate, who are one customer, and stands.
  std::string reason;
  std::vector<Candidate> candidates;  // all of them, best first; candidates_max are kept
  std::int64_t weights_version = 0;   // of the weights behind the scores; 0: none
};

/// Puts the question to people, in the caller's transaction: `part` must be locked, candidates must
/// exist. Candidates that are one customer count as their best; one that is the part's own customer
/// is left out, as is one that was told apart from it (by a decision or an undo) unless the
/// evidence is stronger_bits more than it was then. nullopt, and nothing is written: nobody is
/// left, or all that are left are asked about already, waiting or put back. A question that asks
/// for less of the same part is superseded by this one. Whether a link should stand ("shared") is
/// asked once, and never of one that people made. Tells changes through `facts`.
std::optional<MatchId> raise(postgres::Tx& tx, Actor const& actor, parts::Locked& locked,
                             Raised const& raised, merges::Facts& facts);

// --- deciding ----------------------------------------------------------------------------------

enum class Decision {
  merge,     // the part is this candidate's: they become one customer, the other candidates fall;
             // of a link: it stands
  not_same,  // it is not this candidate's, or none's: no rule will ever join the two; a link is cut
  later      // asked again at a given time
};
std::string_view name(Decision decision);  // "merge" "not_same" "later"

struct Decide {
  Decision decision = Decision::later;
  /// The candidate, by any of its ids. Without it: all that are left; a merge needs it where these
  /// are several.
  std::optional<CustomerId> customer;
  std::optional<Timestamp> until;  // of later; default: later_default from now
  std::string reason;              // empty if not given
  std::optional<Agent> agent;
};
inline constexpr std::chrono::hours later_default{24};
inline constexpr std::chrono::hours later_max{24 * 366};

/// Decides under the locks of all whom the match names, and records it. A merge is one of rule
/// "match": people outrank rules, so only caps refuse it (conflict). Whoever it joins, matches
/// whose part and candidate are one now are superseded; those that ask about a part which has found
/// its customer now are raised anew against that customer, unless they were told apart. What was
/// decided already: the same decision writes nothing, another is conflict and says what was
/// decided; so is any where the match is superseded, and a merge that was undone. Throws not_found,
/// and invalid /customer_id and /until.
void decide(postgres::Tx& tx, Actor const& actor, MatchId id, Decide const& decide);

/// GET /v1/identity/matches[/{id}] · POST /v1/identity/matches/{id}/decision
std::vector<http::Route> routes();

}  // namespace throughline::matches

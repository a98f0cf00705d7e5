// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// Merges: what joins parts into one customer, why, and how it comes apart again. A merge is a link
// between two parts with its evidence; a customer is a connected set of parts. A merge only ever
// joins two customers, so links form trees, and taking one away always leaves two customers. Rows
// of records never move: a merge and its undo cost the same for ten records or a million.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "throughline/base/actor.hpp"
#include "throughline/domain/changes.hpp"
#include "throughline/domain/parts.hpp"
#include "throughline/domain/timeline.hpp"
#include "throughline/platform/http.hpp"
#include "throughline/platform/postgres.hpp"

namespace throughline::merges {

inline constexpr std::size_t identifiers_max = 50;  // of one customer, over all its parts

using UndoId = Id<struct UndoTag>;
using PartingId = Id<struct PartingTag>;

/// What happened on behalf of a larger operation, which records it with its own facts: one call of
/// changes::record() and one of timeline::append(), these first.
struct Facts {
  std::vector<changes::Change> changes;
  std::vector<timeline::Entry> timeline;
};

/// Why two customers become one. `one` and `other` are the parts that the link hangs on: the ids
/// named, or the parts that the evidence speaks of. They stay on their side when it is cut.
struct Link {
  CustomerId one, other;
  /// Who or what decided: "person" (somebody asked for it), "identify" (the caller has said who
  /// they are), "resolve" (by the rules), "match" (a match under review, accepted). "kept" is
  /// undo's own: what holds a side together when its middle has left.
  std::string rule;
  /// A JSON array of objects, each with at least `field`; what is shown with the merge as it is.
  std::string evidence_json = "[]";
  std::optional<double> score;
  std::int64_t weights_version = 0;  // of the weights behind the score; 0: none
  std::string reason;                // in the words of who decided; empty if not given
  std::optional<Agent> agent;
  std::optional<InteractionId> interaction;  // whose caller was identified
};

struct Merged {
  MergeId id;
  CustomerId survivor;  // the older of the two roots, whichever way round the link names them
  CustomerId loser;
};

/// Joins the customers of the link's two parts, both locked. Raises both roots above all their
/// versions, touches both, tells changes and timeline through `facts`. A "not the same" that was
/// remembered between them is lifted where people decided ("person", "match"); a rule must have
/// asked parted() under these locks. nullopt: they are one already, nothing was written. Throws
/// conflict, naming the cap, beyond parts::parts_max or identifiers_max.
std::optional<Merged> merge(postgres::Tx& tx, Actor const& actor, parts::Locked& locked,
                            Link const& link, Facts& facts);

/// What a person asks for.
struct Asked {
  CustomerId customer, with;  // any ids of the two
  std::string reason;
  std::optional<Agent> agent;
};
/// Joins two customers because somebody says that they are one (rule "person"), whatever rules say
/// against it, and records it. nullopt: they are one already. Throws not_found, invalid /with, and
/// conflict as merge() does.
std::optional<Merged> merge(postgres::Tx& tx, Actor const& actor, Asked const& asked);

/// How a customer is to come apart again.
struct Undo {
  MergeId merge;
  enum class How {
    merge,  // this link is cut; what was joined to either side later stays with that side
    parts,  // exactly `parts` leave together, and the rest stays together
    tree    // this link is cut, and every older one that had built what it joined
  } how = How::merge;
  std::vector<CustomerId> parts;
  std::string reason;  // empty if not given
  std::optional<Agent> agent;
};
struct Undone {
  UndoId id;
  bool parted = true;  // false: the merge had been undone before, by this undo
};

/// Takes a merge back. What belongs to a part leaves with it: each new customer's root is its
/// oldest part, and its fields and identifiers are those of its parts. Links between records that
/// then belong to different customers (an interaction's or event's case, another's interaction, a
/// handoff's case and receiving interaction) are taken away, counted and listed. What was written
/// on the joined customer itself stays with its root. A "not the same" is remembered for each link
/// that is cut. Every root before and after gets a version above all of theirs and is touched; one
/// customer_parted a customer is recorded. Costs what crosses the cut, however long the histories
/// are.
///
/// Undone already: nothing is written. Throws not_found; conflict where `parts` of a merge that is
/// undone are asked for (it names no customer any more); invalid /parts/<n> for what is no part of
/// this customer, /parts where nobody would stay.
Undone undo(postgres::Tx& tx, Actor const& actor, Undo const& undo);
/// The same on behalf of a larger operation, which has locked both parts of the merge and records
/// what is added to `facts`.
Undone undo(postgres::Tx& tx, Actor const& actor, parts::Locked& locked, Undo const& undo,
            Facts& facts);

std::string_view name(Undo::How how);  // "merge" "parts" "tree"

/// A remembered "not the same" between two parts.
struct Parting {
  PartingId id;
  CustomerId one, other;
  std::string source;  // "undo" "person" "review"
  std::string reason;  // empty if not given
  std::optional<Agent> agent;
  std::optional<UndoId> undo;    // that left it behind
  std::optional<MergeId> merge;  // that was cut
  Timestamp at;
};

/// What is remembered between any part of these roots and any part of those, newest first. It binds
/// two customers whole: one pair of their parts is enough. Ask under the locks of both.
std::vector<Parting> partings(postgres::Tx& tx, std::span<CustomerId const> roots,
                              std::span<CustomerId const> others);
/// Whether there is any.
bool parted(postgres::Tx& tx, std::span<CustomerId const> roots,
            std::span<CustomerId const> others);

/// Remembers "not the same" between parting.one and parting.other, whose roots must be locked and
/// two; `id` and `at` are given here. Remembered already: the older one stays and nothing is
/// written. Writes no fact: the caller's own operation tells of its decision.
void part(postgres::Tx& tx, Actor const& actor, parts::Locked const& locked, Parting parting);

/// POST /v1/customers/{id}/merge · GET /v1/customers/{id}/merges · POST /v1/merges/{id}/undo
std::vector<http::Route> routes();

}  // namespace throughline::merges

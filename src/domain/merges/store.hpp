// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// The tables merges, undos and partings.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "domain/merges/graph.hpp"
#include "domain/merges/history.hpp"
#include "domain/merges/unlinked.hpp"
#include "throughline/domain/merges.hpp"

namespace throughline::merges::store {

/// An identifier as it hangs on a customer.
struct Held {
  std::string type, value, assurance;
  bool shared = false;
  CustomerId part;
  Timestamp valid_from, confirmed_at;
};
std::vector<Held> identifiers_of(postgres::Tx& tx, CustomerId root);
/// Active identifiers of these roots together, each value once.
std::size_t count_identifiers(postgres::Tx& tx, std::span<CustomerId const> roots);

/// A merge as it stands in the table.
struct NewMerge {
  Merged merged;
  Link const* link;
  std::vector<CustomerId> moved_parts;  // that answered under the loser
};
void insert(postgres::Tx& tx, Actor const& actor, NewMerge const& merge);

/// Settles what the merge answers or overtakes of the matches that wait for people. Returns those
/// that are raised anew. `found`: the parts that have found their customer by it.
std::vector<MatchId> settle_matches(postgres::Tx& tx, Actor const& actor, CustomerId survivor,
                                    std::span<CustomerId const> found);

/// What each of these parts says in its own profile, as JSON text.
std::vector<std::string> profiles_of(postgres::Tx& tx, std::span<CustomerId const> parts);

/// What is under way for these parts.
struct Work {
  std::int64_t open_cases = 0;
  std::int64_t live_interactions = 0;
};
Work work_of(postgres::Tx& tx, std::span<CustomerId const> parts);

std::vector<Parting> partings(postgres::Tx& tx, std::span<CustomerId const> roots,
                              std::span<CustomerId const> others);
/// Those that are remembered already stay as they are.
void insert(postgres::Tx& tx, Actor const& actor, Parting const& parting);
/// Ends all that is remembered between parts of this root, which are one now.
void lift(postgres::Tx& tx, Actor const& actor, CustomerId root, MergeId by);

// --- undo (store_undo.cpp) ---------------------------------------------------------------------

/// What a merge joined, and what undid it.
struct Named {
  CustomerId one, other;
  std::optional<UndoId> undo;
};
std::optional<Named> find(postgres::Tx& tx, MergeId id);

/// The links that hold these parts, all of one customer, together; oldest first.
struct Standing {
  Edge edge;
  Timestamp at;
};
std::vector<Standing> standing(postgres::Tx& tx, std::span<CustomerId const> parts);

/// Takes away what links records of different groups; returns it in the order of ids.
std::vector<Unlinked> unlink(postgres::Tx& tx, std::span<Group const> groups);

struct NewUndo {
  UndoId id;
  Undo const* asked;
  CustomerId root;                // of the customer before
  std::vector<CustomerId> roots;  // of those after
  Timestamp since;                // when the oldest link of those cut had been made
  std::span<Edge const> cut;
  std::span<Unlinked const> unlinked;
};
/// The undo itself, and who undid the links.
void insert(postgres::Tx& tx, Actor const& actor, NewUndo const& undo);

/// Whether these links should be cut is asked no more of people; what a merge had settled, and is
/// in doubt again, is raised anew.
struct Reopened {
  MatchId match;
  CustomerId part;  // in doubt
};
std::vector<Reopened> settle_matches(postgres::Tx& tx, Actor const& actor, Cut const& cut);

/// As the table has it.
struct UndoRow {
  UndoId id;
  MergeId merge;
  std::string how;
  CustomerId root;
  std::vector<CustomerId> roots;
  std::vector<MergeId> cut;
  Timestamp since, at;
  std::vector<Unlinked> unlinked;  // the first of them
  std::int64_t unlinked_count = 0;
  std::string reason;
  std::optional<Agent> agent;
  KeyId key;
};
UndoRow get(postgres::Tx& tx, UndoId id);

/// What was written on the root part itself while it stood for the whole customer.
struct Stayed {
  std::vector<std::string> fields;  // "tier", "profile/given_name"
  std::vector<Held> identifiers;
};
Stayed stayed(postgres::Tx& tx, UndoRow const& undo);

// --- history (store_history.cpp) ---------------------------------------------------------------

Page<Entry> history(postgres::Tx& tx, CustomerId root, PageRequest const& page);
/// Throws std::logic_error for an unknown id.
Entry joined(postgres::Tx& tx, MergeId id);

}  // namespace throughline::merges::store

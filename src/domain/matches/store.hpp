// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// The tables matches, matches_candidates and matches_decisions.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "domain/matches/shown.hpp"
#include "throughline/base/page.hpp"
#include "throughline/domain/matches.hpp"
#include "throughline/domain/merges.hpp"

namespace throughline::matches::store {

// --- asking ------------------------------------------------------------------------------------

std::map<CustomerId, CustomerId> roots_of(postgres::Tx& tx, std::span<CustomerId const> parts);

/// How strong the evidence was for two parts that were told apart nevertheless; 0: there was none.
double strength_at(postgres::Tx& tx, merges::Parting const& parting);

/// A customer that a waiting match connects with another, one row for each.
struct Waiting {
  MatchId match;
  bool of_part;      // the match asks about a part of the one; else it is a candidate
  CustomerId other;  // root of the other
};
std::vector<Waiting> waiting(postgres::Tx& tx, CustomerId root);

/// The link made by rule that stands between two parts, unless people were asked about it before.
std::optional<MergeId> link_in_question(postgres::Tx& tx, CustomerId part, CustomerId other);

struct NewMatch {
  MatchId id;
  Raised const* raised;
  std::vector<Candidate> candidates;  // kept
  std::size_t more = 0;               // that are not
  std::optional<MergeId> link;        // in question
};
void insert(postgres::Tx& tx, Actor const& actor, NewMatch const& match);

void supersede(postgres::Tx& tx, std::span<MatchId const> matches, MatchId by);

// --- deciding ----------------------------------------------------------------------------------

struct Choice {
  Candidate candidate;  // without what speaks against it
  std::string verdict;  // "same" "not_same", empty: not decided
};
struct Match {
  MatchId id;
  CustomerId part;
  std::string status;  // as stored: "later" though its time has come
  std::string reason;
  Timestamp at;
  std::int64_t weights_version = 0;
  std::optional<MergeId> merge;  // it became, or that is in question
  bool undone = false;           // that merge
  std::optional<MatchId> superseded_by;
  std::vector<Choice> choices;
};
std::optional<Match> find(postgres::Tx& tx, MatchId id);

void judge(postgres::Tx& tx, MatchId id, std::span<CustomerId const> parts,
           std::string_view verdict);
/// Its status, and when it waits for a decision.
void move(postgres::Tx& tx, MatchId id, std::string_view status, Timestamp at);
void keep_merge(postgres::Tx& tx, MatchId id, MergeId merge);
/// `candidate`: nullopt for all that were left.
void insert(postgres::Tx& tx, Actor const& actor, MatchId match, Decide const& decide,
            std::optional<CustomerId> candidate);

// --- showing (store_shown.cpp) -----------------------------------------------------------------

struct Filter {
  std::optional<std::string> status;  // as shown: open, later, merged, not_same, superseded
  std::optional<CustomerId> customer;
};
/// Newest first, by the time since when a match waits; what was put back counts from then on.
Page<Shown> list(postgres::Tx& tx, Timestamp now, Filter const& filter, PageRequest const& page);
std::optional<Shown> show(postgres::Tx& tx, MatchId id);

}  // namespace throughline::matches::store

// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// POST /v1/identity/resolve: who is it, and on what evidence.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "domain/identity/store.hpp"
#include "throughline/domain/identity.hpp"

namespace throughline::identity {

struct Question {
  std::vector<Identifier> identifiers;
  std::string profile;  // JSON text; empty if none
  bool create = false;
  bool dry_run = false;
};

struct Match {
  CustomerId customer;  // a root
  std::string grade;
  double score = 0;                  // probability
  std::string evidence_json = "[]";  // fields and levels, never values
  std::vector<std::string> against;  // what forbids it
};

struct Answer {
  Decision decision = Decision::none;
  std::optional<CustomerId> customer;  // a root
  std::vector<Match> matches;          // the one matched, or those it might be
  std::size_t skipped_keys = 0;        // that so many customers share that they say nothing
  std::optional<MergeId> merge;        // that joined the record to the customer
  std::optional<MatchId> review;       // that it was put up for
};

/// Writes only with `create` and without `dry_run`. A try says `created` where nobody is known, and
/// names nobody.
Answer ask(postgres::Tx& tx, Actor const& actor, Question const& question);

/// The identifiers asked by that lead to a match.
struct Leading {
  Identifier const* identifier;
  store::Holder holder;
};
/// One list a match, as things stand now.
std::vector<std::vector<Leading>> leading(postgres::Tx& tx, Question const& question,
                                          std::vector<Match> const& matches);

}  // namespace throughline::identity

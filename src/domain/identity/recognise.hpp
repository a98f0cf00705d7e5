// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// Whom a whole record is about: its identifiers together with its profile, compared with every
// customer that it could be about.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "domain/identity/candidates.hpp"
#include "domain/identity/question.hpp"
#include "throughline/domain/identity.hpp"

namespace throughline::identity {

/// What is to be done about a record. Pure.
struct Finding {
  Decision decision = Decision::none;  // matched, review or none
  /// The customer matched, as a place among those known; with `review` the one that says all this
  /// already, if there is one.
  std::optional<std::size_t> customer;
  bool says_all = false;  // the customer does: nothing is to be kept
  bool stale = false;     // with says_all: by nothing but what is stale
  std::vector<std::size_t>
      also;                    // places of those who, with this record between them, are the same
  std::vector<Match> doubles;  // with a match: whom the customer could be as well, with this record
  std::string reason;          // of a review: "several" "doubtful" "vetoed" "full"
  std::vector<Match> matches;  // the one matched, or those it might be, best first
};

/// A record is about a customer who says all that it does, or about the verdict's clear winner, or
/// about whom its identifiers decide where neither names nor dates can be compared; beyond the caps
/// it is put up for review. `exact`: what the identifiers alone come to.
Finding find(likeness::Record const& record, std::span<Known const> known,
             likeness::Verdict const& verdict, identity::Verdict const& exact);

/// The same about a customer who is known by a key of its own, and whom no rule joins: to whom it
/// would have been joined (reason "keyed"), or whom it might be. decision review or none.
Finding find_doubles(likeness::Record const& record, std::span<Known const> known,
                     likeness::Verdict const& verdict);

/// Reads only.
Answer recognise(postgres::Tx& tx, Actor const& actor, Question const& question);

/// The same, and acts on it. A record that is about a customer becomes a part of its own, joined by
/// a merge that tells the evidence and can be undone, unless it says nothing new; a doubtful one
/// becomes a part of its own and a match to review; one about nobody known, a new customer. What is
/// decided on was read under the locks of all who could be meant.
Answer recognise_and_keep(postgres::Tx& tx, Actor const& actor, Question const& question);

/// Puts a part up for review if others than itself resemble it: for those whom identifiers alone
/// made known. Adds what it finds to the answer.
void review_likely(postgres::Tx& tx, Actor const& actor, Question const& question,
                   parts::Locked& locked, CustomerId part, Answer& answer, Facts& facts);

/// Puts to people whether this customer, as the part says it, is somebody else who is known, too.
/// Joins nobody. The part must be locked, and all that it says written.
std::optional<MatchId> ask_about_doubles(postgres::Tx& tx, Actor const& actor,
                                         Settings const& settings, parts::Locked& locked,
                                         CustomerId part, Facts& facts);

}  // namespace throughline::identity

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
  std::string profile;  // JSON text, for a customer that is made; empty if none
  bool create = false;
  bool dry_run = false;
};

struct Answer {
  Decision decision = Decision::none;
  std::optional<CustomerId> customer;  // a root
  std::vector<Candidate> matches;      // the one matched, or those in doubt
};

/// Writes only with `create` and without `dry_run`. A try says `created` where nobody is known, and
/// names nobody.
Answer ask(postgres::Tx& tx, Actor const& actor, Question const& question);

/// What speaks for a match: the identifiers asked by that lead there.
struct Evidence {
  Identifier const* identifier;
  store::Holder holder;
};
/// One list a match, as things stand now.
std::vector<std::vector<Evidence>> evidence(postgres::Tx& tx, Question const& question,
                                            std::vector<Candidate> const& matches);

}  // namespace throughline::identity

// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// Who a contact is, from its identifiers and the customers they hang on. Pure.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "throughline/domain/identity.hpp"

namespace throughline::identity {

struct Owner {
  CustomerId part;  // that the identifier hangs on
  CustomerId root;
};

/// One identifier as a contact brought it, and its active owners, one a root.
struct Presented {
  Identifier const* identifier;
  std::vector<Owner> owners;
};

struct Verdict {
  Decision decision = Decision::none;
  std::string grade;                  // of a match
  std::string assurance;              // best of the identifiers that decided a match
  std::optional<Owner> owner;         // matched: where the best of them hangs
  std::vector<Candidate> candidates;  // review, conflict: at most candidates_max
};

/// An identifier with exactly one owner decides; a shared one never does. All that decide agree:
/// matched. They disagree: conflict. None decides, but some are known: review. None is known: none.
/// A phone that is only text (not exact) decides where no exact identifier does, and only if it
/// looks like a number: "anonymous" on a caller's display is nobody in particular.
Verdict decide(std::span<Presented const> presented);

/// Whether an identifier is fit to be attached because a contact brought it.
bool is_usable(Identifier const& identifier);

/// claimed 0, channel 1, authenticated 2.
int rank(std::string_view assurance);

/// Each once, by type and value, in the order given, with the best assurance it came with.
std::vector<Identifier> distinct(std::span<Identifier const> identifiers);

}  // namespace throughline::identity

// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// Who a contact is, from its identifiers and the customers they hang on. Pure.
#pragma once

#include <compare>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "throughline/domain/identity.hpp"
#include "throughline/domain/identity_settings.hpp"

namespace throughline::identity {

/// What names an identifier.
struct Key {
  std::string type;
  std::string value;
  auto operator<=>(Key const&) const = default;
};
inline Key key_of(Identifier const& identifier) {
  return {identifier.type, identifier.value};
}

struct Owner {
  CustomerId part;  // that the identifier hangs on
  CustomerId root;
  bool stale = false;  // unconfirmed for so long that it decides where nothing else is brought
};

/// One identifier as a contact brought it, and its active owners, one a root.
struct Presented {
  Identifier const* identifier;
  std::vector<Owner> owners;
  bool shared = false;   // known to be, however few its owners are
  bool blocked = false;  // nobody's: a placeholder
};

struct Verdict {
  Decision decision = Decision::none;
  std::string grade;                  // of a match
  std::string assurance;              // best of the identifiers that decided a match
  std::optional<Owner> owner;         // matched: where the best of them hangs
  bool stale = false;                 // matched by nothing but what is stale
  std::vector<Candidate> candidates;  // review, conflict: at most candidates_max
};

/// An identifier with exactly one owner decides; a shared one never does, a blocked one not even
/// names a candidate. All that decide agree: matched. They disagree: conflict. None decides, but
/// some are known: review. None is known: none.
/// What is stale gives way to whatever else was brought: it decides where nothing else does, leads
/// to one customer alone, and all the rest that came with it is that customer's, too. An unknown
/// email beside it may be the number's new holder's. Such a match is no better than possible.
/// A phone that is only text (not exact) decides where no exact identifier is known, and only if it
/// looks like a number: "anonymous" on a caller's display is nobody in particular.
/// `vetoed`: customers whom the contact cannot be, though identifiers lead there. If nobody else
/// decides, that is a conflict.
Verdict decide(std::span<Presented const> presented, std::span<CustomerId const> vetoed = {});

/// Whether an identifier is fit to be attached because a contact brought it.
bool is_usable(Identifier const& identifier);

/// Whether somebody who holds these cannot be whom a contact with `brought` is about: in a realm
/// of class exclusive they hold a value, and none of those brought.
bool contradicts(Settings const& settings, std::span<Identifier const> brought,
                 std::span<Key const> held);

/// Whether a customer who holds these has room for one more.
enum class Room { yes, class_full, contradicted, customer_full };
Room room_for(Settings const& settings, Identifier const& identifier, std::span<Key const> held);

/// claimed 0, channel 1, authenticated 2.
int rank(std::string_view assurance);

/// Each once, by type and value, in the order given, with the best assurance it came with.
std::vector<Identifier> distinct(std::span<Identifier const> identifiers);

}  // namespace throughline::identity

// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// What a start has to know beside whom it is with, in one look that travels with the locks: after
// how long the contact will have fallen silent, and which one came before it.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "throughline/domain/interactions.hpp"

namespace throughline::interactions::store {

/// Of the customer's latest contacts so many are looked through for one that they began.
inline constexpr int contacts_looked_at = 5;

/// The latest contact that a customer began, as a new one finds it.
struct Before {
  CustomerId part;
  std::string channel;
  bool transferred = false;
  Timestamp started_at;
  std::optional<Timestamp> last_sign;  // unset while it is live
};

struct Beginning {
  std::string presence;  // what was said in these sections of the settings
  std::string warnings;
  std::map<CustomerId, Before> before;  // by root, of each that the subject may lead to
};

/// `began`: whether the customer begins this one; else nobody asks what came before.
postgres::Answer ask_beginning(postgres::Tx& tx, identity::Subject const& subject, bool began);
Beginning read_beginning(postgres::Answer const& answer);

}  // namespace throughline::interactions::store

// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// What a merge would come to, before anybody lives with it.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "domain/merges/store.hpp"
#include "throughline/domain/customers.hpp"
#include "throughline/domain/likeness.hpp"
#include "throughline/domain/merges.hpp"

namespace throughline::merges {

/// Runs `body` and takes back everything that it wrote and touched; what it throws goes on.
void rehearse(postgres::Tx& tx, std::function<void()> const& body);

struct Preview {
  bool merged = true;  // false: they are one already, and the rest is about that one
  CustomerId survivor, loser;
  customers::Customer survivor_before, loser_before;
  /// As it would be; where a cap forbids it, unset, and `refused` says which.
  std::optional<customers::Customer> after;
  std::string refused;
  std::vector<CustomerId> parts;         // of both: the ids that would answer
  std::vector<store::Held> identifiers;  // of both, each value once
  store::Work work;
  std::vector<Parting> remembered;     // "not the same" between the two
  std::vector<likeness::Veto> vetoes;  // what would stop a rule
};
/// Writes nothing that lasts. Throws as merge() does, but for the caps.
Preview preview(postgres::Tx& tx, Actor const& actor, Asked const& asked);

}  // namespace throughline::merges

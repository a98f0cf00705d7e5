// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// Whom a record could be about: customers that share a key or an identifier with it, each compared
// whole.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "domain/identity/rules.hpp"
#include "domain/identity/store_candidates.hpp"
#include "throughline/domain/identity.hpp"
#include "throughline/domain/identity_settings.hpp"
#include "throughline/domain/likeness.hpp"

namespace throughline::identity {

/// A customer as likeness compares it.
struct Known {
  CustomerId root;
  std::vector<CustomerId> parts;
  std::vector<likeness::Record> records;  // one a part
  std::vector<Key> held;                  // identifiers, over all parts, each once

  /// Whether one of its parts says all that the record does, and it holds every identifier of it.
  bool says(likeness::Record const& record) const;
  /// The part that fits the record best.
  CustomerId best_part(likeness::Record const& record, likeness::Weights const& weights) const;
};

/// What speaks for two customers being one: the two parts that fit each other best.
struct Bond {
  CustomerId one, other;
  likeness::Score score;
};
Bond bond(Known const& one, Known const& other, likeness::Weights const& weights);

/// Whether each holds a value of its own where a person has only one.
bool exclude_each_other(Settings const& settings, Known const& one, Known const& other);

/// What a part says.
likeness::Record record_of(store::Member const& member, std::span<likeness::Value const> values);
/// What each of these parts says.
struct PartRecord {
  CustomerId part;
  likeness::Record record;
};
std::vector<PartRecord> records_of(store::Members const& found);
/// The record that a request brings. Blocked values say nothing.
likeness::Record record_of(Settings const& settings, std::string_view profile,
                           std::span<Presented const> presented);

/// These customers, oldest first. An identifier that is stale tells less, as one that is shared.
std::vector<Known> read_known(postgres::Tx& tx, Settings const& settings, Timestamp now,
                              std::span<CustomerId const> roots);

/// Compares. `vetoed`: customers whom the record cannot be about.
likeness::Verdict judge(likeness::Record const& record, std::span<Known const> known,
                        std::span<CustomerId const> vetoed, Settings const& settings,
                        store::Basis const& basis);

/// The keys of a record as it was sent.
std::vector<likeness::Key> keys_of(std::string_view profile,
                                   std::span<Identifier const> identifiers);
/// The keys under which the part will be found: of these identifiers, and of the profile unless it
/// is empty.
void append_keys(postgres::Tx& tx, CustomerId part, std::string_view profile,
                 std::span<Identifier const> identifiers);

/// After a part's own names or profile changed.
void append_profile_keys(postgres::Tx& tx, CustomerId part);

}  // namespace throughline::identity

// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// The tables identity_keys, identity_populations and identity_weights, and customers as likeness
// compares them.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "throughline/domain/identity.hpp"
#include "throughline/domain/likeness.hpp"
#include "throughline/platform/postgres.hpp"

namespace throughline::identity::store {

inline constexpr std::size_t parts_per_key_max = 50;  // a key that more have is skipped
inline constexpr std::size_t compared_max = 50;       // customers that a record is compared with

struct KeyRow {
  likeness::Key key;
  CustomerId part;
};
void append_keys(postgres::Tx& tx, std::span<KeyRow const> rows);
/// Two records that share one of these wait for each other, so that the second finds the first.
/// (LockRank::external_ids: such a record comes with none.)
void lock_keys(postgres::Tx& tx, std::span<likeness::Key const> keys);

/// So many more customers.
void count_customers(postgres::Tx& tx, std::int64_t more);
/// So many in all.
void set_population(postgres::Tx& tx, std::int64_t customers);

/// Customers that share keys with a record, those with most keys first, at most compared_max.
struct Hits {
  std::vector<CustomerId> roots;
  std::size_t skipped = 0;  // keys that too many parts have
};
postgres::Answer ask_hits(postgres::Tx& tx, std::span<likeness::Key const> keys);
Hits read_hits(postgres::Answer const& answer);

/// What scores are measured against.
struct Basis {
  double population = 0;
  likeness::Weights weights;
};
postgres::Answer ask_basis(postgres::Tx& tx);
Basis read_basis(postgres::Answer const& answer);

/// Kept from now on; the version it was given.
std::int64_t insert_weights(postgres::Tx& tx, likeness::Weights weights, Estimated const& estimated,
                            Timestamp now);

/// Roots by descending id, from below the one given.
std::vector<CustomerId> roots_below(postgres::Tx& tx, std::optional<CustomerId> below,
                                    std::size_t limit);

/// One part as a record.
struct Member {
  CustomerId root;
  CustomerId part;
  std::string profile;  // JSON text
  std::string display_name;
};
struct Carried {
  CustomerId part;
  likeness::Value value;
  Timestamp confirmed_at;
  bool held = true;  // false: the record came with it, and somebody else holds it
};
struct Members {
  std::vector<Member> members;   // by root, then part
  std::vector<Carried> carried;  // identifiers of these parts
};
/// All parts of these customers, in one round trip.
Members members_of(postgres::Tx& tx, std::span<CustomerId const> roots);

std::optional<Member> member(postgres::Tx& tx, CustomerId part);

}  // namespace throughline::identity::store

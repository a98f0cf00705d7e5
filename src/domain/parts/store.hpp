// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// The statements on the table parts.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <vector>

#include "throughline/domain/parts.hpp"

namespace throughline::parts::store {

std::optional<CustomerId> find_root(postgres::Tx& tx, CustomerId part);

/// Oldest first, ties by id.
std::vector<CustomerId> members(postgres::Tx& tx, CustomerId root);

/// Locks the rows of the roots of `also` and of the parts that a select yields (empty: none), in id
/// order, on its way. The select's parameters are $1, the tenant, and `params` from $3 on.
postgres::Answer ask_lock_of(postgres::Tx& tx, std::string_view parts_sql,
                             std::vector<postgres::Param> params, std::span<CustomerId const> also);
/// A row as it stands under its lock.
struct LockedRow {
  Root root;
  bool still_root = false;  // it may have been joined while the lock was waited for
};
std::vector<LockedRow> read_locked(postgres::Rows const& rows);

/// The root of each part, on its way; unknown ids are absent.
postgres::Answer ask_roots(postgres::Tx& tx, std::span<CustomerId const> parts);
std::map<CustomerId, CustomerId> read_roots(postgres::Rows const& rows);

/// A record's root, as it is now.
struct Found {
  Uuid record;
  CustomerId root;
  std::int64_t version = 0;
};
/// Of the records whose parts a select yields, as parts::rest_on() describes it.
std::vector<Found> roots_of(postgres::Tx& tx, std::string_view parts_sql,
                            std::span<Uuid const> records);

void insert(postgres::Tx& tx, CustomerId part, Timestamp created_at, bool provisional);

/// Parts of two customers together.
std::size_t count(postgres::Tx& tx, CustomerId root, CustomerId other);

/// Points the loser and its parts at the survivor and gives both former roots this version.
void point(postgres::Tx& tx, CustomerId survivor, CustomerId loser, std::int64_t version,
           Timestamp changed_at);

/// Points each part at its root and gives the roots one version, above all that they had; returns
/// them.
std::vector<Root> split(postgres::Tx& tx, std::map<CustomerId, CustomerId> const& root_of,
                        Timestamp changed_at);

}  // namespace throughline::parts::store

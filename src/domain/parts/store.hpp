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

/// Locks the rows of the parts' roots, in id order, and returns each as it stands under its lock.
struct LockedRow {
  Root root;
  bool still_root = false;  // it may have been joined while the lock was waited for
};
std::vector<LockedRow> lock_roots(postgres::Tx& tx, std::span<CustomerId const> parts);
/// The same on its way, for the parts that a select yields: its parameters begin at $2.
postgres::Answer ask_lock_of(postgres::Tx& tx, std::string_view parts_sql,
                             std::vector<postgres::Param> params);
std::vector<LockedRow> read_locked(postgres::Rows const& rows);

/// The root of each part as it is now; unknown ids are absent.
std::map<CustomerId, CustomerId> find_roots(postgres::Tx& tx, std::span<CustomerId const> parts);

void insert(postgres::Tx& tx, CustomerId part, Timestamp created_at, bool provisional);

/// Parts of two customers together.
std::size_t count(postgres::Tx& tx, CustomerId root, CustomerId other);

/// Points the loser and its parts at the survivor and gives both former roots this version.
void point(postgres::Tx& tx, CustomerId survivor, CustomerId loser, std::int64_t version,
           Timestamp changed_at);

}  // namespace throughline::parts::store

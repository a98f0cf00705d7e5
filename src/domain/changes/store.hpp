// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// The statements on the table changes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "throughline/domain/changes.hpp"

namespace throughline::changes::store {

/// Raises the roots and appends one row per fact, in order.
void append(postgres::Tx& tx, parts::Locked& locked, std::span<Deed const> deeds);

struct Seen {
  Horizon::View view;
  std::int64_t kept_from = 0;  // facts below have been detached with their partitions; 0: none
};
Seen observe(postgres::Tx& tx);
Horizon::View observe_all(postgres::Tx& tx);  // the id to be given next for `newest`

struct Found {
  std::vector<Item> items;
  std::size_t scanned = 0;
  std::int64_t last_scanned = 0;  // position; 0 if there was none
};
/// Looks through at most `scan` facts with after < position <= bound and returns up to `limit` of
/// the types asked for, in order.
Found find(postgres::Tx& tx, std::int64_t after, std::int64_t bound, std::span<Type const> types,
           std::size_t scan, std::size_t limit);

}  // namespace throughline::changes::store

// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// The statements on the table timeline.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "throughline/domain/timeline.hpp"

namespace throughline::timeline::store {

/// `ids`: one for each entry.
void insert(postgres::Tx& tx, std::span<Entry const> entries, std::span<Uuid const> ids);

/// What reads up to `limit` rendered entries below the key, newest first, over all parts of the
/// root: rows of (at, id, json). Apart from list() so that a test can ask for its plan.
struct Statement {
  std::string sql;
  std::vector<postgres::Param> params;
};
Statement list_statement(TenantId tenant, CustomerId root, Filter const& filter,
                         TimeKey const& below, std::size_t limit);

struct Row {
  TimeKey key;
  std::string json;
};
std::vector<Row> list(postgres::Tx& tx, CustomerId root, Filter const& filter, TimeKey const& below,
                      std::size_t limit);

}  // namespace throughline::timeline::store

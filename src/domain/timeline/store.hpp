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

struct Row {
  TimeKey key;
  std::string json;
};
/// Up to `limit` rendered entries below the key, newest first, over all parts of the root.
std::vector<Row> list(postgres::Tx& tx, CustomerId root, Filter const& filter, TimeKey const& below,
                      std::size_t limit);

/// What list() runs for this filter, for tests that look at its plan.
std::string list_statement(Filter const& filter);

}  // namespace throughline::timeline::store

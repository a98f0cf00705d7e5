// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "throughline/domain/events.hpp"

namespace throughline::events::store {

struct Row {
  EventId id;
  CustomerId part;
  NewEvent const* event;
};
void insert(postgres::Tx& tx, Actor const& actor, std::span<Row const> rows);

/// Where the cases named lead: absent from the result if there is no such case. A case's part never
/// changes, so it may be read before the locks.
std::vector<std::pair<CaseId, CustomerId>> case_parts(postgres::Tx& tx,
                                                      std::span<CaseId const> cases);

/// For parts::rest_on().
extern std::string_view const parts_sql;

}  // namespace throughline::events::store

// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// The statements on the table alarms.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "throughline/domain/alarms.hpp"

namespace throughline::alarms::store {

void upsert(postgres::Tx& tx, std::span<Alarm const> alarms);
void remove(postgres::Tx& tx, Kind kind, std::span<Uuid const> resources);

struct Row {
  TenantId tenant;
  std::string kind;
  Uuid resource;
  CustomerId part;
  Timestamp at;
};
/// Soonest first.
std::vector<Row> due(postgres::Tx& tx, Timestamp now, std::size_t limit);

/// Removes those of one kind that are due, and returns them, soonest first.
std::vector<Alarm> take(postgres::Tx& tx, Kind kind, std::span<Alarm const> alarms, Timestamp now);

void move(postgres::Tx& tx, Alarm const& alarm, Timestamp now, Timestamp to);

}  // namespace throughline::alarms::store

// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// The SQL of cases.
#pragma once

#include <span>
#include <utility>

#include "throughline/domain/cases.hpp"

namespace throughline::cases::store {

/// Inserts the case under the tenant's next number, whatever `value.number` says. Locks the counter
/// (LockRank::rest).
void insert(postgres::Tx& tx, Actor const& actor, Case const& value);
/// Writes every field that can change.
void save(postgres::Tx& tx, Case const& value);
void set_open_question(postgres::Tx& tx, Actor const& actor, CaseId id,
                       std::string const& question);

/// Ages those of the cases that were resolved by then and still are, and tells which, by id.
std::vector<std::pair<CaseId, CustomerId>> age(postgres::Tx& tx, std::span<CaseId const> ids,
                                               Timestamp resolved_by);

std::optional<Case> find(postgres::Tx& tx, CaseId id);
/// A case's part never changes: read it first, lock, then find().
std::optional<CustomerId> part_of(postgres::Tx& tx, CaseId id);
/// For parts::rest_on().
extern std::string_view const parts_sql;
Page<Case> list(postgres::Tx& tx, Filter const& filter, PageRequest const& page);

/// What a case must know of the interaction that opens it.
struct Interaction {
  CustomerId part;
  std::string channel;
};
std::optional<Interaction> interaction(postgres::Tx& tx, InteractionId id);

}  // namespace throughline::cases::store

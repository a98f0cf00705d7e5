// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// The SQL of commitments.
#pragma once

#include <span>

#include "throughline/domain/commitments.hpp"

namespace throughline::commitments::store {

/// `interaction_part`: of the interaction named, where it is not the commitment's own, for whoever
/// parts the two.
void insert(postgres::Tx& tx, Actor const& actor, Commitment const& value,
            std::optional<CustomerId> interaction_part);
/// Writes every field that a patch or an alarm can change.
void save(postgres::Tx& tx, Commitment const& value);

std::optional<Commitment> find(postgres::Tx& tx, CommitmentId id);
/// Those there are, soonest due first.
std::vector<Commitment> find(postgres::Tx& tx, std::span<CommitmentId const> ids);
/// A commitment's part never changes: read it first, lock, then find().
std::optional<CustomerId> part_of(postgres::Tx& tx, CommitmentId id);
/// For parts::rest_on().
extern std::string_view const parts_sql;

/// What reads up to `limit` rows above the key. Apart from list() so that a test can ask for its
/// plan.
struct Statement {
  std::string sql;
  std::vector<postgres::Param> params;
};
Statement list_statement(TenantId tenant, Filter const& filter, TimeKey const& above,
                         std::size_t limit);
Page<Commitment> list(postgres::Tx& tx, Filter const& filter, PageRequest const& page);

/// What a commitment must know of the interaction it was made in.
struct Interaction {
  CustomerId part;
  CustomerId root;
  std::string channel;
};
std::optional<Interaction> interaction(postgres::Tx& tx, InteractionId id);

}  // namespace throughline::commitments::store

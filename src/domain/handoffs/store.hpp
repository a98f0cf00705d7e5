// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// The SQL of handoffs.
#pragma once

#include <span>

#include "throughline/domain/handoffs.hpp"

namespace throughline::handoffs::store {

void insert(postgres::Tx& tx, Actor const& actor, Handoff const& value, std::string const& packet);
/// Whether an offer of the interaction waits for its answer.
bool is_offered(postgres::Tx& tx, InteractionId id);

/// The packet of an interaction as it is now, as JSON text: one statement. `value`: the handoff to
/// be, with interaction, root and case.
std::string assemble_packet(postgres::Tx& tx, Handoff const& value, Offer const& offer);

/// A part never changes: read it first, lock, then find().
std::optional<CustomerId> part_of(postgres::Tx& tx, HandoffId id);
std::optional<CustomerId> part_of(postgres::Tx& tx, InteractionId id);
std::optional<Handoff> find(postgres::Tx& tx, HandoffId id);
std::optional<Whole> find_whole(postgres::Tx& tx, HandoffId id);
Page<Handoff> list(postgres::Tx& tx, Filter const& filter, PageRequest const& page);

/// Writes status, version and how it was answered. Who accepted may have read the packet before.
void answer(postgres::Tx& tx, Handoff const& value);

/// False if the agent had read it before.
bool insert_read(postgres::Tx& tx, Actor const& actor, HandoffId id, Agent const& agent);
/// Raises the version; `by_receiver`: by who accepted.
void read(postgres::Tx& tx, HandoffId id, Timestamp at, bool by_receiver);

/// What an offer that expired leaves in timeline and feed.
struct Expired {
  HandoffId id;
  CustomerId part;
  InteractionId interaction;
  std::string channel;
  std::optional<CaseId> case_id;
  Timestamp offered_at, expires_at;
};
/// Those of the handoffs that nobody answered until `now` and their expiry, soonest first.
std::vector<Expired> expire(postgres::Tx& tx, std::span<Uuid const> ids, Timestamp now);

}  // namespace throughline::handoffs::store

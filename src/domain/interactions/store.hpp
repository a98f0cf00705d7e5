// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// The SQL of interactions and their messages.
#pragma once

#include "throughline/domain/interactions.hpp"

namespace throughline::interactions::store {

void insert(postgres::Tx& tx, Actor const& actor, Interaction const& value);
/// Writes every field that can change, but for what belongs to messages and heartbeats.
void save(postgres::Tx& tx, Interaction const& value);
void set_case(postgres::Tx& tx, InteractionId id, CaseId case_id);
/// False if there is no such live interaction.
bool beat(postgres::Tx& tx, Actor const& actor, InteractionId id);

std::optional<Interaction> find(postgres::Tx& tx, InteractionId id);
/// An interaction's part never changes: read it first, lock, then find().
std::optional<CustomerId> part_of(postgres::Tx& tx, InteractionId id);
Page<Interaction> list(postgres::Tx& tx, Filter const& filter, PageRequest const& page);

/// The part a case belongs to, and the customer it answers under now.
struct CaseOwner {
  CustomerId part;
  CustomerId root;
};
std::optional<CaseOwner> owner_of(postgres::Tx& tx, CaseId id);

/// Messages to be written; `at` is set in each.
struct Batch {
  std::vector<MessageId> ids;
  std::vector<NewMessage> messages;
};
/// What appending found and left on the interaction's row.
struct Tail {
  std::int64_t last_seq = 0;
  std::string channel;
  std::optional<CaseId> case_id;
  std::optional<Agent> speaker;  // of the agent's lines
  bool taken_over = false;       // `agent` became the current agent
};
/// Takes the next numbers for the batch. The interaction's root must be locked.
Tail extend(postgres::Tx& tx, InteractionId id, Batch const& batch,
            std::optional<Agent> const& agent);
void insert(postgres::Tx& tx, Actor const& actor, InteractionId id, Batch const& batch,
            Tail const& tail);
/// By seq, `page.after` holding the last one seen.
Page<Message> messages(postgres::Tx& tx, InteractionId id, PageRequest const& page);
/// Those of these ids, in any order.
std::vector<Message> messages(postgres::Tx& tx, std::vector<MessageId> const& ids);

}  // namespace throughline::interactions::store

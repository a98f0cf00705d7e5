// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// The SQL of interactions and their messages.
#pragma once

#include <map>
#include <set>

#include "case_words.hpp"
#include "handing.hpp"
#include "mood.hpp"
#include "throughline/domain/interactions.hpp"
#include "throughline/domain/parts.hpp"

namespace throughline::interactions::store {

void insert(postgres::Tx& tx, Actor const& actor, Interaction const& value);
/// Writes every field that can change, but for what belongs to messages and heartbeats.
void save(postgres::Tx& tx, Interaction const& value);
void set_case(postgres::Tx& tx, InteractionId id, CaseId case_id);
/// A sign of life. False if there is no such live interaction.
bool beat(postgres::Tx& tx, Actor const& actor, InteractionId id);

std::optional<Interaction> find(postgres::Tx& tx, InteractionId id);
/// An interaction's part never changes: read it first, lock, then find().
std::optional<CustomerId> part_of(postgres::Tx& tx, InteractionId id);
/// For parts::rest_on().
extern std::string_view const parts_sql;
Page<Interaction> list(postgres::Tx& tx, Filter const& filter, PageRequest const& page);

/// The part a case belongs to, and the customer it answers under now.
struct CaseOwner {
  CustomerId part;
  CustomerId root;
};
std::optional<CaseOwner> owner_of(postgres::Tx& tx, CaseId id);

/// The end of an interaction, where messages are appended, as it is under the lock.
struct Tail {
  CustomerId part;
  CustomerId root;
  std::string channel;
  bool live = false;
  std::optional<Timestamp> silent_since;  // ended by its silence, then
  std::optional<Agent> agent;             // the current one
  std::optional<CaseId> case_id;
  std::optional<OnCase> on_case;
  std::int64_t last_seq = 0;
  std::int64_t version = 0;
  Mood mood;
  HandOvers hand_overs;
  std::optional<HandoffId> handoff;  // who accepted it has said nothing yet
  // What the batch adds:
  std::optional<Timestamp> newest;  // of its messages; unset: it appends none here
  std::optional<Timestamp> heard;   // the last sign of life
  bool taken_over = false;          // `agent` became the current one
  bool revived = false;
};
/// The customer has spoken: they are no longer resolved.
void reopen_cases(postgres::Tx& tx, std::span<CaseId const> cases, Timestamp now);
/// A case as its clocks know it; nullopt if there is none.
std::optional<sla::Case> case_of(postgres::Tx& tx, CaseId id);
/// Both travel with the transaction's next statement.
parts::Locking lock_interactions(postgres::Tx& tx, std::span<Appending::Asked const> asked);
postgres::Answer ask_tails(postgres::Tx& tx, std::span<Appending::Asked const> asked);
std::map<InteractionId, Tail> read_tails(postgres::Answer const& answer);
/// Those that were appended to.
void save_tails(postgres::Tx& tx, std::map<InteractionId, Tail> const& tails);

struct NewRow {
  Actor const* actor;
  InteractionId interaction;
  MessageId id;
  std::int64_t seq;
  NewMessage const* message;
  Timestamp at;
  std::optional<Agent> agent;  // of the agent's lines
};
void insert(postgres::Tx& tx, std::span<NewRow const> rows);
/// What is kept of an interaction's handoffs.
struct Handed {
  std::optional<Agent> agent;  // the current one
  HandOvers all;
};
Handed handed(postgres::Tx& tx, InteractionId id);
void hand_over(postgres::Tx& tx, InteractionId id, HandOvers const& all, HandoffId handoff);
/// What who accepted a handoff has said first, and where.
struct Said {
  Actor const* actor;
  std::optional<Agent> agent;
  InteractionId interaction;
  CustomerId root;  // locked
  Timestamp at;
};
/// Keeps it on the handoffs. Returns those that had waited for it.
std::vector<FirstWords> keep_first_words(postgres::Tx& tx, std::map<HandoffId, Said> const& said);

/// By seq, `page.after` holding the last one seen.
Page<Message> messages(postgres::Tx& tx, InteractionId id, PageRequest const& page);
/// For parts::rest_on().
extern std::string_view const message_parts_sql;
/// Those of these ids, in any order.
std::vector<Message> messages(postgres::Tx& tx, std::vector<MessageId> const& ids);

/// A live contact, as its silence is judged.
struct Waiting {
  InteractionId id;
  CustomerId part;
  std::string channel;
  std::optional<CaseId> case_id;
  Timestamp last_sign;
  Timestamp silent_since;  // not before this
};
/// Those of the alarms' contacts that are live.
std::vector<Waiting> waiting(postgres::Tx& tx, std::span<alarms::Alarm const> alarms);
/// Ends them as abandoned when they fell silent, but for those of which there was a sign meanwhile.
/// Returns which were ended.
std::set<InteractionId> end_silent(postgres::Tx& tx, std::span<Waiting const> contacts);

}  // namespace throughline::interactions::store

// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include "throughline/domain/handoffs.hpp"

#include <algorithm>

#include "measures.hpp"
#include "store.hpp"
#include "throughline/domain/changes.hpp"
#include "throughline/domain/interactions.hpp"
#include "throughline/domain/parts.hpp"
#include "throughline/domain/timeline.hpp"

namespace throughline::handoffs {
namespace {

using changes::Type;

/// Under the lock of its customer.
struct Opened {
  Handoff value;
  parts::Locked locked;
};

/// Locks the handoff's customer and that of another part, looks, and checks what If-Match asks for.
Opened lock_one(postgres::Tx& tx, Actor const& actor, HandoffId id,
                std::optional<std::int64_t> expected, std::optional<CustomerId> also = {}) {
  auto const part = store::part_of(tx, id);
  if (!part) throw Error(Code::not_found, "There is no such handoff.");
  std::vector<CustomerId> parts{*part};
  if (also) parts.push_back(*also);
  auto locked = parts::lock(tx, actor, parts);
  Opened opened{store::find(tx, id).value(), std::move(locked)};
  http::check_version(expected, opened.value.version);
  return opened;
}

void add_to_timeline(postgres::Tx& tx, Actor const& actor, Handoff const& value, Timestamp at) {
  timeline::Entry const entry{value.part,
                              at,
                              timeline::Kind::handoff,
                              value.status,
                              value.id.value,
                              value.channel,
                              value.case_id,
                              value.interaction};
  timeline::append(tx, actor, {&entry, 1});
}

// --- offers ------------------------------------------------------------------------------------

Timestamp expiry(Actor const& actor, Offer const& asked) {
  auto const at = asked.expires_at.value_or(actor.now + expires_after_default);
  if (at <= actor.now) throw Error({FieldError{"/expires_at", "must lie in the future"}});
  if (at > actor.now + expires_after_max)
    throw Error({FieldError{"/expires_at", "must lie within seven days"}});
  return at;
}

Handoff first_state(Actor const& actor, Offer const& asked,
                    interactions::Interaction const& interaction) {
  Handoff value;
  value.id = HandoffId::make(actor.now);
  value.part = interaction.part;
  value.root = interaction.root;
  value.version = 1;
  value.status = "offered";
  value.interaction = interaction.id;
  value.channel = interaction.channel;
  value.case_id = interaction.case_id;
  value.from = asked.agent ? asked.agent : interaction.agent;
  value.to = asked.to;
  value.reason = asked.reason;
  value.offered_at = actor.now;
  value.expires_at = expiry(actor, asked);
  return value;
}

}  // namespace

HandoffId offer(postgres::Tx& tx, Actor const& actor, Offer const& asked) {
  auto const part = store::part_of(tx, asked.interaction);
  if (!part) throw Error({FieldError{"/interaction_id", "is no interaction"}});
  auto locked = parts::lock(tx, actor, {&*part, 1});
  auto const interaction = interactions::get(tx, asked.interaction);
  Handoff const value = first_state(actor, asked, interaction);
  if (interaction.status != "live") throw Error(Code::conflict, "The interaction has ended.");
  interactions::check_agent(tx, actor, asked.interaction, asked.agent);
  if (store::is_offered(tx, asked.interaction))
    throw Error(Code::conflict, "The interaction is offered already; cancel that handoff first.");

  store::insert(tx, actor, value, store::assemble_packet(tx, value, asked));
  alarms::Alarm const alarm{alarms::Kind::handoff_expires, value.id.value, value.part,
                            value.expires_at};
  alarms::set(tx, {&alarm, 1});
  add_to_timeline(tx, actor, value, actor.now);
  changes::Change const fact{Type::handoff_offered, value.part, value.id.value, {}, value.from};
  changes::record(tx, actor, locked, {&fact, 1});
  measure_offer(tx);
  return value.id;
}

// --- answers -----------------------------------------------------------------------------------

namespace {

bool is_same(std::optional<Agent> const& one, std::optional<Agent> const& other) {
  return one && other ? same_agent(*one, *other) : one.has_value() == other.has_value();
}

/// What was answered cannot be answered again, nor what has expired: the fact is only to follow.
void check_open(Handoff const& value, Timestamp now) {
  if (value.status != "offered")
    throw Error(Code::conflict, "The handoff was answered before: it is " + value.status + ".");
  if (value.expires_at <= now) throw Error(Code::conflict, "The handoff has expired.");
}

void check_addressed(Handoff const& value, std::optional<Agent> const& agent) {
  if (value.to.agent && agent && !same_agent(*value.to.agent, *agent))
    throw Error(Code::conflict, "The handoff was offered to another agent.");
}

/// The part of the receiver's own interaction.
std::optional<CustomerId> receiving_part(postgres::Tx& tx, Accept const& asked) {
  if (!asked.interaction) return std::nullopt;
  auto const part = store::part_of(tx, *asked.interaction);
  if (!part) throw Error({FieldError{"/interaction_id", "is no interaction"}});
  return part;
}

void check_receiving(postgres::Tx& tx, Handoff const& value, InteractionId id) {
  auto const refuse = [](char const* why) { throw Error({FieldError{"/interaction_id", why}}); };
  if (id == value.interaction) refuse("is the one that is handed over; name another or none");
  auto const receiving = interactions::get(tx, id);
  if (receiving.root != value.root)
    refuse("is another customer's interaction; identify its caller first");
  if (receiving.status != "live") refuse("has ended");
}

void answer(Handoff& value, Actor const& actor, std::string status,
            std::optional<Agent> const& agent, std::string reason) {
  value.status = std::move(status);
  value.version += 1;
  value.answered_at = actor.now;
  value.answered_by = agent;
  value.answer_reason = std::move(reason);
}

/// Writes the answer and takes the alarm away. Facts that come with it are recorded behind its own.
void conclude(postgres::Tx& tx, Actor const& actor, Opened& opened, Type type,
              std::vector<changes::Change> with = {}) {
  Handoff const& value = opened.value;
  alarms::clear(tx, alarms::Kind::handoff_expires, {&value.id.value, 1});
  add_to_timeline(tx, actor, value, actor.now);
  with.insert(with.begin(), {type, value.part, value.id.value, {}, value.answered_by});
  changes::record(tx, actor, opened.locked, with);
  measure_answer(tx, value.status, actor.now - value.offered_at);
}

void refuse(postgres::Tx& tx, Actor const& actor, Opened opened, Refusal const& asked,
            std::string const& status, Type type) {
  Handoff& value = opened.value;
  if (value.status == status && is_same(value.answered_by, asked.agent)) return;
  check_open(value, actor.now);
  if (status == "declined") check_addressed(value, asked.agent);
  answer(value, actor, status, asked.agent, asked.reason);
  store::answer(tx, value);
  conclude(tx, actor, opened, type);
}

}  // namespace

void accept(postgres::Tx& tx, Actor const& actor, HandoffId id, Accept const& asked,
            std::optional<std::int64_t> expected) {
  auto const also = receiving_part(tx, asked);
  auto opened = lock_one(tx, actor, id, expected, also);
  Handoff& value = opened.value;
  bool const repeated = value.status == "accepted" && is_same(value.answered_by, asked.agent) &&
                        value.receiving_interaction == asked.interaction;
  if (repeated) return;
  check_open(value, actor.now);
  check_addressed(value, asked.agent);
  if (is_same(value.from, asked.agent)) throw Error({FieldError{"/agent", "is who offered it"}});
  if (asked.interaction) check_receiving(tx, value, *asked.interaction);

  answer(value, actor, "accepted", asked.agent, {});
  value.receiving_interaction = asked.interaction;
  store::answer(tx, value);
  std::vector<InteractionId> taken{value.interaction};
  std::vector<changes::Change> facts{
      {Type::interaction_updated, value.part, value.interaction.value, {"agent"}, asked.agent}};
  if (asked.interaction) {
    taken.push_back(*asked.interaction);
    facts.push_back(
        {Type::interaction_updated, *also, asked.interaction->value, {"agent"}, asked.agent});
  }
  interactions::hand_over(tx, actor, taken, asked.agent, id);
  conclude(tx, actor, opened, Type::handoff_accepted, std::move(facts));
}

void decline(postgres::Tx& tx, Actor const& actor, HandoffId id, Refusal const& refusal,
             std::optional<std::int64_t> expected) {
  refuse(tx, actor, lock_one(tx, actor, id, expected), refusal, "declined", Type::handoff_declined);
}

void cancel(postgres::Tx& tx, Actor const& actor, HandoffId id, Refusal const& refusal,
            std::optional<std::int64_t> expected) {
  refuse(tx, actor, lock_one(tx, actor, id, expected), refusal, "cancelled",
         Type::handoff_cancelled);
}

// --- reading -----------------------------------------------------------------------------------

void read(postgres::Tx& tx, Actor const& actor, HandoffId id, Agent const& agent) {
  auto [value, locked] = lock_one(tx, actor, id, std::nullopt);
  if (!store::insert_read(tx, actor, id, agent)) return;
  bool const by_receiver =
      value.status == "accepted" && value.answered_by && same_agent(*value.answered_by, agent);
  store::read(tx, id, actor.now, by_receiver);
  changes::Change const fact{Type::handoff_read, value.part, id.value, {}, agent};
  changes::record(tx, actor, locked, {&fact, 1});
}

Whole get(postgres::Tx& tx, HandoffId id) {
  auto whole = store::find_whole(tx, id);
  if (!whole) throw Error(Code::not_found, "There is no such handoff.");
  return std::move(*whole);
}

Page<Handoff> list(postgres::Tx& tx, Filter const& filter, PageRequest const& page) {
  return store::list(tx, filter, page);
}

}  // namespace throughline::handoffs

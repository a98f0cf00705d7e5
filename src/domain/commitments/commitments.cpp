// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include "throughline/domain/commitments.hpp"

#include "rules.hpp"
#include "store.hpp"
#include "throughline/domain/cases.hpp"
#include "throughline/domain/changes.hpp"
#include "throughline/domain/timeline.hpp"
#include "throughline/platform/external_ids.hpp"

namespace throughline::commitments {
namespace {

using changes::Type;

/// The id of the commitment that had the external id first.
std::optional<CommitmentId> first_with(postgres::Tx& tx, Actor const& actor,
                                       NewCommitment const& asked, CommitmentId id) {
  if (!asked.external_id) return std::nullopt;
  external_ids::Claim const claim{*asked.external_id, id.value};
  auto const first = external_ids::claim(tx, actor, "commitment", {&claim, 1}).front();
  if (!first) return std::nullopt;
  parts::rest_on(tx, store::parts_sql, {&*first, 1});
  return CommitmentId{*first};
}

/// Looked at under the lock: an interaction that answers under the locked root cannot leave it
/// meanwhile.
std::optional<store::Interaction> made_in(postgres::Tx& tx, NewCommitment const& asked,
                                          CustomerId root) {
  if (!asked.interaction_id) return std::nullopt;
  auto found = store::interaction(tx, *asked.interaction_id);
  if (!found) throw Error({FieldError{"/interaction_id", "is no interaction"}});
  if (found->root != root) {
    throw Error({FieldError{"/interaction_id",
                            "is another customer's interaction; identify its caller first"}});
  }
  return found;
}

Commitment first_state(Actor const& actor, CommitmentId id, cases::Case const& on,
                       NewCommitment const& asked) {
  Commitment value;
  value.id = id;
  value.case_id = on.id;
  value.part = on.part;
  value.root = on.root;
  value.version = 1;
  value.what = asked.what;
  value.status = "open";
  value.channel = asked.channel;
  value.due_at = asked.due_at;
  value.agent = asked.agent;
  value.interaction_id = asked.interaction_id;
  value.at = record_time(actor, asked.at, "/at");
  value.updated_at = actor.now;
  value.external_id = asked.external_id;
  check_due_after(value.due_at, value.at, actor.now);
  value.overdue = is_due(value, actor.now);
  return value;
}

/// What an operation tells of one commitment: for the timeline and the feed, in one order.
struct Telling {
  Commitment const& about;
  std::vector<timeline::Entry> entries = {};
  std::vector<changes::Change> changes = {};

  void tell(std::string_view fact, Timestamp at) {
    entries.push_back({about.part, at, timeline::Kind::commitment, fact, about.id.value,
                       about.channel, about.case_id, about.interaction_id});
  }
  void change(Type type, std::optional<Agent> const& agent, std::vector<std::string> fields = {}) {
    changes.push_back({type, about.part, about.id.value, std::move(fields), agent});
  }
  void overdue(Timestamp due_at) {
    tell("overdue", due_at);
    change(Type::commitment_overdue, std::nullopt);
  }
  void write(postgres::Tx& tx, Actor const& actor, parts::Locked& locked) const {
    timeline::append(tx, actor, entries);
    changes::record(tx, actor, locked, changes);
  }
};

/// Only for an open commitment that is not overdue yet is there something to happen.
void keep_alarm(postgres::Tx& tx, Commitment const& value) {
  if (value.status == "open" && !value.overdue) {
    alarms::Alarm const alarm{alarms::Kind::commitment_due, value.id.value, value.part,
                              value.due_at};
    alarms::set(tx, {&alarm, 1});
  } else {
    alarms::clear(tx, alarms::Kind::commitment_due, {&value.id.value, 1});
  }
}

void write_new(postgres::Tx& tx, Actor const& actor, parts::Locked& locked, Commitment const& value,
               std::optional<CustomerId> interaction_part) {
  store::insert(tx, actor, value, interaction_part);
  if (!value.overdue) keep_alarm(tx, value);
  Telling telling{value};
  telling.tell("made", value.at);
  telling.change(Type::commitment_made, value.agent);
  if (value.overdue) telling.overdue(value.due_at);
  telling.write(tx, actor, locked);
}

/// The commitment under its customer's lock.
struct LockedCommitment {
  Commitment value;
  parts::Locked locked;
};
LockedCommitment lock(postgres::Tx& tx, Actor const& actor, CommitmentId id) {
  auto const part = store::part_of(tx, id);
  if (!part) throw Error(Code::not_found, "There is no such commitment.");
  auto locked = parts::lock(tx, actor, {&*part, 1});
  return {get(tx, id), std::move(locked)};
}

void ring(postgres::Tx& tx, Actor const& actor, parts::Locked& locked,
          std::span<alarms::Alarm const> due) {
  std::vector<CommitmentId> ids;
  for (auto const& alarm : due) ids.push_back({alarm.resource});
  std::vector<timeline::Entry> entries;
  std::vector<changes::Change> facts;
  for (Commitment& value : store::find(tx, ids)) {
    if (value.overdue || !is_due(value, actor.now)) continue;
    fall_due(value, actor.now);
    store::save(tx, value);
    Telling telling{value};
    telling.overdue(value.due_at);
    entries.push_back(std::move(telling.entries.front()));
    facts.push_back(std::move(telling.changes.front()));
  }
  if (facts.empty()) return;
  timeline::append(tx, actor, entries);
  changes::record(tx, actor, locked, facts);
}

}  // namespace

Made make(postgres::Tx& tx, Actor const& actor, CaseId case_id, NewCommitment const& asked) {
  auto const id = CommitmentId::make(actor.now);
  if (auto const first = first_with(tx, actor, asked, id)) {
    cases::get(tx, case_id);
    return {*first, true};
  }
  auto [on, locked] = cases::lock(tx, actor, case_id);
  auto value = first_state(actor, id, on, asked);
  auto const during = made_in(tx, asked, on.root);
  std::optional<CustomerId> interaction_part;
  if (during && value.channel.empty()) value.channel = during->channel;
  if (during && during->part != value.part) interaction_part = during->part;
  write_new(tx, actor, locked, value, interaction_part);
  return {id, false};
}

Commitment get(postgres::Tx& tx, CommitmentId id) {
  auto value = store::find(tx, id);
  if (!value) throw Error(Code::not_found, "There is no such commitment.");
  return std::move(*value);
}

void update(postgres::Tx& tx, Actor const& actor, CommitmentId id, Patch const& patch,
            std::optional<std::int64_t> expected) {
  auto [before, locked] = lock(tx, actor, id);
  http::check_version(expected, before.version);
  auto const change = patched(before, patch, actor);
  if (change.fields.empty()) return;

  Commitment const& after = change.after;
  store::save(tx, after);
  if (after.due_at != before.due_at || after.status != before.status || change.fell_due)
    keep_alarm(tx, after);
  Telling telling{after};
  if (change.fell_due) telling.overdue(before.due_at);
  if (after.due_at != before.due_at) telling.tell("rescheduled", actor.now);
  bool const settled = after.settled_at.has_value();
  if (settled) telling.tell(after.status, *after.settled_at);
  telling.change(settled ? Type::commitment_settled : Type::commitment_updated, patch.agent,
                 change.fields);
  telling.write(tx, actor, locked);
}

Page<Commitment> list(postgres::Tx& tx, Filter const& filter, PageRequest const& page) {
  return store::list(tx, filter, page);
}

std::vector<alarms::Handler> alarms() {
  return {{alarms::Kind::commitment_due, ring}};
}

}  // namespace throughline::commitments

// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include "throughline/domain/cases.hpp"

#include "store.hpp"
#include "throughline/domain/changes.hpp"
#include "throughline/domain/interactions.hpp"
#include "throughline/domain/sla.hpp"
#include "throughline/domain/timeline.hpp"
#include "throughline/platform/external_ids.hpp"
#include "wire.hpp"

namespace throughline::cases {
namespace {

/// The id of the case that had the external id first.
std::optional<CaseId> first_with(postgres::Tx& tx, Actor const& actor, Open const& asked,
                                 CaseId id) {
  if (!asked.external_id) return std::nullopt;
  external_ids::Claim const claim{*asked.external_id, id.value};
  auto const first = external_ids::claim(tx, actor, "case", {&claim, 1}).front();
  if (!first) return std::nullopt;
  parts::rest_on(tx, store::parts_sql, {&*first, 1});
  return CaseId{*first};
}

/// Whom the case belongs to, and the channel it was opened on.
store::Interaction opening(postgres::Tx& tx, Open const& asked) {
  if (asked.customer) return {*asked.customer, {}};
  auto const interaction = store::interaction(tx, *asked.interaction);
  if (!interaction) throw Error({FieldError{"/interaction_id", "is no interaction"}});
  return *interaction;
}

Case first_state(Actor const& actor, Open const& asked) {
  Case value;
  value.id = CaseId::make(actor.now);
  value.opening_interaction = asked.interaction;
  value.version = 1;
  value.subject = asked.subject;
  value.intent = asked.intent;
  value.status = "open";
  value.priority = asked.priority;
  value.assignee = asked.assignee;
  value.attributes = asked.attributes;
  value.opened_at = record_time(actor, asked.opened_at, "/opened_at");
  value.updated_at = actor.now;
  value.external_id = asked.external_id;
  return value;
}

/// Moves the case to another status and keeps its times.
void move_to(Case& value, std::string const& status, Timestamp now) {
  if (status == value.status) return;
  if (value.status == "closed") {
    throw Error(Code::conflict, "A closed case stays closed; open a new one.");
  }
  value.status = status;
  value.aged = false;
  if (status == "resolved") {
    value.resolved_at = now;
  } else if (status == "closed") {
    value.closed_at = now;
  } else {
    value.resolved_at.reset();
  }
}

/// The case after the patch.
Case patched(Case value, Patch const& patch, Timestamp now) {
  if (patch.subject) value.subject = *patch.subject;
  if (patch.priority) value.priority = *patch.priority;
  if (patch.intent) value.intent = patch.intent->value_or("");
  if (patch.assignee) value.assignee = patch.assignee->value_or("");
  if (patch.open_question) value.open_question = patch.open_question->value_or("");
  if (!patch.attributes.empty())
    value.attributes = wire::merge_attributes(value.attributes, patch.attributes);
  if (patch.status) move_to(value, *patch.status, now);
  return value;
}

std::vector<std::string> changed_fields(Case const& before, Case const& after) {
  std::vector<std::string> fields;
  auto const compare = [&](std::string_view name, std::string Case::*field) {
    if (before.*field != after.*field) fields.emplace_back(name);
  };
  compare("subject", &Case::subject);
  compare("intent", &Case::intent);
  compare("status", &Case::status);
  compare("priority", &Case::priority);
  compare("assignee", &Case::assignee);
  compare("open_question", &Case::open_question);
  compare("attributes", &Case::attributes);
  return fields;
}

bool concerns_clocks(Case const& before, Case const& after) {
  return before.status != after.status || before.priority != after.priority;
}

/// As the case's clocks know it.
sla::Case for_clocks(Case const& value, CustomerId root) {
  return {value.id,
          value.part,
          root,
          value.status,
          value.priority,
          value.opened_at,
          value.opening_interaction};
}

/// A resolved case ages, no other does.
void keep_alarm(postgres::Tx& tx, Case const& before, Case const& after) {
  if (after.status == "resolved") {
    alarms::Alarm const alarm{alarms::Kind::case_aged, after.id.value, after.part,
                              *after.resolved_at + resolved_visible};
    alarms::set(tx, {&alarm, 1});
  } else if (before.status == "resolved") {
    alarms::clear(tx, alarms::Kind::case_aged, {&after.id.value, 1});
  }
}

void ring(postgres::Tx& tx, Actor const& actor, parts::Locked& locked,
          std::span<alarms::Alarm const> due) {
  std::vector<CaseId> ids;
  for (auto const& alarm : due) ids.push_back({alarm.resource});
  std::vector<changes::Change> facts;
  for (auto const& [id, part] : store::age(tx, ids, actor.now - resolved_visible)) {
    facts.push_back({changes::Type::case_aged, part, id.value, {}, {}});
  }
  if (!facts.empty()) changes::record(tx, actor, locked, facts);
}

}  // namespace

Opened open(postgres::Tx& tx, Actor const& actor, Open const& asked) {
  Case value = first_state(actor, asked);
  auto const opened_by = opening(tx, asked);
  if (auto const first = first_with(tx, actor, asked, value.id)) return {*first, true};

  value.part = opened_by.part;
  sla::Asked const clocks(tx);  // travels with the lock
  auto locked = parts::lock(tx, actor, {&value.part, 1});
  if (!locked.has(value.part)) throw Error({FieldError{"/customer_id", "is no customer"}});
  store::insert(tx, actor, value);

  sla::Facts facts;
  facts.changes.push_back(
      {&actor, {changes::Type::case_opened, value.part, value.id.value, {}, {}}});
  if (asked.interaction) {
    interactions::link_case(tx, actor, *asked.interaction, value.id);
    facts.changes.push_back({&actor,
                             {changes::Type::interaction_updated,
                              value.part,
                              asked.interaction->value,
                              {"case_id"},
                              {}}});
  }
  facts.timeline.push_back({value.part, value.opened_at, timeline::Kind::case_, "opened",
                            value.id.value, opened_by.channel, value.id, asked.interaction});
  if (clocks.any()) sla::opened(tx, actor, for_clocks(value, locked.root(value.part).id), facts);
  timeline::append(tx, actor, facts.timeline);
  changes::record(tx, locked, facts.changes);
  return {value.id, false};
}

Case get(postgres::Tx& tx, CaseId id) {
  auto value = store::find(tx, id);
  if (!value) throw Error(Code::not_found, "There is no such case.");
  return std::move(*value);
}

void update(postgres::Tx& tx, Actor const& actor, CaseId id, Patch const& patch,
            std::optional<std::int64_t> expected) {
  std::optional<sla::Asked> clocks;
  if (patch.status || patch.priority) clocks.emplace(tx);  // travels with the look for the part
  auto [before, locked] = lock(tx, actor, id);
  http::check_version(expected, before.version);
  Case after = patched(before, patch, actor.now);
  auto fields = changed_fields(before, after);
  if (fields.empty()) return;

  after.version += 1;
  after.updated_at = actor.now;
  store::save(tx, after);
  sla::Facts facts;
  facts.changes.push_back(
      {&actor, {changes::Type::case_updated, after.part, after.id.value, std::move(fields), {}}});
  if (after.status != before.status) {
    keep_alarm(tx, before, after);
    facts.timeline.push_back({after.part,
                              actor.now,
                              timeline::Kind::case_,
                              after.status,
                              after.id.value,
                              {},
                              after.id,
                              {}});
  }
  if (clocks && clocks->any() && concerns_clocks(before, after)) {
    sla::updated(tx, actor, for_clocks(before, before.root), for_clocks(after, before.root), facts);
  }
  timeline::append(tx, actor, facts.timeline);
  changes::record(tx, locked, facts.changes);
}

Page<Case> list(postgres::Tx& tx, Filter const& filter, PageRequest const& page) {
  return store::list(tx, filter, page);
}

LockedCase lock(postgres::Tx& tx, Actor const& actor, CaseId id) {
  auto const part = store::part_of(tx, id);
  if (!part) throw Error(Code::not_found, "There is no such case.");
  auto locked = parts::lock(tx, actor, {&*part, 1});
  return {get(tx, id), std::move(locked)};
}

std::vector<alarms::Handler> alarms() {
  return {{alarms::Kind::case_aged, ring}};
}

void set_open_question(postgres::Tx& tx, Actor const& actor, CaseId id,
                       std::string const& question) {
  store::set_open_question(tx, actor, id, question);
}

}  // namespace throughline::cases

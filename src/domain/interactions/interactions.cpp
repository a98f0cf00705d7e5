// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include "throughline/domain/interactions.hpp"

#include <algorithm>

#include "locking.hpp"
#include "store.hpp"
#include "throughline/domain/changes.hpp"
#include "throughline/domain/timeline.hpp"
#include "throughline/domain/warnings.hpp"

namespace throughline::interactions {
namespace {

[[noreturn]] void throw_not_found() {
  throw Error(Code::not_found, "There is no such interaction.");
}

/// A case that answers under a locked root cannot leave it meanwhile, so this needs no lock of its
/// own.
void check_case(postgres::Tx& tx, std::optional<CaseId> const& case_id, CustomerId root) {
  if (!case_id) return;
  auto const owner = store::owner_of(tx, *case_id);
  if (!owner) throw Error({FieldError{"/case_id", "is no case"}});
  if (owner->root != root) throw Error(Code::conflict, "The case is another customer's.");
}

/// Applies the patch; returns the names of the fields that changed.
std::vector<std::string> apply(Interaction& value, Patch const& patch) {
  std::vector<std::string> fields;
  auto const set = [&](std::string_view name, auto& field, auto const& asked) {
    if (field == asked) return;
    field = asked;
    fields.emplace_back(name);
  };
  if (patch.case_id) set("case_id", value.case_id, *patch.case_id);
  if (patch.intent) set("intent", value.intent, patch.intent->value_or(""));
  if (patch.sentiment && value.sentiment != *patch.sentiment) {
    Mood mood{value.sentiment, value.sentiment_before};
    mood.set(*patch.sentiment);
    value.sentiment = mood.now;
    value.sentiment_before = mood.before;
    fields.emplace_back("sentiment");
  }
  if (patch.summary) set("summary", value.summary, patch.summary->value_or(""));
  return fields;
}

void add_to_timeline(postgres::Tx& tx, Actor const& actor, Interaction const& value,
                     std::string_view fact, Timestamp at) {
  timeline::Entry const entry{
      value.part,    at,      timeline::Kind::interaction, fact, value.id.value, value.channel,
      value.case_id, value.id};
  timeline::append(tx, actor, {&entry, 1});
}

/// Locks the interaction's customer; what is to be told of a case names that case's part as well.
LockedInteraction lock_with(postgres::Tx& tx, Actor const& actor, InteractionId id,
                            std::optional<CaseId> const& case_id) {
  std::vector<CustomerId> parts{part_of(tx, id)};
  if (case_id) {
    if (auto const owner = store::owner_of(tx, *case_id)) parts.push_back(owner->part);
  }
  auto locked = parts::lock(tx, actor, parts);
  return {get(tx, id), std::move(locked)};
}

/// The case's clocks learn whether the customer waits for an answer in this interaction.
void tell_clocks(postgres::Tx& tx, Actor const& actor, Interaction const& value,
                 std::vector<changes::Deed>& facts) {
  auto const on = store::case_of(tx, *value.case_id);
  sla::Facts told;
  sla::linked(tx, actor, *on, value.id, value.channel, told);
  timeline::append(tx, actor, told.timeline);
  facts.insert(facts.end(), told.changes.begin(), told.changes.end());
}

}  // namespace

CustomerId part_of(postgres::Tx& tx, InteractionId id) {
  auto const part = store::part_of(tx, id);
  if (!part) throw_not_found();
  return *part;
}

LockedInteraction lock(postgres::Tx& tx, Actor const& actor, InteractionId id) {
  return lock_with(tx, actor, id, std::nullopt);
}

Interaction get(postgres::Tx& tx, InteractionId id) {
  auto value = store::find(tx, id);
  if (!value) throw_not_found();
  return std::move(*value);
}

Page<Interaction> list(postgres::Tx& tx, Filter const& filter, PageRequest const& page) {
  return store::list(tx, filter, page);
}

void update(postgres::Tx& tx, Actor const& actor, InteractionId id, Patch const& patch,
            std::optional<std::int64_t> expected) {
  auto const asked_for = patch.case_id.value_or(std::nullopt);
  bool const has_clocks = asked_for && sla::Asked(tx).any();
  auto [value, locked] = lock_with(tx, actor, id, has_clocks ? asked_for : std::nullopt);
  http::check_version(expected, value.version);
  auto const case_before = value.case_id;
  auto fields = apply(value, patch);
  if (fields.empty()) return;
  if (value.case_id != case_before) check_case(tx, value.case_id, value.root);

  value.version += 1;
  store::save(tx, value);
  if (value.case_id && value.case_id != case_before)
    add_to_timeline(tx, actor, value, "linked", actor.now);
  bool const felt = std::find(fields.begin(), fields.end(), "sentiment") != fields.end();
  std::vector<changes::Deed> deeds{
      {&actor, {changes::Type::interaction_updated, value.part, id.value, std::move(fields), {}}}};
  if (felt) {
    warnings::Moods moods(tx, {&id, 1});
    moods.feel(actor, {id, value.part, value.channel}, value.sentiment, deeds);
    moods.write();
  }
  if (has_clocks && value.case_id != case_before) tell_clocks(tx, actor, value, deeds);
  changes::record(tx, locked, deeds);
}

void link_case(postgres::Tx& tx, Actor const&, InteractionId id, CaseId case_id) {
  store::set_case(tx, id, case_id);
}

void end(postgres::Tx& tx, Actor const& actor, InteractionId id, End const& asked,
         std::optional<std::int64_t> expected) {
  auto [value, locked] = lock(tx, actor, id);
  http::check_version(expected, value.version);
  if (value.status == "ended" && !value.fell_silent) {
    if (value.outcome == asked.outcome) return;
    throw Error(Code::conflict, "The interaction ended with another outcome.");
  }
  value.status = "ended";
  value.fell_silent = false;
  value.outcome = asked.outcome;
  if (asked.summary) value.summary = *asked.summary;
  value.ended_at = record_time(actor, asked.ended_at, "/ended_at");
  if (asked.ended_at && *value.ended_at < value.started_at)
    throw Error({FieldError{"/ended_at", "must not lie before the start"}});
  // Two instances' clocks may differ by more than a short contact lasts.
  value.ended_at = std::max(*value.ended_at, value.started_at);

  value.version += 1;
  alarms::clear(tx, alarms::Kind::interaction_silent, {&id.value, 1});
  store::save(tx, value);
  add_to_timeline(tx, actor, value, "ended", *value.ended_at);
  changes::Change const fact{
      changes::Type::interaction_ended, value.part, id.value, {}, value.agent};
  changes::record(tx, actor, locked, {&fact, 1});
}

void heartbeat(postgres::Tx& tx, Actor const& actor, InteractionId id) {
  if (store::beat(tx, actor, id)) return;
  get(tx, id);
  throw Error(Code::conflict, "The interaction has ended.");
}

}  // namespace throughline::interactions

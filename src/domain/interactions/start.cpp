// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "beginning.hpp"
#include "locking.hpp"
#include "store.hpp"
#include "throughline/domain/changes.hpp"
#include "throughline/domain/interactions_presence.hpp"
#include "throughline/domain/timeline.hpp"
#include "throughline/domain/warnings.hpp"
#include "throughline/platform/external_ids.hpp"

namespace throughline::interactions {
namespace {

constexpr std::string_view inbound = "inbound";

/// The id of the interaction that had the external id first.
std::optional<InteractionId> first_with(postgres::Tx& tx, Actor const& actor, Start const& asked,
                                        InteractionId id) {
  if (!asked.external_id) return std::nullopt;
  external_ids::Claim const claim{*asked.external_id, id.value};
  auto const first = external_ids::claim(tx, actor, "interaction", {&claim, 1}).front();
  if (!first) return std::nullopt;
  parts::rest_on(tx, store::parts_sql, {&*first, 1});
  return InteractionId{*first};
}

/// Whom the interaction is with. A case names its customer as customer_id would, unless the
/// identifiers lead to somebody for certain.
identity::Subject subject_of(postgres::Tx& tx, Actor const& actor, Start const& asked) {
  identity::Subject subject = asked.subject;
  if (!asked.case_id) return subject;
  auto const owner = store::owner_of(tx, *asked.case_id);
  if (!owner) throw Error({FieldError{"/case_id", "is no case"}});
  if (subject.customer) return subject;
  auto const found =
      subject.identifiers.empty() ? identity::Resolved{} : identity::resolve(tx, actor, subject);
  bool const known = found.decision == identity::Decision::matched && !found.stale;
  if (!known) subject.customer = owner->part;
  return subject;
}

Interaction first_state(Actor const& actor, Start const& asked) {
  Interaction value;
  value.id = InteractionId::make(actor.now);
  value.version = 1;
  value.channel = asked.channel;
  value.direction = asked.direction;
  value.status = "live";
  value.agent = asked.agent;
  value.intent = asked.intent;
  value.case_id = asked.case_id;
  value.started_at = record_time(actor, asked.started_at, "/started_at");
  value.external_id = asked.external_id;
  return value;
}

/// Others whom the identifiers lead to, where the customer was named: nothing is merged for that,
/// and nothing hidden.
std::vector<identity::Candidate> others(postgres::Tx& tx, Actor const& actor,
                                        identity::Subject const& subject, CustomerId root) {
  if (subject.identifiers.empty()) return {};
  auto found = identity::resolve(tx, actor, {subject.identifiers, std::nullopt});
  if (found.root) found.candidates = {{*found.root, found.grade}};
  std::erase_if(found.candidates,
                [&](identity::Candidate const& one) { return one.customer == root; });
  return std::move(found.candidates);
}

void take_over(Interaction& value, identity::Resolved const& found) {
  if (!found.part) throw Error({FieldError{"/customer_id", "is no customer"}});
  value.part = *found.part;
  value.root = *found.root;
  value.decision = identity::name(found.decision);
  value.grade = found.grade;
  value.assurance = found.assurance;
  value.candidates = found.candidates;
}

void set_alarm(postgres::Tx& tx, Actor const& actor, Interaction const& value,
               std::string const& presence_said) {
  auto const presence = parse_presence(presence_said);
  auto const limit = presence.silent_after.find(value.channel)->second;
  if (limit.count() == 0) return;
  alarms::Alarm const alarm{alarms::Kind::interaction_silent, value.id.value, value.part,
                            actor.now + limit};
  alarms::set(tx, {&alarm, 1});
}

/// Customers who come back on another channel should not have to say so themselves.
std::optional<changes::Change> warn_of_repeat(postgres::Tx& tx, Actor const& actor,
                                              Interaction const& value,
                                              store::Beginning const& beginning) {
  auto const found = beginning.before.find(value.root);
  if (found == beginning.before.end()) return std::nullopt;
  auto const& before = found->second;
  auto const rule = warnings::parse_rules(beginning.warnings).repeat_contact;
  warnings::Contact const now{value.channel, value.direction == inbound, value.started_at, {}};
  warnings::Contact const then{before.channel, true, before.started_at, before.last_sign,
                               before.transferred};
  if (!warnings::is_repeat(rule, now, then)) return std::nullopt;
  return warnings::raise(
      tx, actor, rule, {value.part, value.id, value.started_at, before.part, before.channel});
}

std::vector<Started::NotAttached> not_attached(Start const& asked,
                                               identity::Resolved const& found) {
  auto const& brought = asked.subject.identifiers;
  std::vector<Started::NotAttached> left;
  for (auto const& one : found.not_attached) {
    auto const at = std::find_if(brought.begin(), brought.end(), [&](auto const& identifier) {
      return identifier.type == one.identifier.type && identifier.value == one.identifier.value;
    });
    left.push_back({static_cast<std::size_t>(at - brought.begin()), one.reason});
  }
  return left;
}

}  // namespace

Started start(postgres::Tx& tx, Actor const& actor, Start const& asked) {
  Interaction value = first_state(actor, asked);
  if (auto const first = first_with(tx, actor, asked, value.id)) return {*first, true};

  identity::Subject const subject = subject_of(tx, actor, asked);
  identity::Facts facts;
  std::optional<postgres::Answer> looked;
  auto resolution = identity::resolve_or_create(
      tx, actor, {&subject, 1}, identity::Unknown::create, {}, facts,
      [&] { looked = store::ask_beginning(tx, subject, asked.direction == inbound); });
  auto const& found = resolution.subjects.front();
  take_over(value, found);
  if (subject.customer) value.candidates = others(tx, actor, subject, value.root);
  if (value.case_id && store::owner_of(tx, *value.case_id)->root != value.root)
    throw Error(Code::conflict, "The case is another customer's.");

  auto const beginning = store::read_beginning(*looked);
  set_alarm(tx, actor, value, beginning.presence);
  auto repeat = warn_of_repeat(tx, actor, value, beginning);
  store::insert(tx, actor, value);
  facts.timeline.push_back({value.part, value.started_at, timeline::Kind::interaction, "started",
                            value.id.value, value.channel, value.case_id, value.id});
  facts.changes.push_back(
      {changes::Type::interaction_started, value.part, value.id.value, {}, value.agent});
  if (repeat) facts.changes.push_back(std::move(*repeat));
  timeline::append(tx, actor, facts.timeline);
  changes::record(tx, actor, resolution.locked, facts.changes);
  return {value.id, false, found.created, not_attached(asked, found)};
}

}  // namespace throughline::interactions

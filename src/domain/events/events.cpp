// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include "throughline/domain/events.hpp"

#include <map>
#include <set>

#include "store.hpp"
#include "throughline/domain/changes.hpp"
#include "throughline/domain/parts.hpp"
#include "throughline/domain/timeline.hpp"
#include "throughline/platform/external_ids.hpp"

namespace throughline::events {

namespace {

using identity::Decision;

/// One batch on its way through: every step drops the items it settles.
struct Batch {
  std::span<NewEvent const> events;
  std::vector<EventId> ids;
  std::vector<Result> results;
  std::vector<bool> settled;

  void fail(std::size_t at, std::string pointer, std::string detail) {
    results[at].status = Result::Status::failed;
    results[at].errors.push_back({std::move(pointer), std::move(detail)});
    settled[at] = true;
  }
  std::vector<std::size_t> pending() const {
    std::vector<std::size_t> found;
    for (std::size_t i = 0; i < events.size(); ++i) {
      if (!settled[i]) found.push_back(i);
    }
    return found;
  }
};

Batch begin(Actor const& actor, std::span<NewEvent const> events) {
  Batch batch{
      events, {}, std::vector<Result>(events.size()), std::vector<bool>(events.size(), false)};
  for (std::size_t i = 0; i < events.size(); ++i) batch.ids.push_back(EventId::make(actor.now));
  return batch;
}

/// Foreign ids seen before: this item is that event. An equal id twice in one batch is settled at
/// the end, when it is known what became of the first.
std::map<std::size_t, EventId> claim_external_ids(postgres::Tx& tx, Actor const& actor,
                                                  Batch& batch) {
  std::vector<external_ids::Claim> claims;
  std::vector<std::size_t> claimants;
  for (auto const i : batch.pending()) {
    if (!batch.events[i].external_id) continue;
    claims.push_back({*batch.events[i].external_id, batch.ids[i].value});
    claimants.push_back(i);
  }
  std::map<std::size_t, EventId> first;
  auto const owners = external_ids::claim(tx, actor, "event", claims);
  for (std::size_t c = 0; c < owners.size(); ++c) {
    if (!owners[c]) continue;
    first.emplace(claimants[c], EventId{*owners[c]});
    batch.settled[claimants[c]] = true;
  }
  return first;
}

/// Why an event can't stand on the case it names; empty if it can.
FieldError case_problem(postgres::Tx& tx, Actor const& actor, NewEvent const& event,
                        std::map<CaseId, CustomerId> const& case_parts) {
  auto const part = case_parts.find(*event.case_id);
  if (part == case_parts.end()) return {"/case_id", "no case has this id"};
  auto const found = identity::resolve(tx, actor, event.subject);
  if (found.decision == Decision::none && !event.subject.customer) {
    return {"/identifiers", "nobody is known by these, so the case cannot be theirs"};
  }
  if (found.root && *found.root != parts::root_of(tx, part->second)) {
    return {"/case_id", "the case belongs to another customer"};
  }
  return {};
}

/// Refuses what its case forbids before anybody is created for it.
std::map<CaseId, CustomerId> check_cases(postgres::Tx& tx, Actor const& actor, Batch& batch) {
  std::set<CaseId> named;
  for (auto const i : batch.pending()) {
    if (batch.events[i].case_id) named.insert(*batch.events[i].case_id);
  }
  std::vector<CaseId> const asked(named.begin(), named.end());
  auto const found = store::case_parts(tx, asked);
  std::map<CaseId, CustomerId> case_parts(found.begin(), found.end());
  for (auto const i : batch.pending()) {
    if (!batch.events[i].case_id) continue;
    auto problem = case_problem(tx, actor, batch.events[i], case_parts);
    if (!problem.detail.empty()) batch.fail(i, problem.pointer, problem.detail);
  }
  return case_parts;
}

/// Whom each item is about; items in doubt or about nobody are settled as failed.
identity::Resolution resolve(postgres::Tx& tx, Actor const& actor, Batch& batch,
                             std::map<CaseId, CustomerId> const& case_parts,
                             identity::Facts& facts) {
  std::vector<identity::Subject> subjects;
  for (auto const i : batch.pending()) subjects.push_back(batch.events[i].subject);
  std::vector<CustomerId> also;
  for (auto const& [id, part] : case_parts) also.push_back(part);
  return identity::resolve_or_create(tx, actor, subjects, identity::Unknown::create_known, also,
                                     facts);
}

void settle(Batch& batch, identity::Resolution const& resolution,
            std::map<CaseId, CustomerId> const& case_parts, std::vector<store::Row>& rows) {
  auto const pending = batch.pending();
  for (std::size_t s = 0; s < pending.size(); ++s) {
    auto const i = pending[s];
    auto const& found = resolution.subjects[s];
    auto const& event = batch.events[i];
    if (!found.part) {
      batch.results[i].candidates = found.candidates;
      if (event.subject.customer) {
        batch.fail(i, "/customer_id", "no customer has this id");
      } else {
        batch.fail(i, "/identifiers",
                   "several customers answer to these; name one of the candidates by customer_id");
      }
      continue;
    }
    auto const root = resolution.locked.root(*found.part).id;
    // They were one customer's when check_cases() looked, without locks.
    if (event.case_id && resolution.locked.root(case_parts.at(*event.case_id)).id != root) {
      throw postgres::Retry{};
    }
    batch.results[i].status = Result::Status::created;
    batch.results[i].id = batch.ids[i];
    batch.results[i].customer = root;
    rows.push_back({batch.ids[i], *found.part, &event});
  }
}

/// A failed item must not keep its foreign id: the corrected one comes under the same.
void release_claims(postgres::Tx& tx, Actor const& actor, Batch const& batch) {
  std::vector<external_ids::Claim> failed;
  for (std::size_t i = 0; i < batch.events.size(); ++i) {
    auto const& external = batch.events[i].external_id;
    if (external && batch.results[i].status == Result::Status::failed) {
      failed.push_back({*external, batch.ids[i].value});
    }
  }
  external_ids::release(tx, actor, "event", failed);
}

/// Items whose foreign id had been seen point to the first one, here or in the past.
void settle_repeats(postgres::Tx& tx, Batch& batch, std::map<std::size_t, EventId> const& first) {
  std::map<EventId, Result const*> in_batch;
  for (std::size_t i = 0; i < batch.ids.size(); ++i) in_batch[batch.ids[i]] = &batch.results[i];
  std::vector<Uuid> earlier;
  for (auto const& [i, id] : first) {
    if (!in_batch.contains(id)) earlier.push_back(id.value);
  }
  auto const roots = parts::rest_on(tx, store::parts_sql, earlier);
  for (auto const& [i, id] : first) {
    auto const twin = in_batch.find(id);
    auto& result = batch.results[i];
    if (twin == in_batch.end()) {
      result = {Result::Status::repeated, id, {}, {}, {}};
      // Else the first one was detached with its partition.
      auto const root = roots.find(id.value);
      if (root != roots.end()) result.customer = root->second;
    } else {
      result = *twin->second;
      if (result.status == Result::Status::created) result.status = Result::Status::repeated;
    }
  }
}

void append_facts(std::span<store::Row const> rows, identity::Facts& facts) {
  for (auto const& row : rows) {
    auto const& event = *row.event;
    facts.changes.push_back(
        {changes::Type::event_recorded, row.part, row.id.value, {}, std::nullopt});
    facts.timeline.push_back({row.part, event.at, timeline::Kind::event, "recorded", row.id.value,
                              event.channel, event.case_id, std::nullopt});
  }
}

}  // namespace

std::vector<Result> record(postgres::Tx& tx, Actor const& actor, std::span<NewEvent const> events) {
  auto batch = begin(actor, events);
  auto const first = claim_external_ids(tx, actor, batch);
  auto const case_parts = check_cases(tx, actor, batch);
  identity::Facts facts;
  auto resolution = resolve(tx, actor, batch, case_parts, facts);
  std::vector<store::Row> rows;
  settle(batch, resolution, case_parts, rows);
  release_claims(tx, actor, batch);
  settle_repeats(tx, batch, first);
  store::insert(tx, actor, rows);
  append_facts(rows, facts);
  timeline::append(tx, actor, facts.timeline);
  changes::record(tx, actor, resolution.locked, facts.changes);
  return std::move(batch.results);
}

}  // namespace throughline::events

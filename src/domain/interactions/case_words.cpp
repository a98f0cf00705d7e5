// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include "case_words.hpp"

#include "store.hpp"

namespace throughline::interactions {

/// What was said before the case was resolved, and only told now, changes nothing any more.
bool CaseWords::reopens(OnCase const& on, Line const& line) {
  if (line.role != "customer" || on.value.status != "resolved") return false;
  if (on.resolved_at && line.at < *on.resolved_at) return false;
  return reopened_
      .try_emplace(on.value.id,
                   Reopened{line.actor, on.value, line.at, line.channel, line.interaction})
      .second;
}

void CaseWords::hear(OnCase const& on, Line const& line) {
  bool const reopening = reopens(on, line);
  if (!on.has_clocks || line.role == "system") return;
  sla::Heard heard;
  heard.actor = line.actor;
  heard.value = on.value;
  if (reopened_.contains(on.value.id)) heard.value.status = "open";
  heard.reopens = reopening;
  heard.customer = line.role == "customer";
  heard.human = line.agent && line.agent->kind == "human";
  heard.at = line.at;
  heard.channel = line.channel;
  heard.interaction = line.interaction;
  heard_.push_back(std::move(heard));
}

void CaseWords::write(postgres::Tx& tx, parts::Locking& locking,
                      std::vector<timeline::Entry>& entries, std::vector<changes::Deed>& deeds) {
  std::vector<CaseId> ids;
  std::vector<Uuid> young;  // they do not age any more
  for (auto const& [id, one] : reopened_) {
    ids.push_back(id);
    young.push_back(id.value);
    locking.add(one.value.part, one.value.root);
    entries.push_back({one.value.part, one.at, timeline::Kind::case_, "open", id.value, one.channel,
                       id, one.interaction});
    deeds.push_back(
        {one.actor, {changes::Type::case_updated, one.value.part, id.value, {"status"}, {}}});
  }
  if (!ids.empty()) store::reopen_cases(tx, ids, reopened_.begin()->second.actor->now);
  alarms::clear(tx, alarms::Kind::case_aged, young);
  if (heard_.empty()) return;
  sla::Facts facts;
  sla::heard(tx, heard_, facts);
  for (auto const& one : heard_) locking.add(one.value.part, one.value.root);
  entries.insert(entries.end(), facts.timeline.begin(), facts.timeline.end());
  deeds.insert(deeds.end(), facts.changes.begin(), facts.changes.end());
}

}  // namespace throughline::interactions

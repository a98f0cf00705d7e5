// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// Offers that nobody answered in time.
#include "measures.hpp"
#include "store.hpp"
#include "throughline/domain/changes.hpp"
#include "throughline/domain/handoffs.hpp"
#include "throughline/domain/timeline.hpp"

namespace throughline::handoffs {
namespace {

void expire(postgres::Tx& tx, Actor const& actor, parts::Locked& locked,
            std::span<alarms::Alarm const> due) {
  std::vector<Uuid> ids;
  for (auto const& alarm : due) ids.push_back(alarm.resource);
  std::vector<timeline::Entry> entries;
  std::vector<changes::Change> facts;
  for (auto const& gone : store::expire(tx, ids, actor.now)) {
    entries.push_back({gone.part, gone.expires_at, timeline::Kind::handoff, "expired",
                       gone.id.value, gone.channel, gone.case_id, gone.interaction});
    facts.push_back({changes::Type::handoff_expired, gone.part, gone.id.value, {}, {}});
    measure_answer(tx, "expired", gone.expires_at - gone.offered_at);
  }
  if (facts.empty()) return;
  timeline::append(tx, actor, entries);
  changes::record(tx, actor, locked, facts);
}

}  // namespace

std::vector<alarms::Handler> alarms() {
  return {{alarms::Kind::handoff_expires, expire}};
}

}  // namespace throughline::handoffs

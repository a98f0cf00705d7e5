// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// Contacts that nobody hears of any more. Heartbeats and lines move the last sign of life and leave
// the alarm alone: when it rings, this looks whether the moment has come or yet will.
#include <set>
#include <vector>

#include "store.hpp"
#include "throughline/domain/changes.hpp"
#include "throughline/domain/interactions_presence.hpp"
#include "throughline/domain/timeline.hpp"

namespace throughline::interactions {
namespace {

using alarms::Alarm;

Alarm again(store::Waiting const& contact, Timestamp at) {
  return {alarms::Kind::interaction_silent, contact.id.value, contact.part, at};
}

/// Ends those that were not heard of meanwhile: heartbeats come without the customer's lock.
void end_silent(postgres::Tx& tx, Actor const& actor, parts::Locked& locked,
                std::vector<store::Waiting> const& silent, std::vector<Alarm>& alarms) {
  auto const ended = store::end_silent(tx, silent);
  std::vector<timeline::Entry> entries;
  std::vector<changes::Change> facts;
  for (auto const& contact : silent) {
    if (!ended.contains(contact.id)) {
      alarms.push_back(again(contact, actor.now));
      continue;
    }
    entries.push_back({contact.part, contact.silent_since, timeline::Kind::interaction, "ended",
                       contact.id.value, contact.channel, contact.case_id, contact.id});
    facts.push_back(
        {changes::Type::interaction_ended, contact.part, contact.id.value, {}, std::nullopt});
  }
  alarms::set(tx, alarms);
  timeline::append(tx, actor, entries);
  changes::record(tx, actor, locked, facts);
}

void fall_silent(postgres::Tx& tx, Actor const& actor, parts::Locked& locked,
                 std::span<Alarm const> due) {
  auto const asked = settings::ask(tx, presence_section_name);
  auto waiting = store::waiting(tx, due);
  auto const presence = parse_presence(settings::said(asked));
  std::vector<store::Waiting> silent;
  std::vector<Alarm> alarms;
  for (auto& contact : waiting) {
    auto const limit = presence.silent_after.find(contact.channel)->second;
    if (limit.count() == 0) continue;
    contact.silent_since = contact.last_sign + limit;
    if (contact.silent_since > actor.now) {
      alarms.push_back(again(contact, contact.silent_since));
    } else {
      silent.push_back(contact);
    }
  }
  end_silent(tx, actor, locked, silent, alarms);
}

}  // namespace

std::vector<alarms::Handler> alarms() {
  return {{alarms::Kind::interaction_silent, fall_silent}};
}

}  // namespace throughline::interactions

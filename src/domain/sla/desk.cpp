// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include "domain/sla/desk.hpp"

#include <set>
#include <utility>

#include "domain/sla/wire_settings.hpp"

namespace throughline::sla {
namespace {

changes::Type change_type(Event event) {
  switch (event) {
    case Event::activated:
      return changes::Type::sla_activated;
    case Event::paused:
      return changes::Type::sla_paused;
    case Event::resumed:
      return changes::Type::sla_resumed;
    case Event::retargeted:
      return changes::Type::sla_retargeted;
    case Event::at_risk:
      return changes::Type::sla_at_risk;
    case Event::fulfilled:
      return changes::Type::sla_fulfilled;
    case Event::breached:
      return changes::Type::sla_breached;
    case Event::cancelled:
      break;
  }
  return changes::Type::sla_cancelled;
}

}  // namespace

Desk::Desk(postgres::Tx& tx)
    : tx_(tx),
      books_([this](std::optional<std::int64_t> version) { return load(version); },
             [this](CustomerId root) { return store::tier_of(tx_, root); }) {}

Desk::Desk(postgres::Tx& tx, std::span<CaseId const> cases) : Desk(tx) {
  kept_ = store::of_cases(tx, cases);
}

Book Desk::load(std::optional<std::int64_t> version) {
  auto what = version ? store::kept(tx_, *version) : store::said(tx_);
  if (!version) said_[what.version] = what.said;
  return wire::parse_book(what.version, std::move(what.said));
}

Talk Desk::adopted(Timestamp now) {
  Talk talk;
  talk.started_at = now;
  for (auto& side : talk.sides) side.answered = true;
  return talk;
}

Watch& Desk::watch(Case const& value, Talk const& talk) {
  if (auto const known = watched_.find(value.id); known != watched_.end())
    return known->second.watch;
  auto const kept = kept_.talks.find(value.id);
  bool const is_new = kept == kept_.talks.end();
  auto& clocks = kept_.clocks[value.id];
  Watched watched{Watch(value, is_new ? talk : kept->second, clocks, books_), value.id,
                  is_new ? std::nullopt : std::optional(kept->second), clocks};
  return watched_.emplace(value.id, std::move(watched)).first->second.watch;
}

Watch& Desk::watch(std::vector<Clock> clocks) {
  Watched watched{Watch({}, {}, clocks, books_), std::nullopt, std::nullopt, clocks};
  return watched_.emplace(CaseId{}, std::move(watched)).first->second.watch;
}

void Desk::note_down(Watch& watch, Origin const& origin, Facts& facts) {
  for (auto const& [place, seq, occurred] : watch.take_steps()) {
    Clock const& clock = watch.clocks()[place];
    events_.push_back({clock.id, seq, occurred});
    timeline::Entry entry{};
    entry.part = clock.part;
    entry.at = occurred.at;
    entry.kind = timeline::Kind::sla;
    entry.fact = name(occurred.event);
    entry.resource = clock.id.value;
    entry.channel = origin.channel;
    entry.case_id = clock.case_id;
    entry.interaction_id = origin.interaction;
    facts.timeline.push_back(std::move(entry));
    facts.changes.push_back(
        {origin.actor, {change_type(occurred.event), clock.part, clock.id.value, {}, {}}});
  }
}

/// A clock that runs has an alarm for each moment that is still to come; no other has any.
void Desk::set_alarms(std::span<Clock const> changed) {
  std::vector<alarms::Alarm> set;
  std::vector<Uuid> no_risk, no_breach;
  for (Clock const& clock : changed) {
    bool const runs = clock.state == State::active && !clock.breached_at;
    auto const want = [&](bool wanted, alarms::Kind kind, Timestamp at, std::vector<Uuid>& none) {
      if (wanted) {
        set.push_back({kind, clock.id.value, clock.part, at});
      } else {
        none.push_back(clock.id.value);
      }
    };
    want(runs && !clock.at_risk_since, alarms::Kind::sla_at_risk, clock.at_risk_at, no_risk);
    want(runs, alarms::Kind::sla_breach, clock.due_at, no_breach);
  }
  alarms::set(tx_, set);
  alarms::clear(tx_, alarms::Kind::sla_at_risk, no_risk);
  alarms::clear(tx_, alarms::Kind::sla_breach, no_breach);
}

void Desk::save() {
  std::map<CaseId, Talk> talks;
  std::vector<Clock> changed;
  std::set<std::int64_t> versions;
  for (auto const& [id, watched] : watched_) {
    if (watched.id && watched.talk != watched.watch.talk()) talks.emplace(id, watched.watch.talk());
    auto const& clocks = watched.watch.clocks();
    for (std::size_t i = 0; i < clocks.size(); ++i) {
      if (i < watched.clocks.size() && clocks[i] == watched.clocks[i]) continue;
      changed.push_back(clocks[i]);
      if (!clocks[i].calendar.empty()) versions.insert(clocks[i].version);
    }
  }
  for (auto const version : versions) {
    if (auto const said = said_.find(version); said != said_.end())
      store::keep(tx_, {version, said->second});
  }
  if (!talks.empty()) store::save(tx_, talks);
  if (changed.empty()) return;
  store::save(tx_, changed);
  store::append(tx_, events_);
  set_alarms(changed);
}

}  // namespace throughline::sla

// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include "throughline/domain/sla.hpp"

#include <algorithm>
#include <utility>

#include "domain/sla/desk.hpp"
#include "domain/sla/wire_settings.hpp"

namespace throughline::sla {
namespace {

/// Lets the watch hear what was said before the case had clocks.
void replay(Watch& watch, std::span<store::Line const> lines) {
  bool first = true;
  for (auto const& line : lines) {
    if (!line.customer) {
      watch.answer(line.human, line.at);
    } else if (std::exchange(first, false)) {
      watch.hear(line.at, line.channel);
    } else {
      if (line.waits_for_human) watch.wait(Answer::human, line.at, line.channel);
      if (line.waits_for_any) watch.wait(Answer::any, line.at, line.channel);
    }
  }
}

std::vector<Shown> with_history(postgres::Tx& tx, std::vector<Clock> clocks) {
  auto history = store::history(tx, clocks);
  std::vector<Shown> shown;
  for (Clock& clock : clocks) {
    auto events = std::move(history[clock.id]);
    shown.push_back({std::move(clock), std::move(events)});
  }
  return shown;
}

/// The key that the items of a list by due time stay behind.
TimeKey behind(PageRequest const& page) {
  if (!page.after.empty()) return below(page);
  return {std::chrono::sys_days(std::chrono::year(1900) / 1 / 1), Uuid{}};
}

std::vector<std::string> keys_of(Timestamp at, ClockId id) {
  return to_keys({at, id.value});
}

void ring(postgres::Tx& tx, Actor const& actor, parts::Locked& locked,
          std::span<alarms::Alarm const> due) {
  std::vector<Uuid> ids;
  for (auto const& alarm : due) ids.push_back(alarm.resource);
  Desk desk(tx);
  Facts facts;
  Watch& watch = desk.watch(store::clocks(tx, ids));
  watch.pass(actor.now);
  desk.note_down(watch, {&actor, {}, std::nullopt}, facts);
  desk.save();
  timeline::append(tx, actor, facts.timeline);
  changes::record(tx, locked, facts.changes);
}

}  // namespace

Asked::Asked(postgres::Tx& tx) : answer_(store::ask_settings(tx)) {}

bool Asked::any() const {
  return !answer_.rows().empty();
}

void opened(postgres::Tx& tx, Actor const& actor, Case const& value, Facts& facts) {
  Talk talk;
  talk.started_at = value.opened_at;
  std::vector<store::Line> lines;
  if (value.opened_in) {
    lines = store::transcript(tx, *value.opened_in);
    talk.channel = lines.empty() ? store::channel_of(tx, *value.opened_in) : lines[0].channel;
    if (!lines.empty()) talk.started_at = lines[0].at;
  }
  Desk desk(tx);
  Watch& watch = desk.watch(value, talk);
  watch.open();
  replay(watch, lines);
  desk.note_down(watch, {&actor, talk.channel, value.opened_in}, facts);
  desk.save();
}

void updated(postgres::Tx& tx, Actor const& actor, Case const& before, Case const& after,
             Facts& facts) {
  Desk desk(tx, {&before.id, 1});
  Watch& watch = desk.watch(before, Desk::adopted(actor.now));
  if (after.status != before.status) watch.move(after.status, actor.now);
  if (after.priority != before.priority) watch.prioritise(after.priority, actor.now);
  desk.note_down(watch, {&actor, {}, std::nullopt}, facts);
  desk.save();
}

void linked(postgres::Tx& tx, Actor const& actor, Case const& value, InteractionId interaction,
            std::string const& channel, Facts& facts) {
  auto const lines = store::transcript(tx, interaction);
  Desk desk(tx, {&value.id, 1});
  Watch& watch = desk.watch(value, Desk::adopted(actor.now));
  for (auto const& line : lines) {
    if (line.waits_for_human) watch.wait(Answer::human, line.at, channel);
    if (line.waits_for_any) watch.wait(Answer::any, line.at, channel);
  }
  desk.note_down(watch, {&actor, channel, interaction}, facts);
  desk.save();
}

void heard(postgres::Tx& tx, std::span<Heard const> lines, Facts& facts) {
  std::vector<CaseId> cases;
  for (Heard const& line : lines) cases.push_back(line.value.id);
  Desk desk(tx, cases);
  for (Heard const& line : lines) {
    Case value = line.value;
    if (line.reopens) value.status = "resolved";
    Watch& watch = desk.watch(value, Desk::adopted(line.at));
    if (line.reopens) watch.move("open", line.at);
    if (line.customer) {
      watch.hear(line.at, line.channel);
    } else {
      watch.answer(line.human, line.at);
    }
    desk.note_down(watch, {line.actor, line.channel, line.interaction}, facts);
  }
  desk.save();
}

Page<Shown> of_case(postgres::Tx& tx, CaseId id, PageRequest const& page) {
  if (!store::has_case(tx, id)) throw Error(Code::not_found, "There is no such case.");
  auto clocks = store::of_case(tx, id, below(page), page.limit + 1);
  return cut(with_history(tx, std::move(clocks)), page.limit,
             [](Shown const& last) { return keys_of(last.clock.started_at, last.clock.id); });
}

Page<Shown> list(postgres::Tx& tx, Filter const& filter, PageRequest const& page) {
  std::vector<Shown> shown;
  for (Clock& clock : store::list(tx, filter, behind(page), page.limit + 1))
    shown.push_back({std::move(clock), {}});
  return cut(std::move(shown), page.limit,
             [](Shown const& last) { return keys_of(last.clock.due_at, last.clock.id); });
}

std::vector<alarms::Handler> alarms() {
  return {{alarms::Kind::sla_at_risk, ring}, {alarms::Kind::sla_breach, ring}};
}

settings::Section settings_section() {
  return {"sla", wire::check_settings, {}};
}

}  // namespace throughline::sla

// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include "throughline/domain/warnings.hpp"

#include <utility>

#include "domain/warnings/store.hpp"

namespace throughline::warnings {
namespace {

using alarms::Alarm;
using store::Warning;

constexpr std::string_view repeat_contact = "repeat_contact";

changes::Change change_of(changes::Type type, Warning const& warning) {
  return {type, warning.part, warning.id, {warning.code}, std::nullopt};
}

Alarm alarm_of(Warning const& warning) {
  return {alarms::Kind::warning_ends, warning.id, warning.part, warning.until};
}

void end_windows(postgres::Tx& tx, Actor const& actor, parts::Locked& locked,
                 std::span<Alarm const> due) {
  std::vector<Uuid> asked, ended;
  for (Alarm const& alarm : due) asked.push_back(alarm.resource);
  std::vector<Alarm> later;
  std::vector<changes::Change> facts;
  for (Warning const& warning : store::find(tx, asked)) {
    if (warning.until > actor.now) {  // it was renewed meanwhile
      later.push_back(alarm_of(warning));
    } else {
      ended.push_back(warning.id);
      facts.push_back(change_of(changes::Type::warning_cleared, warning));
    }
  }
  store::remove(tx, ended);
  alarms::set(tx, later);
  changes::record(tx, actor, locked, facts);
}

}  // namespace

bool is_repeat(RepeatContact const& rule, Contact const& now, Contact const& before) {
  return rule.enabled && now.began && before.began && !before.transferred &&
         now.channel != before.channel && before.from <= now.from &&
         (!before.last_sign || now.from - *before.last_sign <= rule.window);
}

std::optional<changes::Change> raise(postgres::Tx& tx, Actor const& actor,
                                     RepeatContact const& rule, CameBack const& reason) {
  Warning warning;
  warning.id = make_uuid7(actor.now);
  warning.part = reason.part;
  warning.code = repeat_contact;
  warning.interaction = reason.interaction;
  warning.channel = reason.channel_before;
  if (reason.before_part != reason.part) warning.before_part = reason.before_part;
  warning.since = reason.at;
  warning.until = reason.at + rule.window;
  if (warning.until <= actor.now) return std::nullopt;
  store::insert(tx, actor, warning);
  auto const alarm = alarm_of(warning);
  alarms::set(tx, {&alarm, 1});
  return change_of(changes::Type::warning_raised, warning);
}

std::vector<alarms::Handler> alarms() {
  return {{alarms::Kind::warning_ends, end_windows}};
}

}  // namespace throughline::warnings

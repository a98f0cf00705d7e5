// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include "domain/sla/wire.hpp"

#include "throughline/base/json.hpp"

namespace throughline::sla::wire {
namespace {

json::Value to_value(Clock const& clock) {
  bool const stands_still = clock.state == State::paused;
  bool const answered = clock.metric != Metric::resolution;
  return {
      {"id", clock.id.str()},
      {"case_id", clock.case_id.str()},
      {"customer_id", clock.root.str()},
      {"part_id", clock.part.str()},
      {"metric", name(clock.metric)},
      {"state", name(clock.state)},
      {"policy", clock.policy},
      {"target_minutes", std::chrono::floor<std::chrono::minutes>(clock.target).count()},
      {"calendar", json::or_null(clock.calendar)},
      {"answer", answered ? json::Value(name(clock.answer)) : json::Value()},
      {"pause_while_pending", clock.pauses},
      {"priority", clock.priority},
      {"channel", json::or_null(clock.channel)},
      {"started_at", format_rfc3339(clock.started_at)},
      {"due_at", stands_still ? json::Value() : json::Value(format_rfc3339(clock.due_at))},
      {"at_risk_at", stands_still ? json::Value() : json::Value(format_rfc3339(clock.at_risk_at))},
      {"at_risk_since", json::or_null(clock.at_risk_since)},
      {"breached_at", json::or_null(clock.breached_at)},
      {"ended_at", json::or_null(clock.ended_at)}};
}

}  // namespace

std::vector<std::string> whole(std::vector<Shown> const& clocks) {
  std::vector<std::string> items;
  for (auto const& [clock, history] : clocks) {
    auto value = to_value(clock);
    auto events = json::Value::array();
    for (Occurred const& one : history) {
      events.push_back({{"event", name(one.event)},
                        {"at", format_rfc3339(one.at)},
                        {"due_at", json::or_null(one.due_at)}});
    }
    value["more_history"] = clock.events - static_cast<std::int64_t>(history.size());
    value["history"] = std::move(events);
    items.push_back(json::dump(value));
  }
  return items;
}

std::vector<std::string> brief(std::vector<Shown> const& clocks) {
  std::vector<std::string> items;
  for (auto const& shown : clocks) items.push_back(json::dump(to_value(shown.clock)));
  return items;
}

}  // namespace throughline::sla::wire

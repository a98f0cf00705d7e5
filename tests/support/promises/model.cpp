// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include "support/promises/model.hpp"

#include <algorithm>

namespace throughline::promises {
namespace {

json time_or_null(std::optional<Timestamp> at) {
  return at ? json(format_rfc3339(*at)) : json();
}

/// An absent member is null: documents leave out what is not set.
json member(json const& document, char const* name) {
  auto const found = document.find(name);
  return found == document.end() ? json() : *found;
}

std::string differs(std::string const& what, json const& shown, json const& expected) {
  return what + " is " + shown.dump() + ", not " + expected.dump();
}

std::string fault_in_overdue(Commitment const& expected, Moment const& moment,
                             json const& document) {
  bool const shown = document.value("overdue", false);
  if (shown && !expected.may_be_overdue(moment.now)) return "is overdue before its time";
  if (!shown && expected.must_be_overdue(moment)) return "is not told as overdue";
  return {};
}

/// As fault_in_overdue, for the clock of a case.
std::string fault_in_breach(Problem const& expected, Moment const& moment, json const& document) {
  auto const shown = member(document, "breached_at");
  if (expected.breached_at) {
    auto const known = time_or_null(expected.breached_at);
    return shown == known ? "" : differs("breached_at", shown, known);
  }
  if (!expected.runs() || expected.due_at() > moment.now)
    return shown.is_null() ? "" : "is breached before its time";
  auto const due = json(format_rfc3339(expected.due_at()));
  if (shown.is_null()) return expected.due_at() <= moment.rung ? "is not told as breached" : "";
  return shown == due ? "" : differs("breached_at", shown, due);
}

std::string state_of(Problem const& problem) {
  if (problem.status == "open") return "active";
  return problem.status == "pending" ? "paused" : "fulfilled";
}

std::string fault_in_running(Problem const& expected, Moment const& moment, json const& clock) {
  auto const state = state_of(expected);
  if (clock.at("state") != state) return differs("its state", clock.at("state"), state);
  if (expected.runs() && !expected.breached_at) {
    auto const due = json(format_rfc3339(expected.due_at()));
    if (member(clock, "due_at") != due) return differs("due_at", member(clock, "due_at"), due);
  }
  return fault_in_breach(expected, moment, clock);
}

std::string fault_in_shown(Problem const& expected, Moment const& moment, json const& shown) {
  std::size_t open = 0;
  for (auto const& commitment : expected.commitments) {
    auto const& list = shown.at("commitments");
    auto const found = std::find_if(
        list.begin(), list.end(), [&](json const& item) { return item.at("id") == commitment.id; });
    bool const waits = commitment.status == "open";
    if (waits) ++open;
    if (waits != (found != list.end()))
      return "commitment " + commitment.id + (waits ? " is not shown" : " is shown, settled");
    if (!waits) continue;
    auto const fault = fault_in_overdue(commitment, moment, *found);
    if (!fault.empty()) return "commitment " + commitment.id + " " + fault;
  }
  if (shown.at("commitments").size() != open) return "shows other commitments";
  auto const& clocks = shown.at("sla");
  bool const runs_or_waits = state_of(expected) != "fulfilled";
  if (clocks.size() != (runs_or_waits ? 1U : 0U)) return "shows the clocks " + clocks.dump();
  auto const fault = runs_or_waits ? fault_in_running(expected, moment, clocks[0]) : std::string();
  return fault.empty() ? fault : "the clock: " + fault;
}

}  // namespace

void Problem::catch_up(Timestamp now) {
  if (runs() && !breached_at && due_at() <= now) breached_at = due_at();
}

void Problem::change(std::string const& to, Timestamp now) {
  catch_up(now);
  if (runs()) spent += now - since;
  status = to;
  since = now;
}

std::string fault_in_commitment(Commitment const& expected, Moment const& moment,
                                json const& document) {
  if (document.at("status") != expected.status)
    return differs("its status", document.at("status"), expected.status);
  auto const settled = time_or_null(expected.settled_at);
  if (document.at("settled_at") != settled)
    return differs("settled_at", document.at("settled_at"), settled);
  return fault_in_overdue(expected, moment, document);
}

std::string fault_in_clock(Problem const& expected, Moment const& moment, json const& document) {
  return fault_in_running(expected, moment, document);
}

std::string fault_in_case(Problem const& expected, Moment const& moment, json const& shown) {
  bool const open =
      std::any_of(expected.commitments.begin(), expected.commitments.end(),
                  [](Commitment const& commitment) { return commitment.status == "open"; });
  bool const visible = expected.status != "closed" || open;
  if (visible == shown.is_null()) return visible ? "is not shown" : "is closed and shown";
  return visible ? fault_in_shown(expected, moment, shown) : std::string();
}

}  // namespace throughline::promises

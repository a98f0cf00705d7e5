// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// SLA clocks: target times on a case that run, pause, and are met or breached. They belong to the
// case, so all channels share them. What was promised is in the settings (policies and calendars);
// a clock keeps the promise it began with, whatever the settings say later.
//
// The modules that own cases and interactions tell what happens, under the lock of the customer;
// what comes of it they append to the timeline and record among their own facts.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "throughline/base/actor.hpp"
#include "throughline/base/page.hpp"
#include "throughline/domain/alarms.hpp"
#include "throughline/domain/changes.hpp"
#include "throughline/domain/settings.hpp"
#include "throughline/domain/timeline.hpp"
#include "throughline/platform/http.hpp"
#include "throughline/platform/postgres.hpp"

namespace throughline::sla {

using ClockId = Id<struct SlaClockTag>;

/// first_response: from the customer's first message to the first answer that counts; one of a
/// case. next_response: from the oldest message since then that has no such answer; one for each
/// round. resolution: from the first message of the interaction that opened the case, or from the
/// opening where none had been said, until it is resolved; one of a case, goes on if that reopens.
enum class Metric { first_response, next_response, resolution };
std::string_view name(Metric metric);
std::span<std::string_view const> metric_names();

/// Breaching is no state: a breached clock still runs until it is fulfilled.
enum class State { active, paused, fulfilled, cancelled };
std::string_view name(State state);
std::span<std::string_view const> state_names();

/// What happens to a clock; each a change ("sla.<event>") and an entry of the timeline.
enum class Event {
  activated,
  paused,
  resumed,
  retargeted,  // the case's priority changed: another policy, from the same start
  at_risk,
  fulfilled,
  breached,  // final: the clock keeps the due time that it missed
  cancelled  // nothing is promised any more: resolved without an answer, or no policy fits
};
std::string_view name(Event event);

/// Whose answer counts: a human's alone, or a bot's as well.
enum class Answer { human, any };
std::string_view name(Answer answer);

inline constexpr std::size_t policies_max = 100;
inline constexpr std::size_t calendars_max = 50;
inline constexpr std::size_t blocks_per_day_max = 12;
inline constexpr std::size_t holidays_max = 366;  // of a calendar
inline constexpr int target_weeks_max = 104;      // of a calendar's working time
inline constexpr int at_risk_percent_default = 75;
inline constexpr std::size_t history_max = 50;  // events shown with a clock, the latest

/// A case as its owner knows it under the lock.
struct Case {
  CaseId id;
  CustomerId part;
  CustomerId root;
  std::string status;
  std::string priority;
  Timestamp opened_at;
  std::optional<InteractionId> opened_in;
};

/// What came of it, for the caller's own timeline::append and changes::record.
struct Facts {
  std::vector<timeline::Entry> timeline;
  std::vector<changes::Deed> changes;  // point to the actors that were given
};

/// Whether the tenant has ever set anything here, on its way with other statements. Where it has
/// not, nothing below needs to be called.
class Asked {
 public:
  explicit Asked(postgres::Tx& tx);
  bool any() const;

 private:
  postgres::Answer answer_;
};

/// A case was opened, at `opened_in` if it has one: what was said there counts.
void opened(postgres::Tx& tx, Actor const& actor, Case const& value, Facts& facts);
/// Its status or priority is another now.
void updated(postgres::Tx& tx, Actor const& actor, Case const& before, Case const& after,
             Facts& facts);
/// An interaction was put on it: the customer may wait for an answer there.
void linked(postgres::Tx& tx, Actor const& actor, Case const& value, InteractionId interaction,
            std::string const& channel, Facts& facts);

/// A line of the customer or an agent in an interaction that is on a case.
struct Heard {
  Actor const* actor = nullptr;
  Case value;  // as it is after the line; reopened by it: `reopens`
  bool reopens = false;
  bool customer = false;  // else an agent's
  bool human = false;     // that agent
  Timestamp at;
  std::string channel;
  InteractionId interaction;
};
/// In the order of their commit, over any cases.
void heard(postgres::Tx& tx, std::span<Heard const> lines, Facts& facts);

struct Clock {
  ClockId id;
  CaseId case_id;
  CustomerId part;
  CustomerId root;
  Metric metric = Metric::resolution;
  State state = State::active;
  // The promise, as it was when the clock got it:
  std::int64_t version = 0;  // of the settings
  std::string policy;
  std::string calendar;  // empty: around the clock
  std::chrono::seconds target{0};
  int at_risk_percent = at_risk_percent_default;
  Answer answer = Answer::human;
  bool pauses = false;
  std::string priority;  // of the case then
  std::string channel;   // where it started; empty: on none
  // Its course:
  Timestamp started_at;
  Timestamp target_since;  // the present target holds since then
  Timestamp due_at;        // while it stands still: as it was when it last ran
  Timestamp at_risk_at;
  std::optional<Timestamp> at_risk_since;  // it was told to be at risk
  std::optional<Timestamp> breached_at;
  std::optional<Timestamp> ended_at;  // fulfilled or cancelled
  std::vector<Timestamp> pauses_at;   // stood still from the first to the second, and so on
  std::int64_t events = 0;            // happened to it
  bool operator==(Clock const&) const = default;
};

/// One event of a clock.
struct Occurred {
  Event event;
  Timestamp at;                     // when it happened, which may lie before it was known
  std::optional<Timestamp> due_at;  // as the event left it; none while it stands still
};
struct Shown {
  Clock clock;
  std::vector<Occurred> history;  // the latest history_max, oldest first; lists have none
};
/// The clocks of a case, the latest started first. Throws not_found for an unknown case.
Page<Shown> of_case(postgres::Tx& tx, CaseId id, PageRequest const& page);

struct Filter {
  std::optional<std::string> state, metric;
  std::optional<bool> breached;
  std::optional<Timestamp> due_before;  // due_at < due_before
  std::optional<CustomerId> customer;   // by any of its ids, over all its parts
};
/// The clocks of all cases, the soonest due first.
Page<Shown> list(postgres::Tx& tx, Filter const& filter, PageRequest const& page);

/// sla_at_risk and sla_breach.
std::vector<alarms::Handler> alarms();

/// The section `sla`: policies and calendars.
settings::Section settings_section();

/// GET /v1/cases/{id}/sla · GET /v1/sla?state=&metric=&breached=&due_before=&customer_id=
std::vector<http::Route> routes();

}  // namespace throughline::sla

// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// What a tenant promises: its policies and calendars, as one version of its settings holds them.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "domain/sla/calendar.hpp"
#include "throughline/domain/sla.hpp"

namespace throughline::sla {

struct Policy {
  std::string name;
  Metric metric = Metric::resolution;
  std::chrono::minutes target{0};
  int at_risk_percent = at_risk_percent_default;  // of the target, when the clock is at risk
  Answer answer = Answer::human;                  // of the two that wait for one
  bool pauses = false;                            // while the case is pending
  std::string calendar;                           // empty: around the clock
  // Empty: any.
  std::vector<std::string> priorities;
  std::vector<std::string> tiers;
  std::vector<std::string> channels;
};

/// What a policy is chosen by.
struct Circumstances {
  std::string_view priority;
  std::string_view tier;     // empty: none, which no list of tiers holds
  std::string_view channel;  // likewise
};

struct Book {
  std::int64_t version = 0;  // of the settings; 0: nothing was ever set
  std::string said;          // what it was read from
  std::map<std::string, Calendar, std::less<>> calendars;
  std::vector<Policy> policies;  // the first that fits counts

  /// Null if none fits.
  Policy const* find(Metric metric, Circumstances const& by) const;
  /// Whether any policy asks for the customer's tier.
  bool asks_for_tier() const;
};

/// The moment by which so much time has passed for a clock that runs from `start` and stood still
/// from each first of `pauses` to the next; if it stands still then, nullopt. `calendar`: null
/// counts all time.
std::optional<Timestamp> moment_of(Calendar const* calendar, Timestamp start,
                                   std::vector<Timestamp> const& pauses,
                                   std::chrono::microseconds amount);

}  // namespace throughline::sla

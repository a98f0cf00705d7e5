// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include "domain/sla/book.hpp"

#include <algorithm>
#include <optional>

namespace throughline::sla {
namespace {

using std::chrono::microseconds;

bool allows(std::vector<std::string> const& list, std::string_view word) {
  return list.empty() || std::find(list.begin(), list.end(), word) != list.end();
}

/// All time, or that of a calendar.
struct Course {
  explicit Course(Calendar const* calendar) {
    if (calendar != nullptr) business.emplace(*calendar);
  }
  Timestamp after(Timestamp from, microseconds amount) const {
    return business ? business->after(from, amount) : from + amount;
  }
  microseconds between(Timestamp from, Timestamp to) const {
    if (business) return business->between(from, to);
    return std::max(microseconds(0), to - from);
  }
  std::optional<BusinessTime> business;
};

}  // namespace

Policy const* Book::find(Metric metric, Circumstances const& by) const {
  auto const found = std::find_if(policies.begin(), policies.end(), [&](Policy const& policy) {
    return policy.metric == metric && allows(policy.priorities, by.priority) &&
           allows(policy.tiers, by.tier) && allows(policy.channels, by.channel);
  });
  return found == policies.end() ? nullptr : &*found;
}

bool Book::asks_for_tier() const {
  return std::any_of(policies.begin(), policies.end(),
                     [](Policy const& policy) { return !policy.tiers.empty(); });
}

std::optional<Timestamp> moment_of(Calendar const* calendar, Timestamp start,
                                   std::vector<Timestamp> const& pauses, microseconds amount) {
  Course const course(calendar);
  Timestamp runs_since = start;
  for (std::size_t i = 0; i < pauses.size(); i += 2) {
    auto const passed = course.between(runs_since, pauses[i]);
    if (passed >= amount) break;
    amount -= passed;
    if (i + 1 == pauses.size()) return std::nullopt;
    runs_since = std::max(runs_since, pauses[i + 1]);
  }
  return course.after(runs_since, amount);
}

}  // namespace throughline::sla

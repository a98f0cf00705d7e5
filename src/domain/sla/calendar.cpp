// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include "domain/sla/calendar.hpp"

#include <algorithm>
#include <stdexcept>

namespace throughline::sla {
namespace {

using std::chrono::days;
using std::chrono::microseconds;
using LocalTime = std::chrono::local_time<microseconds>;

Zone zone_of(Calendar const& calendar) {
  auto zone = Zone::find(calendar.time_zone);
  if (!zone) throw std::runtime_error("no time zone " + calendar.time_zone + " on this machine");
  return *std::move(zone);
}

}  // namespace

std::chrono::minutes Calendar::weekly() const {
  std::chrono::minutes sum{0};
  for (auto const& day : week) {
    for (Block const& block : day) sum += block.to - block.from;
  }
  return sum;
}

BusinessTime::BusinessTime(Calendar const& calendar)
    : calendar_(calendar), zone_(zone_of(calendar)) {
  if (calendar_.weekly() <= std::chrono::minutes(0))
    throw std::logic_error("a calendar without working time never comes to an end");
}

std::vector<Block> const& BusinessTime::hours_of(std::chrono::local_days day) const {
  static std::vector<Block> const none;
  auto const& off = calendar_.holidays;
  auto const found = std::lower_bound(
      off.begin(), off.end(), day,
      [](Holiday const& holiday, std::chrono::local_days date) { return holiday.date < date; });
  if (found != off.end() && found->date == day) return none;
  return calendar_.week[std::chrono::weekday(day).iso_encoding() - 1];
}

/// Calls `visit` with each stretch that counts, from a moment on and in order, while it returns
/// true. Between two changes of the zone's offset, time on the wall runs as time does: blocks are
/// cut to such a period first, and only then told in UTC.
template <class Visit>
void BusinessTime::walk(Timestamp from, Visit visit) const {
  for (auto period = zone_.at(from);; from = *period.until, period = zone_.at(from)) {
    auto const wall = [&](Timestamp at) {
      return LocalTime(at.time_since_epoch() + period.offset);
    };
    auto const utc = [&](LocalTime at) { return Timestamp(at.time_since_epoch() - period.offset); };
    auto const begin = wall(from);
    auto const end = period.until ? wall(*period.until) : LocalTime::max();
    for (auto day = std::chrono::floor<days>(begin); day < end; day += days(1)) {
      for (Block const& block : hours_of(day)) {
        LocalTime const opens = std::max<LocalTime>(day + block.from, begin);
        LocalTime const closes = std::min<LocalTime>(day + block.to, end);
        if (opens < closes && !visit(utc(opens), utc(closes))) return;
      }
    }
  }
}

Timestamp BusinessTime::after(Timestamp from, microseconds amount) const {
  if (amount <= microseconds(0)) return from;
  Timestamp reached = from;
  walk(from, [&](Timestamp opens, Timestamp closes) {
    reached = opens + std::min(amount, closes - opens);
    amount -= reached - opens;
    return amount > microseconds(0);
  });
  return reached;
}

microseconds BusinessTime::between(Timestamp from, Timestamp to) const {
  microseconds sum{0};
  if (to <= from) return sum;
  walk(from, [&](Timestamp opens, Timestamp closes) {
    if (opens < to) sum += std::min(closes, to) - opens;
    return closes < to;
  });
  return sum;
}

}  // namespace throughline::sla

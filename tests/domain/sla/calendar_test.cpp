// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// Business time against a slow oracle that looks at every minute, with another reader of the time
// zones: the C library's.
#include "domain/sla/calendar.hpp"

#include <catch2/catch.hpp>
#include <cstdlib>
#include <ctime>
#include <random>

#include "support/seed.hpp"

namespace throughline::sla {
namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::microseconds;
using std::chrono::minutes;
using std::chrono::seconds;

Timestamp at(char const* text) {
  return parse_rfc3339(text).value();
}
std::chrono::local_days date(int year, unsigned month, unsigned day) {
  return std::chrono::local_days(std::chrono::year(year) / month / day);
}

Calendar every_day(std::string zone, std::vector<Block> blocks) {
  Calendar calendar;
  calendar.time_zone = std::move(zone);
  calendar.week.fill(blocks);
  return calendar;
}

/// Nine to five from Monday to Friday.
Calendar office(std::string zone) {
  auto calendar = every_day(std::move(zone), {{hours(9), hours(17)}});
  calendar.week[5].clear();
  calendar.week[6].clear();
  return calendar;
}

/// What the C library's clock on the wall shows.
class Wall {
 public:
  explicit Wall(std::string const& zone) {
    if (auto const* before = std::getenv("TZ")) before_ = before;
    setenv("TZ", zone.c_str(), 1);
    tzset();
  }
  ~Wall() {
    if (before_.empty()) {
      unsetenv("TZ");
    } else {
      setenv("TZ", before_.c_str(), 1);
    }
    tzset();
  }
  std::tm shows(Timestamp moment) const {
    auto const second = std::chrono::floor<seconds>(moment).time_since_epoch().count();
    std::time_t const time = second;
    std::tm shown{};
    localtime_r(&time, &shown);
    return shown;
  }

 private:
  std::string before_;
};

bool counts(Calendar const& calendar, Wall const& wall, Timestamp moment) {
  std::tm const shown = wall.shows(moment);
  auto const day = date(shown.tm_year + 1900, static_cast<unsigned>(shown.tm_mon + 1),
                        static_cast<unsigned>(shown.tm_mday));
  for (Holiday const& off : calendar.holidays) {
    if (off.date == day) return false;
  }
  auto const time = hours(shown.tm_hour) + minutes(shown.tm_min);
  for (Block const& block : calendar.week[static_cast<std::size_t>((shown.tm_wday + 6) % 7)]) {
    if (block.from <= time && time < block.to) return true;
  }
  return false;
}

minutes slowly_between(Calendar const& calendar, Timestamp from, Timestamp to) {
  Wall const wall(calendar.time_zone);
  minutes sum{0};
  for (; from < to; from += minutes(1)) sum += minutes(counts(calendar, wall, from) ? 1 : 0);
  return sum;
}

Timestamp slowly_after(Calendar const& calendar, Timestamp from, minutes amount) {
  Wall const wall(calendar.time_zone);
  while (amount > minutes(0)) {
    if (counts(calendar, wall, from)) --amount;
    from += minutes(1);
  }
  return from;
}

TEST_CASE("business time: a day's work and what lies between", "[sla]") {
  BusinessTime const time(office("UTC"));
  // 2026-11-20 is a Friday.
  CHECK(time.after(at("2026-11-20T10:00:00Z"), hours(2)) == at("2026-11-20T12:00:00Z"));
  CHECK(time.after(at("2026-11-20T16:30:00Z"), hours(1)) == at("2026-11-23T09:30:00Z"));
  CHECK(time.after(at("2026-11-21T08:00:00Z"), minutes(1)) == at("2026-11-23T09:01:00Z"));
  // What ends with the day is due that evening, not the next morning.
  CHECK(time.after(at("2026-11-20T16:00:00Z"), hours(1)) == at("2026-11-20T17:00:00Z"));
  CHECK(time.after(at("2026-11-21T08:00:00Z"), microseconds(0)) == at("2026-11-21T08:00:00Z"));
  CHECK(time.between(at("2026-11-20T16:00:00Z"), at("2026-11-23T10:00:00Z")) == hours(2));
  CHECK(time.between(at("2026-11-21T16:00:00Z"), at("2026-11-22T10:00:00Z")) == hours(0));
  CHECK(time.between(at("2026-11-23T10:00:00Z"), at("2026-11-20T16:00:00Z")) == hours(0));
  CHECK(time.after(at("2026-11-20T16:59:59.5Z"), seconds(1)) == at("2026-11-23T09:00:00.5Z"));
}

TEST_CASE("business time: several blocks a day, holidays, and midnight", "[sla]") {
  auto calendar = every_day("Europe/Berlin",
                            {{hours(0), hours(2)}, {hours(9), hours(12)}, {hours(22), hours(24)}});
  BusinessTime const time(calendar);
  CHECK(time.after(at("2026-11-20T10:30:00Z"), hours(1)) == at("2026-11-20T21:30:00Z"));
  // Over midnight in Berlin, 23:00 UTC, work goes on without a break.
  CHECK(time.after(at("2026-11-20T21:00:00Z"), hours(4)) == at("2026-11-21T01:00:00Z"));
  calendar.holidays = {{date(2026, 11, 21), "a day off"}};
  CHECK(BusinessTime(calendar).after(at("2026-11-20T21:00:00Z"), hours(4)) ==
        at("2026-11-22T01:00:00Z"));
}

TEST_CASE("business time: the day on which clocks are put forward is an hour short", "[sla]") {
  BusinessTime const nights(every_day("Europe/Berlin", {{hours(1), hours(5)}}));
  // 2026-03-29, 02:00 becomes 03:00 at 01:00 UTC.
  CHECK(nights.between(at("2026-03-28T23:00:00Z"), at("2026-03-29T22:00:00Z")) == hours(3));
  CHECK(nights.after(at("2026-03-29T00:00:00Z"), hours(2)) == at("2026-03-29T02:00:00Z"));
  BusinessTime const gone(every_day("Europe/Berlin", {{hours(2), hours(3)}}));
  CHECK(gone.after(at("2026-03-28T20:00:00Z"), minutes(1)) == at("2026-03-30T00:01:00Z"));
  BusinessTime const from_within(every_day("Europe/Berlin", {{minutes(150), hours(4)}}));
  CHECK(from_within.after(at("2026-03-28T20:00:00Z"), minutes(5)) == at("2026-03-29T01:05:00Z"));
}

TEST_CASE("business time: the hour that comes twice counts twice", "[sla]") {
  BusinessTime const nights(every_day("America/New_York", {{hours(0), hours(4)}}));
  // 2026-11-01, 02:00 becomes 01:00 at 06:00 UTC.
  CHECK(nights.between(at("2026-11-01T03:00:00Z"), at("2026-11-02T03:00:00Z")) == hours(5));
  CHECK(nights.after(at("2026-11-01T04:00:00Z"), hours(3)) == at("2026-11-01T07:00:00Z"));
  BusinessTime const half(every_day("America/New_York", {{hours(0), minutes(90)}}));
  // Until half past one, and again from one to half past one.
  CHECK(half.between(at("2026-11-01T03:00:00Z"), at("2026-11-02T03:00:00Z")) == hours(2));
  CHECK(half.after(at("2026-11-01T04:00:00Z"), minutes(100)) == at("2026-11-01T06:10:00Z"));
}

TEST_CASE("business time: only names of zones are looked up", "[sla]") {
  for (auto const* name : {"UTC", "Europe/Berlin", "America/Argentina/Buenos_Aires", "Etc/GMT+5"}) {
    INFO(name);
    CHECK(Zone::find(name));
  }
  for (auto const* name :
       {"", "/etc/localtime", "Europe/../UTC", "Europe/", "Europe", "localtime", "Mars/Olympus",
        "right/UTC", "posix/UTC", "Fixed/UTC+01:00:00", "libc:localtime", "UTC\n", "zone.tab"}) {
    INFO(name);
    CHECK_FALSE(Zone::find(name));
  }
  CHECK_THROWS_AS(BusinessTime(office("Mars/Olympus")), std::runtime_error);
  CHECK_THROWS_AS(BusinessTime(every_day("UTC", {})), std::logic_error);
}

TEST_CASE("business time: what a looker at every minute finds", "[sla]") {
  std::mt19937_64 random(test::seed("business time"));
  auto const below = [&](int end) { return std::uniform_int_distribution(0, end - 1)(random); };
  // Half hours off, changes at midnight, changes of half an hour, southern summers, none at all.
  char const* const zones[] = {"UTC",
                               "Europe/Berlin",
                               "America/New_York",
                               "Australia/Lord_Howe",
                               "America/St_Johns",
                               "Asia/Kolkata",
                               "America/Santiago",
                               "Africa/Cairo",
                               "Pacific/Chatham",
                               "Atlantic/Azores"};
  // Weeks around changes, and any others.
  Timestamp const around[] = {at("2026-03-08T07:00:00Z"), at("2026-03-29T01:00:00Z"),
                              at("2026-04-05T03:00:00Z"), at("2026-04-24T22:00:00Z"),
                              at("2026-09-06T04:00:00Z"), at("2026-10-04T15:30:00Z"),
                              at("2026-10-25T01:00:00Z"), at("2026-11-01T06:00:00Z")};
  for (int round = 0; round < 300; ++round) {
    Calendar calendar;
    calendar.time_zone = zones[below(std::size(zones))];
    for (auto& day : calendar.week) {
      int from = below(8) * 45;
      for (int blocks = below(4); blocks > 0 && from < 1440; --blocks) {
        int const to = std::min(1440, from + 15 * (1 + below(40)));
        day.push_back({minutes(from), minutes(to)});
        from = to + 15 * below(12);  // at times right behind the one before
      }
    }
    if (calendar.weekly() == minutes(0)) calendar.week[below(7)] = {{hours(2), hours(3)}};
    Timestamp const start = around[below(std::size(around))] - days(4) + minutes(below(5 * 1440));
    for (int off = 0; off < 10; ++off) {
      auto const day = std::chrono::floor<days>(start) + days(off);
      if (below(4) == 0)
        calendar.holidays.push_back({std::chrono::local_days(day.time_since_epoch()), {}});
    }
    BusinessTime const time(calendar);
    Timestamp const end = start + minutes(below(8 * 1440));
    INFO(calendar.time_zone << " from " << format_rfc3339(start) << " to " << format_rfc3339(end));
    auto const passed = time.between(start, end);
    CHECK(passed == slowly_between(calendar, start, end));
    minutes const amount(1 + below(4000));
    auto const due = time.after(start, amount);
    CHECK(due == slowly_after(calendar, start, amount));
    // The two are each other's inverse, and what is split adds up.
    CHECK(time.between(start, due) == amount);
    auto const middle = start + (end - start) / 3;
    CHECK(time.between(start, middle) + time.between(middle, end) == passed);
  }
}

}  // namespace
}  // namespace throughline::sla

// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// What happens on a case, and what its clocks make of it.
#include "domain/sla/watch.hpp"

#include <catch2/catch.hpp>
#include <random>

#include "support/seed.hpp"

namespace throughline::sla {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using Lines = std::vector<std::string>;

Timestamp at(int minute) {
  return Timestamp() + hours(24 * 365) + minutes(minute);
}
int minute_of(Timestamp moment) {
  return static_cast<int>(std::chrono::floor<minutes>(moment - at(0)).count());
}

Policy policy(char const* name, Metric metric, int target) {
  Policy one;
  one.name = name;
  one.metric = metric;
  one.target = minutes(target);
  one.pauses = metric == Metric::resolution;
  return one;
}

struct Fixture {
  Book book;
  Books books{[this](std::optional<std::int64_t>) { return book; },
              [](CustomerId) { return std::string("gold"); }};
  std::optional<Watch> watch;

  Fixture() {
    book.version = 1;
    book.policies = {policy("first", Metric::first_response, 10),
                     policy("next", Metric::next_response, 20),
                     policy("solve", Metric::resolution, 100)};
  }
  Watch& open() {
    Talk talk;
    talk.started_at = at(0);
    Case value{};
    value.status = "open";
    value.priority = "normal";
    watch.emplace(value, talk, std::vector<Clock>{}, books);
    watch->open();
    return *watch;
  }
  /// "first_response breached 10": what has happened since it was asked last, and when.
  Lines steps() {
    Lines told;
    for (auto const& [place, seq, occurred] : watch->take_steps()) {
      Clock const& clock = watch->clocks()[place];
      std::string line(name(clock.metric));
      line.append(" ").append(name(occurred.event)).append(" ");
      line += std::to_string(minute_of(occurred.at));
      if (occurred.due_at) line += " due " + std::to_string(minute_of(*occurred.due_at));
      told.push_back(line);
    }
    return told;
  }
};

TEST_CASE_METHOD(Fixture, "sla: an answer in time fulfils, the next message starts a round",
                 "[sla]") {
  open();
  CHECK(steps() == Lines{"resolution activated 0 due 100"});
  watch->hear(at(1), "chat");
  CHECK(steps() == Lines{"first_response activated 1 due 11"});
  watch->hear(at(2), "voice");
  CHECK(steps().empty());  // another channel, the same clock
  watch->answer(false, at(3));
  CHECK(steps().empty());  // a bot's answer does not count
  watch->answer(true, at(4));
  CHECK(steps() == Lines{"first_response fulfilled 4"});
  watch->answer(true, at(5));
  CHECK(steps().empty());
  watch->hear(at(30), "chat");
  CHECK(steps() == Lines{"next_response activated 30 due 50"});
  watch->answer(true, at(49));
  CHECK(steps() == Lines{"next_response at_risk 45 due 50", "next_response fulfilled 49"});
  watch->move("resolved", at(60));
  CHECK(steps() == Lines{"resolution fulfilled 60"});
}

TEST_CASE_METHOD(Fixture, "sla: any answer counts where the policy says so", "[sla]") {
  book.policies[0].answer = Answer::any;
  open();
  watch->answer(false, at(0));  // a greeting answers nobody
  watch->hear(at(1), "chat");
  watch->answer(false, at(2));
  CHECK(steps() == Lines{"resolution activated 0 due 100", "first_response activated 1 due 11",
                         "first_response fulfilled 2"});
  // No human has answered yet: that round goes on for the policy that asks for one.
  watch->hear(at(3), "chat");
  CHECK(steps().empty());
  watch->answer(true, at(4));
  watch->hear(at(5), "chat");
  CHECK(steps() == Lines{"next_response activated 5 due 25"});
}

TEST_CASE_METHOD(Fixture, "sla: a clock breaches at the very moment, once, and for good", "[sla]") {
  open();
  watch->hear(at(0), "chat");
  steps();
  watch->pass(at(10) - std::chrono::microseconds(1));
  CHECK(steps() == Lines{"first_response at_risk 7 due 10"});
  watch->pass(at(10));
  watch->pass(at(11));
  CHECK(steps() == Lines{"first_response breached 10 due 10"});
  watch->answer(true, at(12));
  CHECK(steps() == Lines{"first_response fulfilled 12"});
  CHECK(watch->clocks()[1].breached_at == at(10));
  CHECK(watch->clocks()[1].due_at == at(10));
}

TEST_CASE_METHOD(Fixture, "sla: what nobody noticed in time is told when it is noticed", "[sla]") {
  open();
  watch->hear(at(0), "chat");
  steps();
  watch->answer(true, at(10));  // at the moment itself is late
  CHECK(steps() == Lines{"first_response at_risk 7 due 10", "first_response breached 10 due 10",
                         "first_response fulfilled 10"});
}

TEST_CASE_METHOD(Fixture, "sla: time stands still while the case is pending", "[sla]") {
  open();
  watch->hear(at(0), "chat");
  steps();
  watch->move("pending", at(5));
  CHECK(steps() == Lines{"resolution paused 5"});  // who waits for an answer goes on waiting
  watch->pass(at(500));
  CHECK(steps() == Lines{"first_response at_risk 7 due 10", "first_response breached 10 due 10"});
  watch->move("open", at(505));
  CHECK(steps() == Lines{"resolution resumed 505 due 600"});
  watch->move("pending", at(510));
  watch->move("resolved", at(520));
  CHECK(steps() ==
        Lines{"resolution paused 510", "resolution fulfilled 520", "first_response cancelled 520"});
  watch->move("pending", at(600));
  CHECK(steps() == Lines{"resolution resumed 600 due 690", "resolution paused 600"});
  watch->move("open", at(700));
  CHECK(steps() == Lines{"resolution resumed 700 due 790"});
}

TEST_CASE_METHOD(Fixture, "sla: a response stands still too where its policy says so", "[sla]") {
  book.policies[0].pauses = true;
  open();
  watch->move("pending", at(0));
  watch->hear(at(1), "chat");
  CHECK(steps() == Lines{"resolution activated 0 due 100", "resolution paused 0",
                         "first_response activated 1 due 11", "first_response paused 1"});
  watch->move("open", at(50));
  CHECK(steps() == Lines{"resolution resumed 50 due 150", "first_response resumed 50 due 60"});
}

TEST_CASE_METHOD(Fixture, "sla: a reopened case's clock goes on where it stood", "[sla]") {
  open();
  watch->hear(at(0), "chat");
  watch->move("resolved", at(8));
  CHECK(steps() == Lines{"resolution activated 0 due 100", "first_response activated 0 due 10",
                         "resolution fulfilled 8", "first_response at_risk 7 due 10",
                         "first_response cancelled 8"});
  watch->hear(at(9), "chat");
  CHECK(steps().empty());  // resolved: whoever reopens it says so first
  watch->move("open", at(1000));
  watch->hear(at(1000), "email");
  CHECK(steps() ==
        Lines{"resolution resumed 1000 due 1092", "first_response activated 1000 due 1010"});
  watch->move("closed", at(1005));
  watch->pass(at(9999));
  CHECK(steps() == Lines{"resolution fulfilled 1005", "first_response cancelled 1005"});
}

TEST_CASE_METHOD(Fixture, "sla: another priority re-targets from the same start", "[sla]") {
  auto urgent = policy("fast", Metric::resolution, 50);
  urgent.priorities = {"urgent"};
  auto faster = policy("soon", Metric::first_response, 5);
  faster.priorities = {"urgent"};
  book.policies.insert(book.policies.begin(), {urgent, faster});
  book.policies[4].priorities = {"normal", "high"};
  open();
  watch->hear(at(0), "chat");
  steps();
  watch->prioritise("high", at(1));
  CHECK(steps().empty());  // the same policy
  watch->prioritise("urgent", at(20));
  // The response was too late already; the new target is missed when it comes to hold.
  CHECK(steps() == Lines{"resolution retargeted 20 due 50", "first_response at_risk 7 due 10",
                         "first_response breached 10 due 10"});
  watch->pass(at(40));
  CHECK(steps() == Lines{"resolution at_risk 37 due 50"});
  watch->prioritise("normal", at(41));
  CHECK(steps() == Lines{"resolution retargeted 41 due 100"});
  CHECK_FALSE(watch->clocks()[0].at_risk_since);  // not any more
  watch->prioritise("low", at(42));
  CHECK(steps() == Lines{"resolution cancelled 42"});  // no policy fits
  watch->prioritise("urgent", at(60));
  watch->pass(at(61));
  CHECK(steps() == Lines{"resolution activated 60 due 50", "resolution at_risk 60 due 50",
                         "resolution breached 60 due 50"});
}

TEST_CASE_METHOD(Fixture,
                 "sla: a priority that changed while it was resolved holds when it reopens",
                 "[sla]") {
  auto urgent = policy("fast", Metric::resolution, 50);
  urgent.priorities = {"urgent"};
  book.policies.insert(book.policies.begin(), urgent);
  open();
  watch->move("resolved", at(20));
  watch->prioritise("urgent", at(30));
  watch->move("open", at(100));
  CHECK(steps() == Lines{"resolution activated 0 due 100", "resolution fulfilled 20",
                         "resolution resumed 100 due 180", "resolution retargeted 100 due 130"});
}

TEST_CASE_METHOD(Fixture, "sla: a target that had run out when it came to hold is missed then",
                 "[sla]") {
  auto urgent = policy("fast", Metric::resolution, 10);
  urgent.priorities = {"urgent"};
  book.policies.insert(book.policies.begin(), urgent);
  open();
  watch->move("pending", at(20));
  watch->prioritise("urgent", at(30));
  CHECK(steps() == Lines{"resolution activated 0 due 100", "resolution paused 20",
                         "resolution retargeted 30", "resolution breached 30"});
  watch->move("open", at(40));
  CHECK(steps() == Lines{"resolution resumed 40 due 10"});
}

TEST_CASE_METHOD(Fixture, "sla: a clock keeps its promise whatever the settings say later",
                 "[sla]") {
  open();
  Book const before = book;
  auto clocks = watch->clocks();
  book.policies.clear();
  book.version = 2;
  Books later([&](std::optional<std::int64_t> version) { return version ? before : book; },
              [](CustomerId) { return std::string(); });
  Case value{};
  value.status = "open";
  value.priority = "normal";
  Watch again(value, watch->talk(), clocks, later);
  again.hear(at(1), "chat");  // nothing is promised for this
  again.move("pending", at(50));
  again.move("open", at(60));
  CHECK(again.clocks().size() == 1);
  CHECK(again.clocks()[0].due_at == at(110));
}

TEST_CASE_METHOD(Fixture, "sla: a clock breaches when a looker at every minute says so", "[sla]") {
  std::mt19937_64 random(test::seed("sla clocks"));
  auto const below = [&](int end) { return std::uniform_int_distribution(0, end - 1)(random); };
  for (int round = 0; round < 300; ++round) {
    int const target = 1 + below(120);
    book.policies = {policy("solve", Metric::resolution, target)};
    bool const office_hours = below(2) == 0;
    if (office_hours) {
      Calendar calendar;
      calendar.time_zone = "UTC";
      calendar.week.fill({{hours(0), minutes(25)}, {minutes(40), hours(2)}, {hours(5), hours(24)}});
      book.calendars["office"] = calendar;
      book.policies[0].calendar = "office";
    }
    book.version = 10 + round;
    Fixture fresh;
    fresh.book = book;
    Watch& clock = fresh.open();
    std::string status = "open";
    int counted = 0;
    std::optional<int> breached;
    for (int minute = 0; minute < 600; ++minute) {
      if (below(15) == 0) {
        status = std::array{"open", "pending", "resolved"}[static_cast<std::size_t>(below(3))];
        clock.move(status, at(minute));
      }
      // What counts is the minute that begins now.
      int const of_day = minute % 1440;
      bool const works =
          !office_hours || of_day < 25 || (of_day >= 40 && of_day < 120) || of_day >= 300;
      if (status == "open" && works && ++counted == target && !breached) breached = minute + 1;
      if (below(3) == 0) clock.pass(at(minute + 1));  // whenever somebody looks
    }
    clock.pass(at(600));
    INFO("target " << target << (office_hours ? " of office hours" : ""));
    std::optional<int> found;
    if (clock.clocks()[0].breached_at) found = minute_of(*clock.clocks()[0].breached_at);
    if (breached && *breached == 600 && status != "open") breached.reset();
    CHECK(found == breached);
  }
}

}  // namespace
}  // namespace throughline::sla

// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// Clocks of cases, by what is said and done on them.
#include <algorithm>
#include <catch2/catch.hpp>
#include <thread>

#include "domain/sla/floor.hpp"
#include "throughline/domain/context.hpp"
#include "throughline/domain/timeline.hpp"

namespace throughline::sla {
namespace {

using support::error_of;

TEST_CASE_METHOD(Floor, "sla: a tenant that promises nothing has no clocks", "[sla]") {
  customer_says();
  auto const id = open_case();
  human_says();
  move_to(id, "pending");
  prioritise(id, "urgent");
  move_to(id, "resolved");
  customer_says();
  CHECK(status_of(id) == "open");
  CHECK(clocks(id).empty());
  CHECK(told().empty());
  for (auto const* table : {"sla_clocks", "sla_talks", "sla_events", "sla_books"}) {
    CHECK(rows_of(table) == 0);
  }
}

TEST_CASE_METHOD(Floor, "sla: clocks start at the first message of the opening interaction",
                 "[sla]") {
  promise();
  says(call, "agent", bot);  // a greeting
  wait(minutes(1));
  customer_says();
  wait(minutes(2));
  says(call, "agent", bot);
  auto const id = open_case();
  CHECK(history(id, Metric::resolution) == Lines{"activated 1 due 101"});
  CHECK(history(id, Metric::first_response) == Lines{"activated 1 due 11"});
  CHECK(clock(id, Metric::first_response).clock.channel == "email");
  wait(minutes(3));
  human_says();
  CHECK(history(id, Metric::first_response) == Lines{"activated 1 due 11", "fulfilled 6"});
  wait(minutes(1));
  customer_says();
  CHECK(history(id, Metric::next_response) == Lines{"activated 7 due 27"});
  wait(minutes(1));
  human_says();
  move_to(id, "resolved");
  CHECK(told() == Lines{"sla.activated", "sla.activated", "sla.fulfilled", "sla.activated",
                        "sla.fulfilled", "sla.fulfilled"});
  CHECK(support::alarms_set(database, tenant) == 1);  // of the case's age
}

TEST_CASE_METHOD(Floor, "sla: what was answered before the case was opened counts", "[sla]") {
  promise({{"policies",
            {policy("first_response", 10, {{"answer", "any"}}), policy("next_response", 20),
             policy("resolution", 100)}}});
  customer_says();
  wait(minutes(1));
  says(call, "agent", bot);
  wait(minutes(1));
  human_says();
  wait(minutes(1));
  customer_says();
  auto const id = open_case();
  CHECK(history(id, Metric::first_response) == Lines{"activated 0 due 10", "fulfilled 1"});
  CHECK(history(id, Metric::next_response) == Lines{"activated 3 due 23"});
}

TEST_CASE_METHOD(Floor, "sla: where nothing was said, a resolution counts from the opening",
                 "[sla]") {
  promise();
  auto const id = open_case();
  CHECK(history(id, Metric::resolution) == Lines{"activated 0 due 100"});
  CHECK(clocks(id).size() == 1);
  wait(minutes(5));
  customer_says();
  CHECK(history(id, Metric::first_response) == Lines{"activated 5 due 15"});
  auto const other = open_case_of(customer_of(call));
  CHECK(history(other, Metric::resolution) == Lines{"activated 5 due 105"});
  CHECK(clock(other, Metric::resolution).clock.channel.empty());
}

TEST_CASE_METHOD(Floor, "sla: a switch of channel never restarts a clock", "[sla]") {
  promise();
  customer_says();
  auto const id = open_case();
  wait(minutes(4));
  auto const chat = call_from("+19776252661", "chat");
  says(chat, "customer");
  interactions::Patch onto;
  onto.case_id = std::optional(id);
  write([&](Tx& tx) { interactions::update(tx, actor, chat, onto, {}); });
  says(chat, "customer");
  CHECK(history(id, Metric::first_response) == Lines{"activated 0 due 10"});
  says(chat, "agent", human);
  CHECK(history(id, Metric::first_response) == Lines{"activated 0 due 10", "fulfilled 4"});
}

TEST_CASE_METHOD(Floor, "sla: who waits in an interaction that is put on a case waits there",
                 "[sla]") {
  promise();
  customer_says();
  auto const id = open_case();
  human_says();
  wait(minutes(30));
  auto const chat = call_from("+19776252661", "chat");
  says(chat, "customer");
  wait(minutes(1));
  interactions::Patch onto;
  onto.case_id = std::optional(id);
  write([&](Tx& tx) { interactions::update(tx, actor, chat, onto, {}); });
  CHECK(history(id, Metric::next_response) == Lines{"activated 30 due 50"});
  CHECK(clock(id, Metric::next_response).clock.channel == "chat");
}

TEST_CASE_METHOD(Floor, "sla: business hours, zones, holidays and summer time", "[sla]") {
  Json const nine_to_five = Json::array({{{"from", "09:00"}, {"to", "17:00"}}});
  Json hours_of = Json::object();
  for (auto const* day : {"monday", "tuesday", "wednesday", "thursday", "friday"})
    hours_of[day] = nine_to_five;
  promise({{"calendars",
            {{"berlin",
              {{"time_zone", "Europe/Berlin"},
               {"hours", hours_of},
               {"holidays", {{{"date", "2026-11-23"}}}}}}}},
           {"policies", {policy("resolution", 60, {{"calendar", "berlin"}})}}});
  // A Saturday, and the Monday is a holiday: Tuesday, ten o'clock in winter.
  auto const id = open_case();
  CHECK(clock(id, Metric::resolution).clock.due_at == parse_rfc3339("2026-11-24T09:00:00Z"));
  auto const due_of = [&](char const* opened_at) {
    auto const told = open_case_of(customer_of(call), parse_rfc3339(opened_at));
    return clock(told, Metric::resolution).clock.due_at;
  };
  // Half past four on the Friday before clocks are put forward: half past nine on the Monday. And
  // before they are put back.
  CHECK(due_of("2026-03-27T15:30:00Z") == parse_rfc3339("2026-03-30T07:30:00Z"));
  CHECK(due_of("2026-10-23T14:30:00Z") == parse_rfc3339("2026-10-26T08:30:00Z"));
}

TEST_CASE_METHOD(Floor, "sla: a pending case's clock pauses, and rings no alarm", "[sla]") {
  promise();
  auto const id = open_case();
  wait(minutes(30));
  move_to(id, "pending");
  auto const paused = clock(id, Metric::resolution).clock;
  CHECK(paused.state == State::paused);
  CHECK(support::alarms_set(database, tenant) == 0);
  wait(hours(24));
  move_to(id, "open");
  CHECK(history(id, Metric::resolution) ==
        Lines{"activated 0 due 100", "paused 30", "resumed 1470 due 1540"});
  CHECK(told() == Lines{"sla.activated", "sla.paused", "sla.resumed"});
  CHECK(support::alarms_set(database, tenant) == 2);
}

TEST_CASE_METHOD(Floor, "sla: another priority re-targets from the same start", "[sla]") {
  promise({{"policies",
            {policy("resolution", 30, {{"name", "fast"}, {"priorities", {"urgent"}}}),
             policy("resolution", 100, {{"priorities", {"normal", "high"}}})}}});
  auto const id = open_case();
  wait(minutes(10));
  prioritise(id, "high");
  prioritise(id, "urgent");
  CHECK(history(id, Metric::resolution) == Lines{"activated 0 due 100", "retargeted 10 due 30"});
  CHECK(clock(id, Metric::resolution).clock.policy == "fast");
  prioritise(id, "low");
  CHECK(clock(id, Metric::resolution).clock.state == State::cancelled);
  CHECK(support::alarms_set(database, tenant) == 0);
  wait(minutes(10));
  prioritise(id, "normal");
  CHECK(history(id, Metric::resolution).back() == "activated 20 due 100");
  wait(minutes(60));
  prioritise(id, "urgent");  // missed when it came to hold
  CHECK(clock(id, Metric::resolution).clock.breached_at == test_now + minutes(80));
}

TEST_CASE_METHOD(Floor, "sla: policies are chosen by tier and channel", "[sla]") {
  promise({{"policies",
            {policy("resolution", 30, {{"name", "gold"}, {"tiers", {"gold"}}}),
             policy("resolution", 40, {{"name", "chat"}, {"channels", {"chat"}}}),
             policy("resolution", 50)}}});
  CHECK(clock(open_case(), Metric::resolution).clock.policy == "resolution");
  call = call_from("+18597879085", "chat");
  CHECK(clock(open_case(), Metric::resolution).clock.policy == "chat");
  write([&](Tx& tx) {
    tx.exec("update customers set tier = 'gold' where tenant_id = $1 and id = $2",
            {tenant, customer_of(call)});
  });
  CHECK(clock(open_case(), Metric::resolution).clock.policy == "gold");
}

TEST_CASE_METHOD(Floor, "sla: a policy that is edited later does not rewrite the past", "[sla]") {
  Json const day = Json::array({{{"from", "00:00"}, {"to", "12:00"}}});
  Json const calendar{{"time_zone", "UTC"}, {"hours", {{"saturday", day}, {"sunday", day}}}};
  promise({{"calendars", {{"weekend", calendar}}},
           {"policies", {policy("resolution", 300, {{"calendar", "weekend"}})}}});
  auto const id = open_case();
  auto const due = clock(id, Metric::resolution).clock.due_at;
  CHECK(due == parse_rfc3339("2026-11-22T01:00:00Z"));
  promise({{"calendars", {{"weekend", nullptr}}}, {"policies", {policy("resolution", 5)}}});
  CHECK(clock(id, Metric::resolution).clock.due_at == due);
  wait(minutes(60));
  move_to(id, "pending");
  wait(minutes(60));
  move_to(id, "open");  // by the calendar that is no more
  CHECK(clock(id, Metric::resolution).clock.due_at == parse_rfc3339("2026-11-22T02:00:00Z"));
  CHECK(clock(id, Metric::resolution).clock.target == minutes(300));
  CHECK(rows_of("sla_books") == 1);
  promise({{"policies", nullptr}});
  move_to(id, "resolved");
  CHECK(clock(id, Metric::resolution).clock.state == State::fulfilled);
  CHECK(clocks(open_case_of(customer_of(call))).empty());
}

TEST_CASE_METHOD(Floor, "sla: a case from before the promises counts from when they reach it",
                 "[sla]") {
  customer_says();
  auto const id = open_case();
  wait(hours(5));
  promise();
  customer_says();
  CHECK(history(id, Metric::next_response) == Lines{"activated 300 due 320"});
  CHECK(clocks(id).size() == 1);  // it was opened without a promise
  wait(minutes(1));
  prioritise(id, "high");
  CHECK(history(id, Metric::resolution) == Lines{"activated 301 due 400"});
}

TEST_CASE_METHOD(Floor, "sla: a clock is at risk and breaches at the very second, once", "[sla]") {
  promise();
  customer_says();
  auto const id = open_case();
  wait(minutes(10) - seconds(1));
  CHECK(history(id, Metric::first_response) == Lines{"activated 0 due 10", "at_risk 7 due 10"});
  wait(seconds(1));
  auto const breached = clock(id, Metric::first_response);
  CHECK(breached.history.back().event == Event::breached);
  CHECK(breached.history.back().at == test_now + minutes(10));
  CHECK(breached.clock.breached_at == test_now + minutes(10));
  CHECK(breached.clock.state == State::active);
  wait(hours(5));  // and the resolution, both at its own moment
  CHECK(told() == Lines{"sla.activated", "sla.activated", "sla.at_risk", "sla.breached",
                        "sla.at_risk", "sla.breached"});
  CHECK(history(id, Metric::resolution) ==
        Lines{"activated 0 due 100", "at_risk 75 due 100", "breached 100 due 100"});
  human_says();
  CHECK(history(id, Metric::first_response).back() == "fulfilled 310");
  CHECK(support::alarms_set(database, tenant) == 0);
}

TEST_CASE_METHOD(Floor, "sla: an answer comes before the sweeper, or too late", "[sla]") {
  promise();
  customer_says();
  auto const id = open_case();
  actor.now += minutes(10);  // nobody has swept yet
  human_says();
  CHECK(history(id, Metric::first_response) ==
        Lines{"activated 0 due 10", "at_risk 7 due 10", "breached 10 due 10", "fulfilled 10"});
  wait(minutes(1));
  CHECK(history(id, Metric::first_response).size() == 4);
}

TEST_CASE_METHOD(Floor, "sla: a line that was said in time counts when it is told", "[sla]") {
  promise();
  customer_says();
  auto const id = open_case();
  actor.now += minutes(30);
  says(call, "agent", human, test_now + minutes(3));
  CHECK(history(id, Metric::first_response) == Lines{"activated 0 due 10", "fulfilled 3"});
}

TEST_CASE_METHOD(Floor, "sla: a customer's message reopens a resolved case", "[sla]") {
  promise();
  customer_says();
  auto const id = open_case();
  human_says();
  wait(minutes(40));
  move_to(id, "resolved");
  wait(minutes(500));
  says(call, "agent", human);
  says(call, "system");
  says(call, "customer", {}, test_now + minutes(39));  // said before it was resolved
  CHECK(status_of(id) == "resolved");
  auto const before = read([&](Tx& tx) { return cases::get(tx, id); });
  customer_says();
  auto const after = read([&](Tx& tx) { return cases::get(tx, id); });
  CHECK(after.status == "open");
  CHECK(after.version == before.version + 1);
  CHECK_FALSE(after.resolved_at);
  CHECK(after.updated_at == actor.now);
  CHECK(support::alarms_set(database, tenant) == 4);  // of its two clocks, none for its age
  CHECK(history(id, Metric::resolution) ==
        Lines{"activated 0 due 100", "fulfilled 40", "resumed 540 due 600"});
  CHECK(history(id, Metric::next_response) == Lines{"activated 540 due 560"});
  auto const all = facts();
  CHECK(Lines(all.end() - 4, all.end()) ==
        Lines{"message.added", "case.updated status", "sla.resumed", "sla.activated"});
  move_to(id, "closed");
  customer_says();
  CHECK(status_of(id) == "closed");
  CHECK(clock(id, Metric::next_response).clock.state == State::cancelled);
}

TEST_CASE_METHOD(Floor, "sla: lines of many requests at once reach each case in order", "[sla]") {
  promise();
  customer_says();
  auto const one = open_case();
  auto const other_call = call_from("+18597879085", "chat");
  says(other_call, "customer");
  auto const other = open_case_on(other_call);
  move_to(one, "resolved");
  interactions::NewMessage customer, agent;
  customer.role = "customer";
  agent.role = "agent";
  customer.text = agent.text = "Hello";
  std::vector const both{customer, agent};
  write([&](Tx& tx) {
    interactions::Appending batch(tx, {{&actor, call, {both.data(), 1}, {}},
                                       {&actor, other_call, {both.data() + 1, 1}, human},
                                       {&actor, call, {both.data(), 2}, human}});
    for (auto const& outcome : batch.finish({true, true, true})) CHECK_FALSE(outcome.error);
  });
  CHECK(status_of(one) == "open");
  CHECK(history(one, Metric::first_response).back() == "fulfilled 0");
  CHECK(history(one, Metric::resolution).back() == "resumed 0 due 100");
  CHECK(history(other, Metric::first_response) == Lines{"activated 0 due 10", "fulfilled 0"});
}

TEST_CASE_METHOD(Floor, "sla: two sweepers at once commit each fact once", "[sla]") {
  promise();
  std::vector<CaseId> ids;
  for (int i = 0; i < 12; ++i) {
    call = call_from("+1859787908" + std::to_string(i % 10), i < 10 ? "voice" : "chat");
    customer_says();
    ids.push_back(open_case());
  }
  actor.now += hours(3);
  std::vector<std::thread> sweepers;
  for (int i = 0; i < 3; ++i)
    sweepers.emplace_back([this] { support::ring(database, tenant, actor.now); });
  for (auto& one : sweepers) one.join();
  support::ring(database, tenant, actor.now);
  for (auto const id : ids) {
    CHECK(history(id, Metric::first_response) ==
          Lines{"activated 0 due 10", "at_risk 7 due 10", "breached 10 due 10"});
    CHECK(history(id, Metric::resolution) ==
          Lines{"activated 0 due 100", "at_risk 75 due 100", "breached 100 due 100"});
  }
  auto const all = told();
  CHECK(std::count(all.begin(), all.end(), "sla.breached") == 24);
  CHECK(std::count(all.begin(), all.end(), "sla.at_risk") == 24);
}

TEST_CASE_METHOD(Floor, "sla: what a killed sweeper left undone, the next one does", "[sla]") {
  promise();
  auto const id = open_case();
  auto const shown = clock(id, Metric::resolution).clock;
  actor.now += hours(3);
  struct Killed {};
  for (auto const& handler : alarms()) {
    alarms::Alarm const alarm{handler.kind, shown.id.value, shown.part, shown.due_at};
    CHECK_THROWS_AS(write([&](Tx& tx) {
                      CHECK(alarms::ring(tx, actor, handler, {&alarm, 1}) == 1);
                      throw Killed{};
                    }),
                    Killed);
  }
  CHECK(told() == Lines{"sla.activated"});
  wait(seconds(0));
  CHECK(told() == Lines{"sla.activated", "sla.at_risk", "sla.breached"});
}

TEST_CASE_METHOD(Floor, "sla: contexts and timelines show the clocks of a case", "[sla]") {
  promise();
  customer_says();
  auto const id = open_case();
  auto const root = customer_of(call);
  auto const shown = [&] {
    auto const body = read([&](Tx& tx) { return context::assemble(tx, actor, root)->body; });
    return Json::parse(body);
  };
  CHECK(shown().at("open_cases").at(0).at("sla") ==
        Json{{{"metric", "first_response"},
              {"state", "active"},
              {"due_at", "2026-11-21T08:10:00.000000Z"}},
             {{"metric", "resolution"},
              {"state", "active"},
              {"due_at", "2026-11-21T09:40:00.000000Z"}}});
  wait(minutes(20));
  move_to(id, "pending");
  auto const later = shown().at("open_cases").at(0).at("sla");
  CHECK(later.at(0) == Json{{"metric", "first_response"},
                            {"state", "active"},
                            {"due_at", "2026-11-21T08:10:00.000000Z"},
                            {"breached_at", "2026-11-21T08:10:00.000000Z"}});
  CHECK(later.at(1) == Json{{"metric", "resolution"}, {"state", "paused"}});

  timeline::Filter filter;
  filter.kind = "sla";
  auto const page = read([&](Tx& tx) { return timeline::list(tx, root, filter, {}); });
  REQUIRE(page.items.size() == 5);
  auto const newest = Json::parse(page.items.at(0));
  CHECK(newest.at("fact") == "paused");
  CHECK(newest.at("case_id") == id.str());
  CHECK(newest.at("sla").at("metric") == "resolution");
  auto const breach = Json::parse(page.items.at(1));
  CHECK(breach.at("fact") == "breached");
  CHECK(breach.at("at") == "2026-11-21T08:10:00.000000Z");
}

TEST_CASE_METHOD(Floor,
                 "sla: the context warns of clocks that run short, and stops when they do not",
                 "[sla]") {
  promise();
  customer_says();
  auto const id = open_case();
  auto const warnings = [&] {
    auto const body = read([&](Tx& tx) {
      return context::assemble(tx, actor, interactions::get(tx, call).root)->body;
    });
    auto const document = Json::parse(body);
    Lines shown;
    for (auto const& one : document.at("warnings")) {
      if (one.at("code") != "sla_at_risk") continue;
      CHECK(one.at("case_id") == id.str());
      std::string const late = one.contains("breached_at") ? " breached" : "";
      shown.push_back(one.at("metric").get<std::string>() + late);
    }
    return shown;
  };
  CHECK(warnings().empty());
  wait(minutes(8));
  CHECK(warnings() == Lines{"first_response"});
  wait(minutes(2));
  CHECK(warnings() == Lines{"first_response breached"});
  wait(minutes(70));
  CHECK(warnings() == Lines{"first_response breached", "resolution"});
  human_says();
  CHECK(warnings() == Lines{"resolution"});
  move_to(id, "pending");  // time stands still
  CHECK(warnings().empty());
  move_to(id, "open");
  CHECK(warnings() == Lines{"resolution"});
  move_to(id, "resolved");
  CHECK(warnings().empty());
}

TEST_CASE_METHOD(Floor, "sla: lists run by due time and page to the end", "[sla]") {
  promise();
  std::vector<CaseId> ids;
  for (int i = 0; i < 5; ++i) {
    call = call_from("+19776252661", "chat");
    customer_says();
    ids.push_back(open_case());
    wait(minutes(1));
  }
  move_to(ids.front(), "resolved");
  auto const all = [&](Filter const& filter) {
    std::vector<Clock> found;
    PageRequest request{2, {}};
    do {
      auto const page = read([&](Tx& tx) { return list(tx, filter, request); });
      for (auto const& one : page.items) found.push_back(one.clock);
      request.after = page.next;
    } while (!request.after.empty());
    CHECK(std::is_sorted(found.begin(), found.end(), [](Clock const& a, Clock const& b) {
      return std::pair(a.due_at, a.id) < std::pair(b.due_at, b.id);
    }));
    return found.size();
  };
  Filter filter;
  CHECK(all(filter) == 10);  // each is to be answered and to be resolved
  filter.state = "active";
  CHECK(all(filter) == 8);
  filter.due_before = test_now + minutes(103);
  CHECK(all(filter) == 6);
  filter.customer = customer_of(call);
  CHECK(all(filter) == 6);
  filter.metric = "first_response";
  CHECK(all(filter) == 4);
  filter.breached = true;
  CHECK(all(filter) == 0);
  wait(hours(3));
  CHECK(all(filter) == 4);
  filter.customer = customer_of(call_from("+18597879085"));
  CHECK(all(filter) == 0);
  CHECK(error_of([&] { read([&](Tx& tx) { return of_case(tx, CaseId::make(actor.now), {}); }); }) ==
        "not_found");
}

}  // namespace
}  // namespace throughline::sla

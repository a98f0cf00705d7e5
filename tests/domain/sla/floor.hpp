// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// A tenant with promises, its customers and agents, under a clock that the test moves.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "support/alarms.hpp"
#include "support/desk.hpp"
#include "throughline/domain/cases.hpp"
#include "throughline/domain/settings.hpp"
#include "throughline/domain/sla.hpp"

namespace throughline::sla {

using Json = nlohmann::json;
using Lines = std::vector<std::string>;
using postgres::Tx;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;
using support::test_now;

inline Json policy(std::string const& metric, int target, Json const& with = Json::object()) {
  Json one{{"name", metric}, {"metric", metric}, {"target_minutes", target}};
  one.update(with);
  return one;
}

struct Floor : support::Desk {
  InteractionId call = call_from("+19776252661", "email");  // which never falls silent
  Agent const human{"human", "mara", {}, {}, {}};
  Agent const bot{"bot", "chat-1", {}, {}, {}};

  void promise(Json const& section) {
    write([&](Tx& tx) { settings::change(tx, actor, settings_section(), section.dump(), {}); });
  }
  /// One policy of each metric, without a calendar: 10, 20 and 100 minutes.
  void promise() {
    promise(
        {{"policies",
          {policy("first_response", 10), policy("next_response", 20), policy("resolution", 100)}}});
  }
  void says(InteractionId where, std::string const& role, std::optional<Agent> const& agent = {},
            std::optional<Timestamp> at = {}) {
    interactions::NewMessage message;
    message.role = role;
    message.text = "Hello";
    message.at = at;
    write([&](Tx& tx) { interactions::append(tx, actor, where, {&message, 1}, agent); });
  }
  void customer_says() { says(call, "customer"); }
  void human_says() { says(call, "agent", human); }
  CaseId open_case() { return open_case_on(call); }
  CaseId open_case_on(InteractionId where) {
    cases::Open open;
    open.interaction = where;
    open.subject = "Wrong size";
    return write([&](Tx& tx) { return cases::open(tx, actor, open); }).id;
  }
  CaseId open_case_of(CustomerId customer, std::optional<Timestamp> at = {}) {
    cases::Open open;
    open.customer = customer;
    open.opened_at = at;
    open.subject = "Wrong size";
    return write([&](Tx& tx) { return cases::open(tx, actor, open); }).id;
  }
  void patch(CaseId id, cases::Patch const& what) {
    write([&](Tx& tx) { cases::update(tx, actor, id, what, {}); });
  }
  void move_to(CaseId id, std::string status) {
    cases::Patch what;
    what.status = std::move(status);
    patch(id, what);
  }
  void prioritise(CaseId id, std::string priority) {
    cases::Patch what;
    what.priority = std::move(priority);
    patch(id, what);
  }
  std::string status_of(CaseId id) {
    return read([&](Tx& tx) { return cases::get(tx, id); }).status;
  }
  /// The clock goes on; whatever falls due on the way rings at its end.
  void wait(std::chrono::microseconds time) {
    actor.now += time;
    support::ring(database, tenant, actor.now);
  }
  std::vector<Shown> clocks(CaseId id) {
    return read([&](Tx& tx) { return of_case(tx, id, {}); }).items;
  }
  /// The latest started one of a metric.
  Shown clock(CaseId id, Metric metric) {
    for (auto const& shown : clocks(id)) {
      if (shown.clock.metric == metric) return shown;
    }
    throw std::runtime_error("the case has no such clock");
  }
  /// "first_response activated due 10": minutes since test_now.
  Lines history(CaseId id, Metric metric) {
    Lines told;
    for (auto const& one : clock(id, metric).history) {
      std::string line = std::string(name(one.event)) + " " + std::to_string(minute_of(one.at));
      if (one.due_at) line += " due " + std::to_string(minute_of(*one.due_at));
      told.push_back(line);
    }
    return told;
  }
  static std::int64_t minute_of(Timestamp at) {
    return std::chrono::floor<minutes>(at - test_now).count();
  }
  /// Facts of clocks alone, in order.
  Lines told() {
    auto all = facts();
    std::erase_if(all, [](std::string const& fact) { return !fact.starts_with("sla."); });
    return all;
  }
  std::int64_t rows_of(std::string const& table) {
    return read([&](Tx& tx) {
      auto const rows =
          tx.exec("select count(*) from " + table + " where tenant_id = $1", {tenant});
      return rows[0][0].integer();
    });
  }
};

}  // namespace throughline::sla

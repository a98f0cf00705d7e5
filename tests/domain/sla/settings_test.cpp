// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "domain/sla/wire_settings.hpp"
#include "throughline/base/error.hpp"

namespace throughline::sla {
namespace {

using Json = nlohmann::json;
using std::chrono::hours;
using std::chrono::minutes;

Json office() {
  Json const day =
      Json::array({{{"from", "09:00"}, {"to", "12:00"}}, {{"from", "13:00"}, {"to", "17:30"}}});
  return {{"time_zone", "Europe/Berlin"}, {"hours", {{"monday", day}, {"tuesday", day}}}};
}
Json policy() {
  return {{"name", "answer"}, {"metric", "first_response"}, {"target_minutes", 60}};
}
Json section(Json calendar, Json one) {
  return {{"calendars", {{"office", std::move(calendar)}}}, {"policies", {std::move(one)}}};
}

/// The pointers of what is wrong; empty: nothing.
std::string wrong(Json const& said) {
  std::string pointers;
  try {
    wire::check_settings(said.dump());
  } catch (Error const& error) {
    for (auto const& field : error.fields()) {
      pointers += (pointers.empty() ? "" : " ") + field.pointer;
      CHECK(field.detail.find("secret") == std::string::npos);
    }
  }
  return pointers;
}
std::string wrong_policy(Json const& with) {
  Json one = policy();
  one.update(with);
  return wrong(section(office(), one));
}
std::string wrong_calendar(Json const& with) {
  Json one = office();
  one.update(with);
  return wrong(section(one, policy()));
}
Json hours_of(Json const& blocks) {
  return {{"hours", {{"friday", blocks}}}};
}

TEST_CASE("sla settings: what was said is shown with its defaults", "[sla]") {
  auto const empty = Json::parse(wire::check_settings("{}").shown);
  CHECK(empty == Json{{"calendars", Json::object()}, {"policies", Json::array()}});

  Json calendar = office();
  calendar["holidays"] = {{{"date", "2026-12-26"}},
                          {{"date", "2026-12-25"}, {"name", "Christmas"}}};
  Json one = policy();
  one["calendar"] = "office";
  auto const shown = Json::parse(wire::check_settings(section(calendar, one).dump()).shown);
  auto const& there = shown.at("calendars").at("office");
  CHECK(there.at("hours").at("monday").at(1) == Json{{"from", "13:00"}, {"to", "17:30"}});
  CHECK(there.at("hours").at("sunday") == Json::array());
  CHECK(there.at("holidays").at(0) == Json{{"date", "2026-12-25"}, {"name", "Christmas"}});
  CHECK(shown.at("policies").at(0) == Json{{"name", "answer"},
                                           {"metric", "first_response"},
                                           {"target_minutes", 60},
                                           {"at_risk_percent", 75},
                                           {"calendar", "office"},
                                           {"answer", "human"},
                                           {"pause_while_pending", false},
                                           {"priorities", Json::array()},
                                           {"tiers", Json::array()},
                                           {"channels", Json::array()}});
  Json const resolve{{"name", "solve"}, {"metric", "resolution"}, {"target_minutes", 1}};
  auto const solved = Json::parse(wire::check_settings(section(office(), resolve).dump()).shown);
  CHECK(solved.at("policies").at(0).at("pause_while_pending") == true);
  CHECK(solved.at("policies").at(0).at("answer").is_null());
}

TEST_CASE("sla settings: what is wrong with a calendar is named", "[sla]") {
  std::string const at = "/calendars/office/";
  CHECK(wrong(section(office(), policy())).empty());
  CHECK(wrong_calendar({{"time_zone", "Mars/secret"}}) == at + "time_zone");
  CHECK(wrong_calendar({{"time_zone", "/etc/localtime"}}) == at + "time_zone");
  CHECK(wrong_calendar({{"time_zone", nullptr}}) == at + "time_zone");
  CHECK(wrong_calendar({{"hours", Json::object()}}) == at + "hours");
  CHECK(wrong_calendar({{"hours", nullptr}}) == at + "hours");
  CHECK(wrong_calendar({{"hours", {{"monday", Json::array()}}}}) == at + "hours");
  CHECK(wrong_calendar({{"hours", {{"someday", Json::array()}}}}) ==
        at + "hours/someday " + at + "hours");
  CHECK(wrong_calendar({{"secret", 1}}) == at + "secret");
  for (auto const* text : {"9:00", "09.00", "24:01", "25:00", "09:60", "secret", "0900", "-1:00"}) {
    INFO(text);
    CHECK(wrong_calendar(hours_of({{{"from", text}, {"to", "24:00"}}})) ==
          at + "hours/friday/0/from " + at + "hours");
  }
  // Over midnight, empty, overlapping, out of order.
  for (auto const& [from, to] : {std::pair("22:00", "06:00"), {"09:00", "09:00"}}) {
    CHECK(wrong_calendar(hours_of({{{"from", from}, {"to", to}}})) ==
          at + "hours/friday/0/to " + at + "hours");
  }
  for (auto const& [from, to] : {std::pair("11:59", "13:00"), {"07:00", "08:00"}}) {
    CHECK(wrong_calendar(hours_of({{{"from", "09:00"}, {"to", "12:00"}},
                                   {{"from", from}, {"to", to}}})) == at + "hours/friday/1/from");
  }
  CHECK(wrong_calendar(
            hours_of({{{"from", "00:00"}, {"to", "12:00"}}, {{"from", "12:00"}, {"to", "24:00"}}}))
            .empty());
  CHECK(wrong_calendar({{"holidays", {{{"date", "2026-02-29"}}, {{"date", "secret"}}}}}) ==
        at + "holidays/0/date " + at + "holidays/1/date");
  CHECK(wrong_calendar({{"holidays", {{{"date", "2026-12-25"}}, {{"date", "2026-12-25"}}}}}) ==
        at + "holidays/1/date");
  CHECK(wrong({{"calendars", {{"The Office", office()}}}}) == "/calendars/The Office");
}

TEST_CASE("sla settings: what is wrong with a policy is named", "[sla]") {
  std::string const at = "/policies/0/";
  CHECK(wrong_policy({{"calendar", "secret"}}) == at + "calendar");
  CHECK(wrong_policy({{"metric", "secret"}}) == at + "metric");
  CHECK(wrong_policy({{"target_minutes", 0}}) == at + "target_minutes");
  CHECK(wrong_policy({{"target_minutes", nullptr}}) == at + "target_minutes");
  CHECK(wrong_policy({{"target_minutes", 525601}}) == at + "target_minutes");
  // 15 hours a week, 104 weeks.
  CHECK(wrong_policy({{"calendar", "office"}, {"target_minutes", 93601}}) == at + "target_minutes");
  CHECK(wrong_policy({{"calendar", "office"}, {"target_minutes", 93600}}).empty());
  CHECK(wrong_policy({{"at_risk_percent", 100}}) == at + "at_risk_percent");
  CHECK(wrong_policy({{"answer", "nobody"}}) == at + "answer");
  CHECK(wrong_policy({{"metric", "resolution"}, {"answer", "any"}}) == at + "answer");
  CHECK(wrong_policy({{"priorities", {"high", "secret"}}}) == at + "priorities");
  CHECK(wrong_policy({{"channels", {"fax"}}}) == at + "channels");
  CHECK(wrong_policy({{"tiers", {1}}}) == at + "tiers/0");
  CHECK(wrong_policy({{"name", ""}}) == at + "name");
  CHECK(wrong_policy({{"pause_while_pending", "yes"}, {"secret", 1}}) ==
        at + "pause_while_pending " + at + "secret");
  CHECK(wrong({{"policies", {policy(), policy()}}}) == "/policies/1/name");
  CHECK(wrong({{"policies", Json::object()}, {"secret", {}}}) == "/policies /secret");
}

TEST_CASE("sla settings: the first policy that fits counts", "[sla]") {
  Json policies = Json::array();
  auto const add = [&](char const* name, Json const& with) {
    Json one{{"name", name}, {"metric", "resolution"}, {"target_minutes", 60}};
    one.update(with);
    policies.push_back(one);
  };
  add("gold", {{"tiers", {"gold"}}, {"priorities", {"urgent", "high"}}});
  add("chat", {{"channels", {"chat"}}});
  add("rest", {{"priorities", {"normal"}}});
  auto const book = wire::parse_book(3, Json{{"policies", policies}}.dump());
  CHECK(book.version == 3);
  CHECK(book.asks_for_tier());
  auto const chosen = [&](char const* priority, char const* tier, char const* channel) {
    auto const* found = book.find(Metric::resolution, {priority, tier, channel});
    return found == nullptr ? std::string("none") : found->name;
  };
  CHECK(chosen("high", "gold", "chat") == "gold");
  CHECK(chosen("normal", "gold", "chat") == "chat");
  CHECK(chosen("high", "", "chat") == "chat");
  CHECK(chosen("normal", "silver", "") == "rest");
  CHECK(chosen("low", "silver", "voice") == "none");
  CHECK(book.find(Metric::first_response, {"normal", "", "chat"}) == nullptr);
}

TEST_CASE("sla settings: pauses do not count towards a target", "[sla]") {
  auto const at = [](int minute) { return Timestamp() + minutes(minute); };
  CHECK(moment_of(nullptr, at(0), {}, minutes(60)) == at(60));
  CHECK(moment_of(nullptr, at(0), {at(20), at(50)}, minutes(60)) == at(90));
  CHECK(moment_of(nullptr, at(0), {at(20), at(50), at(55), at(100)}, minutes(60)) == at(135));
  CHECK(moment_of(nullptr, at(0), {at(20)}, minutes(60)) == std::nullopt);
  // What had run out before it stood still, had run out then.
  CHECK(moment_of(nullptr, at(0), {at(60)}, minutes(60)) == at(60));
  CHECK(moment_of(nullptr, at(0), {at(70), at(80)}, minutes(60)) == at(60));
}

}  // namespace
}  // namespace throughline::sla

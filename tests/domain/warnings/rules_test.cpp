// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>

#include "support/database.hpp"
#include "throughline/domain/warnings.hpp"

namespace throughline::warnings {
namespace {

using std::chrono::hours;
using support::test_now;

/// A call, an hour after a chat ended that had lasted an hour.
struct Contacts {
  Contact now{"voice", true, test_now, std::nullopt, false};
  Contact before{"chat", true, test_now - hours(2), test_now - hours(1), false};
  RepeatContact rule;
  bool repeat() const { return is_repeat(rule, now, before); }
};

TEST_CASE("warnings: who comes back on another channel within the window repeats", "[warnings]") {
  Contacts of;
  CHECK(of.repeat());
  of.now.channel = "chat";
  CHECK_FALSE(of.repeat());
}

TEST_CASE("warnings: the window begins with the last sign of the contact before", "[warnings]") {
  Contacts of;
  of.before.from = test_now - hours(200);
  of.before.last_sign = test_now - of.rule.window;
  CHECK(of.repeat());
  of.before.last_sign = test_now - of.rule.window - std::chrono::microseconds(1);
  CHECK_FALSE(of.repeat());
  of.before.last_sign.reset();  // it is live still
  CHECK(of.repeat());
}

TEST_CASE("warnings: what we began or sent on is no repeat", "[warnings]") {
  Contacts ours, after_ours, sent_on, earlier, off;
  ours.now.began = false;
  after_ours.before.began = false;
  sent_on.before.transferred = true;
  earlier.before.from = test_now + hours(1);  // reported before, but began later
  off.rule.enabled = false;
  for (auto const& of : {ours, after_ours, sent_on, earlier, off}) CHECK_FALSE(of.repeat());
}

TEST_CASE("warnings: rules are the defaults where nothing was said", "[warnings]") {
  Rules const fresh = parse_rules("");
  CHECK(fresh.frustrated.at_or_below == -0.5);
  CHECK(fresh.enabled.size() == codes.size());
  Rules const said = parse_rules(R"({"frustrated": {"at_or_below": -0.7, "enabled": false},
    "repeat_contact": {"window_hours": 1}, "high_value": {"tiers": []}})");
  CHECK_FALSE(said.frustrated.enabled);
  CHECK(said.frustrated.at_or_below == -0.7);
  CHECK(said.frustrated.clears_at == -0.2);
  CHECK(said.repeat_contact.window == hours(1));
  CHECK(said.high_value_tiers.empty());
}

TEST_CASE("warnings: bad rules are refused by name", "[warnings]") {
  auto const section = settings_section();
  auto const pointers = [&](char const* said) {
    std::string told;
    try {
      section.check(said);
    } catch (Error const& error) {
      for (auto const& field : error.fields()) told += field.pointer + " ";
    }
    return told;
  };
  CHECK(pointers("{}").empty());
  CHECK(pointers(R"({"angry": {}, "frustrated": {"at_or_below": -2, "window_hours": 0}})") ==
        "/frustrated/at_or_below /frustrated/window_hours /angry ");
  CHECK(pointers(R"({"frustrated": {"at_or_below": 0}})") == "/frustrated/clears_at ");
  CHECK(pointers(R"({"repeat_contact": {"window_hours": 721},
                     "high_value": {"tiers": ["", 1]}})") ==
        "/repeat_contact/window_hours /high_value/tiers/0 /high_value/tiers/1 ");
}

}  // namespace
}  // namespace throughline::warnings

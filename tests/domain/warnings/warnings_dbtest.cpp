// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// Warnings as contexts show them, under a clock that the test moves.
#include <algorithm>
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "support/alarms.hpp"
#include "support/desk.hpp"
#include "throughline/domain/context.hpp"
#include "throughline/domain/merges.hpp"
#include "throughline/domain/warnings.hpp"

namespace throughline::warnings {
namespace {

using interactions::NewMessage;
using nlohmann::json;
using postgres::Tx;
using std::chrono::hours;
using std::chrono::minutes;
using support::test_now;
using Lines = std::vector<std::string>;

struct Fixture : support::Desk {
  InteractionId contact = call_from("+19776252661");

  void feel(double sentiment) { say({sentiment}); }
  /// All in one request.
  void say(std::vector<double> const& sentiments) {
    std::vector<NewMessage> lines;
    for (double const sentiment : sentiments) {
      NewMessage line;
      line.role = "customer";
      line.text = "Well";
      line.sentiment = sentiment;
      lines.push_back(line);
    }
    write([&](Tx& tx) { interactions::append(tx, actor, contact, lines, {}); });
  }
  void set_sentiment(std::optional<double> sentiment) {
    interactions::Patch patch;
    patch.sentiment = std::optional(sentiment);
    write([&](Tx& tx) { interactions::update(tx, actor, contact, patch, {}); });
  }
  InteractionId begin(interactions::Start start) {
    return write([&](Tx& tx) { return interactions::start(tx, actor, start).id; });
  }
  /// A second later, so that it is known which came first.
  InteractionId begin(std::string const& channel, std::string const& direction = "inbound") {
    actor.now += std::chrono::seconds(1);
    interactions::Start start;
    start.channel = channel;
    start.direction = direction;
    start.subject.identifiers = {support::phone("+19776252661")};
    return contact = begin(start);
  }
  void finish(std::string const& outcome) {
    write([&](Tx& tx) { interactions::end(tx, actor, contact, {outcome, {}, {}}, {}); });
  }
  /// The clock goes on, and windows end.
  void wait(std::chrono::microseconds time) {
    actor.now += time;
    support::ring(database, tenant, actor.now);
  }
  void set(json const& patch) {
    write([&](Tx& tx) {
      settings::change(tx, actor, settings_section(), patch.dump(), {});
    });
  }
  json shown(InteractionId id) {
    auto const root = customer_of(id);
    return read([&](Tx& tx) {
      return json::parse(context::assemble(tx, actor, root)->body);
    })["warnings"];
  }
  json shown() { return shown(contact); }
  Lines codes() {
    Lines found;
    for (auto const& one : shown()) found.push_back(one.at("code"));
    return found;
  }
  /// "warning.raised frustrated", in order.
  Lines told() {
    Lines found;
    for (auto const& fact : facts()) {
      if (fact.starts_with("warning.")) found.push_back(fact);
    }
    return found;
  }
};

TEST_CASE("warnings: a bad mood warns until it is better, once each", "[warnings]") {
  Fixture test;
  test.feel(-0.49);
  CHECK(test.shown().empty());
  test.feel(-0.9);
  auto const shown = test.shown();
  REQUIRE(shown.size() == 1);
  CHECK(shown[0].at("code") == "frustrated");
  CHECK(shown[0].at("interaction_id") == test.contact.str());
  CHECK(shown[0].at("channel") == "voice");
  CHECK(shown[0].at("since") == format_rfc3339(test_now));
  CHECK(shown[0].at("until") == format_rfc3339(test_now + hours(24)));
  test.feel(-0.9);
  test.feel(-0.1);  // -0.449: between the two thresholds
  CHECK(test.codes() == Lines{"frustrated"});
  CHECK(test.told() == Lines{"warning.raised frustrated"});
  test.feel(0.3);
  CHECK(test.shown().empty());
  CHECK(test.told() == Lines{"warning.raised frustrated", "warning.cleared frustrated"});
  CHECK(support::alarms_set(test.database, test.tenant) == 1);  // its silence
  test.feel(-1);
  test.feel(-1);
  CHECK(test.told().size() == 3);
}

TEST_CASE("warnings: how they felt at the end of a request counts", "[warnings]") {
  Fixture test;
  test.say({-0.8, 1.0});
  CHECK(test.told().empty());
  test.say({-1.0, -1.0});
  test.say({0.9, -1.0, -1.0});
  CHECK(test.codes() == Lines{"frustrated"});
  CHECK(test.told() == Lines{"warning.raised frustrated"});
}

TEST_CASE("warnings: frustration stands for its window after the last line that felt so",
          "[warnings]") {
  Fixture test;
  test.feel(-0.8);
  test.finish("escalated");
  test.wait(hours(20));
  test.feel(-0.7);  // a late line
  test.wait(hours(24) - std::chrono::microseconds(1));
  CHECK(test.codes() == Lines{"frustrated"});
  test.wait(std::chrono::microseconds(1));
  CHECK(test.shown().empty());
  CHECK(test.told() == Lines{"warning.raised frustrated", "warning.cleared frustrated"});
  CHECK(support::alarms_set(test.database, test.tenant) == 0);
  test.feel(-0.7);
  CHECK(test.codes() == Lines{"frustrated"});
}

TEST_CASE("warnings: a mood that somebody sets counts as a line does", "[warnings]") {
  Fixture test;
  test.set_sentiment(-0.5);
  CHECK(test.codes() == Lines{"frustrated"});
  test.set_sentiment(std::nullopt);
  CHECK(test.shown().empty());
  CHECK(test.told() == Lines{"warning.raised frustrated", "warning.cleared frustrated"});
}

TEST_CASE("warnings: one contact's good mood leaves another's bad one; the newest shows",
          "[warnings]") {
  Fixture test;
  test.feel(-0.8);
  auto const call = test.contact;
  test.wait(minutes(1));
  auto const other = test.begin("voice");
  test.feel(0.9);
  CHECK(test.shown()[0].at("interaction_id") == call.str());
  test.feel(-1);
  test.feel(-1);
  REQUIRE(test.shown().size() == 1);
  CHECK(test.shown()[0].at("interaction_id") == other.str());
  test.set_sentiment(0.5);
  CHECK(test.shown()[0].at("interaction_id") == call.str());
}

TEST_CASE("warnings: who comes back on another channel, and how long that stands", "[warnings]") {
  Fixture test;
  CHECK(test.shown().empty());
  test.finish("unresolved");
  test.actor.now += hours(72) - std::chrono::seconds(1);
  auto const chat = test.begin("chat");
  auto const shown = test.shown();
  REQUIRE(shown.size() == 1);
  CHECK(shown[0] == json{{"code", "repeat_contact"},
                         {"interaction_id", chat.str()},
                         {"channel", "voice"},
                         {"since", format_rfc3339(test.actor.now)},
                         {"until", format_rfc3339(test.actor.now + hours(72))}});
  auto const facts = test.facts();
  CHECK(Lines(facts.end() - 2, facts.end()) ==
        Lines{"interaction.started", "warning.raised repeat_contact"});
  test.wait(hours(72) - std::chrono::microseconds(1));
  CHECK(test.codes() == Lines{"repeat_contact"});
  test.wait(std::chrono::microseconds(1));
  CHECK(test.shown().empty());
  CHECK(test.told().back() == "warning.cleared repeat_contact");
  test.wait(hours(72));
  CHECK(test.told().size() == 2);
}

TEST_CASE("warnings: on the same channel, beyond the window, by us or sent on: no repeat",
          "[warnings]") {
  Fixture test;
  test.begin("voice");
  test.begin("chat", "outbound");
  CHECK(test.told().empty());
  test.finish("resolved");
  test.begin("voice");  // the last one they began was a call
  test.finish("transferred");
  test.begin("chat");
  test.finish("resolved");
  CHECK(test.told().empty());
  test.actor.now += hours(72);
  test.begin("voice");
  CHECK(test.told().empty());
  test.begin("chat");  // while the call is live
  CHECK(test.told().size() == 1);
}

TEST_CASE("warnings: a start that is reported late repeats what came before it then",
          "[warnings]") {
  Fixture test;
  test.finish("resolved");
  interactions::Start start;
  start.channel = "email";
  start.direction = "inbound";
  start.subject.customer = test.customer_of(test.contact);
  start.started_at = test_now - hours(1);
  test.begin(start);
  CHECK(test.told().empty());
  test.actor.now += hours(100);
  start.channel = "chat";
  start.started_at = test_now + hours(1);
  test.begin(start);
  CHECK(test.told().empty());  // its window has passed
  start.started_at = test_now + hours(50);
  start.channel = "sms";
  test.begin(start);
  CHECK(test.told() == Lines{"warning.raised repeat_contact"});
}

TEST_CASE("warnings: repeats are known by every name of a customer", "[warnings]") {
  Fixture test;
  auto const root = test.customer_of(test.contact);
  interactions::Start named;
  named.channel = "chat";
  named.direction = "inbound";
  named.subject.customer = root;
  test.begin(named);
  CHECK(test.told().size() == 1);
  interactions::Start stranger = named;
  stranger.channel = "sms";
  stranger.subject = {};
  test.begin(stranger);
  stranger.subject.identifiers = {support::email("new@example.com")};
  test.begin(stranger);
  CHECK(test.told().size() == 1);
}

TEST_CASE("warnings: a record's own stand as long as it says so, all in one order", "[warnings]") {
  Fixture test;
  auto const root = test.customer_of(test.contact);
  test.feel(-0.9);
  test.begin("chat");
  customers::Patch patch;
  patch.tier.emplace("Gold");
  patch.sensitivities.emplace(std::vector<customers::Sensitivity>{
      {"hearing", "left ear", "", test_now}, {"bereavement", "", "", test_now}});
  test.write([&](Tx& tx) { customers::update(tx, test.actor, root, patch, {}); });
  CHECK(test.codes() ==
        Lines{"sensitivity", "sensitivity", "frustrated", "repeat_contact", "high_value"});
  CHECK(test.shown()[4] == json{{"code", "high_value"}, {"tier", "Gold"}});
  CHECK_FALSE(test.shown()[0].contains("note"));

  test.set({{"high_value", {{"tiers", {"Silver"}}}}, {"frustrated", {{"enabled", false}}}});
  CHECK(test.codes() == Lines{"sensitivity", "sensitivity", "repeat_contact"});
  test.set({{"high_value", {{"tiers", {"silver", "GOLD"}}}},
            {"sensitivity", {{"enabled", false}}}});
  CHECK(test.codes() == Lines{"repeat_contact", "high_value"});
  test.set({{"high_value", {{"tiers", json::array()}}}});
  CHECK(test.codes() == Lines{"repeat_contact"});
  test.set({{"high_value", nullptr}, {"sensitivity", nullptr}, {"frustrated", nullptr}});
  CHECK(test.codes().size() == 5);

  patch = {};
  patch.tier.emplace(std::nullopt);
  patch.sensitivities.emplace(std::nullopt);
  test.write([&](Tx& tx) { customers::update(tx, test.actor, root, patch, {}); });
  CHECK(test.codes() == Lines{"frustrated", "repeat_contact"});
}

TEST_CASE("warnings: rules that were changed go for what comes then", "[warnings]") {
  Fixture test;
  test.set({{"frustrated", {{"at_or_below", -0.8}, {"clears_at", -0.6}, {"window_hours", 1}}},
            {"repeat_contact", {{"enabled", false}}}});
  test.feel(-0.7);
  CHECK(test.shown().empty());
  test.feel(-1);
  CHECK(test.codes() == Lines{"frustrated"});
  test.begin("chat");
  CHECK(test.told().size() == 1);
  test.wait(hours(1));
  CHECK(test.shown().empty());
}

struct Merged : Fixture {
  InteractionId other = call_from("+18597879085", "chat");
  CustomerId one = customer_of(contact);
  CustomerId two = customer_of(other);
  MergeId merge = write([&](Tx& tx) {
    return merges::merge(tx, actor, {one, two, "they say so", Agent{"human", "anna", {}, {}, {}}})
        ->id;
  });
  void undo() {
    write([&](Tx& tx) {
      merges::undo(tx, actor, {merge, merges::Undo::How::merge, {}, "", {}});
    });
  }
};

TEST_CASE("warnings: they show for all parts of a customer, and leave with their own",
          "[warnings]") {
  Merged test;
  test.feel(-0.9);
  CHECK(test.shown(test.other).size() == 1);
  test.undo();
  CHECK(test.shown(test.contact).size() == 1);
  CHECK(test.shown(test.other).empty());
  CHECK(test.told() == Lines{"warning.raised frustrated"});
}

TEST_CASE("warnings: a repeat of what is another person's is gone with the undo", "[warnings]") {
  Merged test;
  test.actor.now += minutes(1);
  test.call_from("+18597879085", "web");  // of the other part, and a repeat itself
  test.begin("sms");
  REQUIRE(test.shown()[0].at("channel") == "web");
  test.undo();
  CHECK(test.shown().empty());
  CHECK(test.told().back() == "warning.cleared repeat_contact");
  test.wait(hours(80));
  auto const told = test.told();
  CHECK(std::count(told.begin(), told.end(), "warning.raised repeat_contact") == 2);
  CHECK(std::count(told.begin(), told.end(), "warning.cleared repeat_contact") == 2);
}

}  // namespace
}  // namespace throughline::warnings

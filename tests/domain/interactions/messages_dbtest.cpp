// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <catch2/catch.hpp>
#include <future>
#include <map>

#include "support/desk.hpp"

namespace throughline::interactions {
namespace {

using postgres::Tx;
using support::error_of;
using Lines = std::vector<std::string>;

NewMessage says(std::string role, std::string text) {
  NewMessage message;
  message.role = std::move(role);
  message.text = std::move(text);
  return message;
}

struct Fixture : support::Desk {
  InteractionId call = call_from("+19776252661");

  std::vector<Appended> add(std::vector<NewMessage> const& lines,
                            std::optional<Agent> const& agent = {}) {
    return write([&](Tx& tx) { return append(tx, actor, call, lines, agent); });
  }
  std::vector<Message> transcript(std::size_t limit = 3) {
    std::vector<Message> lines;
    PageRequest request{limit, {}};
    do {
      auto const page = read([&](Tx& tx) { return messages(tx, call, request); });
      lines.insert(lines.end(), page.items.begin(), page.items.end());
      request.after = page.next;
    } while (!request.after.empty());
    return lines;
  }
  Interaction read_one() {
    return read([&](Tx& tx) { return get(tx, call); });
  }
};

TEST_CASE("messages: lines are read back in order as they were said", "[messages]") {
  Fixture test;
  Agent const bot{"bot", "voice-1", "m-4", "p-7", "calm"};
  auto first = says("customer", "I got the \"wrong\" {size},\n\\ again");
  first.sentiment = -0.5;
  auto second = says("agent", "Returns within 90 days.");
  second.sources = {{"kb-17", "3"}, {"kb-18", ""}};
  second.external_id = ExternalId{"pbx", "m-2"};
  test.actor.now += std::chrono::seconds(30);
  test.add({first, second}, bot);
  test.add({says("system", "Purchase validated")});
  auto const lines = test.transcript(2);
  REQUIRE(lines.size() == 3);
  for (std::size_t i = 0; i < lines.size(); ++i) {
    CHECK(lines[i].seq == static_cast<std::int64_t>(i + 1));
    CHECK(lines[i].at == test.actor.now);
  }
  CHECK(lines[0].role == "customer");
  CHECK(lines[0].text == first.text);
  CHECK(lines[0].sentiment == -0.5);
  CHECK_FALSE(lines[0].agent);
  CHECK(lines[1].agent == bot);
  REQUIRE(lines[1].sources.size() == 2);
  CHECK(lines[1].sources[0].id == "kb-17");
  CHECK(lines[1].sources[0].version == "3");
  CHECK(lines[1].sources[1].version.empty());
  CHECK(lines[1].external_id->id == "m-2");
  CHECK_FALSE(lines[2].agent);

  auto const found = test.read_one();
  CHECK(found.message_count == 3);
  CHECK(found.last_message_at == test.actor.now);
  auto const facts = test.facts();
  CHECK(Lines(facts.end() - 5, facts.end()) ==
        Lines{"message.added", "message.added", "interaction.updated agent,sentiment",
              "warning.raised frustrated", "message.added"});
  CHECK(test.entries().back() == "message added");
  CHECK(test.leaks_of("wrong") == 0);
}

TEST_CASE("messages: who speaks becomes the current agent while it is live", "[messages]") {
  Fixture test;
  Agent const bot{"bot", "voice-1", "", "", ""};
  Agent const person{"human", "mara", "", "", ""};
  test.add({says("agent", "Hello")}, bot);
  CHECK(test.read_one().agent == bot);
  CHECK(test.read_one().version == 2);
  test.add({says("agent", "How can I help?")}, bot);
  CHECK(test.read_one().version == 2);
  test.add({says("customer", "I want a person")});
  CHECK(test.read_one().version == 2);
  test.add({says("agent", "This is Mara")}, person);
  CHECK(test.read_one().agent == person);
  test.add({says("agent", "What is it about?")});
  CHECK(test.transcript().back().agent == person);
  test.write([&](Tx& tx) { end(tx, test.actor, test.call, {"resolved", {}, {}}, {}); });
  test.add({says("agent", "A late line")}, bot);
  CHECK(test.read_one().agent == person);
  CHECK(test.transcript().back().agent == bot);
  CHECK(test.transcript().back().seq == 6);
}

TEST_CASE("messages: repeats by external id are written once", "[messages]") {
  Fixture test;
  auto one = says("customer", "Hello");
  one.external_id = ExternalId{"pbx", "m-1"};
  auto two = says("customer", "Anybody there?");
  two.external_id = ExternalId{"pbx", "m-2"};
  auto const first = test.add({one, two, one});
  REQUIRE(first.size() == 3);
  CHECK_FALSE(first[0].repeated);
  CHECK(first[2].repeated);
  CHECK(first[2].id == first[0].id);
  auto const facts = test.facts();
  auto const again = test.add({two, one});
  CHECK(again[0].id == first[1].id);
  CHECK(again[1].id == first[0].id);
  CHECK(test.facts() == facts);
  auto const mixed = test.add({one, says("customer", "Hello?")});
  CHECK(mixed[0].repeated);
  CHECK_FALSE(mixed[1].repeated);
  auto const lines = test.transcript();
  REQUIRE(lines.size() == 3);
  CHECK(lines.back().seq == 3);
  CHECK(test.read_one().message_count == 3);
}

TEST_CASE("messages: past times need a scope, all or nothing", "[messages]") {
  Fixture test;
  auto earlier = says("customer", "Hello");
  earlier.at = test.actor.now - std::chrono::hours(3);
  test.add({says("customer", "now"), earlier});
  CHECK(test.transcript()[1].at == earlier.at);
  CHECK(test.read_one().last_message_at == test.actor.now);
  auto const scopes = test.actor.scopes;
  test.actor.scopes = *parse_scopes("interactions:write");
  CHECK(error_of([&] { test.add({says("customer", "now"), earlier}); }) == "forbidden");
  test.actor.scopes = scopes;
  earlier.at = test.actor.now + std::chrono::hours(1);
  CHECK(error_of([&] {
          test.add({says("customer", "now"), earlier});
        }) == "invalid /messages/1/at");
  CHECK(test.read_one().message_count == 2);
}

TEST_CASE("messages: concurrent writers keep their order and leave no gaps", "[messages]") {
  Fixture test;
  test.database.pool();
  constexpr int writers = 8;
  constexpr int each = 12;
  std::vector<std::future<void>> running;
  for (int w = 0; w < writers; ++w) {
    running.push_back(std::async(std::launch::async, [&test, w] {
      for (int i = 0; i < each; i += 3) {
        std::vector<NewMessage> lines;
        for (int k = 0; k < 3; ++k)
          lines.push_back(says("customer", std::to_string(w) + "/" + std::to_string(i + k)));
        test.add(lines);
      }
    }));
  }
  for (auto& one : running) one.get();
  auto const lines = test.transcript(50);
  REQUIRE(lines.size() == writers * each);
  std::map<std::string, int> next;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    CHECK(lines[i].seq == static_cast<std::int64_t>(i + 1));
    auto const writer = lines[i].text.substr(0, lines[i].text.find('/'));
    CHECK(lines[i].text == writer + "/" + std::to_string(next[writer]++));
  }
}

TEST_CASE("messages: another tenant's transcript is not there", "[messages]") {
  Fixture test;
  Fixture other;
  other.add({says("customer", "Hello")});
  test.call = other.call;
  CHECK(error_of([&] { test.add({says("customer", "x")}); }) == "not_found");
  CHECK(error_of([&] { test.transcript(); }) == "not_found");
  CHECK(other.transcript().size() == 1);
  PageRequest const forged{1, {"1", "2"}};
  CHECK(error_of([&] { other.read([&](Tx& tx) { messages(tx, other.call, forged); }); }) ==
        "invalid ?cursor");
}

}  // namespace
}  // namespace throughline::interactions

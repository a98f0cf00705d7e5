// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// Many appends in one transaction: each request is served whole or not at all, in the order given.
#include <catch2/catch.hpp>

#include "support/desk.hpp"

namespace throughline::interactions {
namespace {

using postgres::Tx;
using Lines = std::vector<NewMessage>;

NewMessage says(std::string text, std::string role = "customer") {
  NewMessage message;
  message.role = std::move(role);
  message.text = std::move(text);
  return message;
}

struct Request {
  InteractionId id;
  Lines lines;
  std::optional<Agent> agent;
};

struct Fixture : support::Desk {
  InteractionId one = call_from("+19776252661");
  InteractionId two = call_from("+18597879085", "chat");

  std::vector<Appending::Outcome> append_all(std::vector<Request> const& requests,
                                             std::vector<bool> wanted = {}) {
    wanted.resize(requests.size(), wanted.empty());
    return write([&](Tx& tx) {
      std::vector<Appending::Asked> asked;
      for (auto const& request : requests)
        asked.push_back({&actor, request.id, request.lines, request.agent});
      return Appending(tx, asked).finish(wanted);
    });
  }
  std::vector<std::string> transcript(InteractionId id) {
    std::vector<std::string> texts;
    for (auto const& line : read([&](Tx& tx) { return messages(tx, id, {200, {}}); }).items) {
      CHECK(line.seq == static_cast<std::int64_t>(texts.size()) + 1);
      texts.push_back(line.text);
    }
    return texts;
  }
  Interaction found(InteractionId id) {
    return read([&](Tx& tx) { return get(tx, id); });
  }
};

TEST_CASE("appending: requests to one interaction are numbered on from each other", "[messages]") {
  Fixture test;
  auto const outcomes = test.append_all({{test.one, {says("a"), says("b")}, {}},
                                         {test.two, {says("x")}, {}},
                                         {test.one, {says("c")}, {}}});
  CHECK(outcomes[0].appended[1].seq == 2);
  CHECK(outcomes[1].appended[0].seq == 1);
  CHECK(outcomes[2].appended[0].seq == 3);
  CHECK(outcomes[2].roots == std::set{test.customer_of(test.one)});
  CHECK(test.transcript(test.one) == std::vector<std::string>{"a", "b", "c"});
  CHECK(test.transcript(test.two) == std::vector<std::string>{"x"});
  CHECK(test.found(test.one).message_count == 3);
  test.append_all({{test.one, {says("d")}, {}}});
  CHECK(test.transcript(test.one).size() == 4);
}

TEST_CASE("appending: a bad request fails alone and whole", "[messages]") {
  Fixture test;
  auto future = says("bad");
  future.at = test.actor.now + std::chrono::hours(1);
  auto const outcomes =
      test.append_all({{test.one, {says("a")}, {}},
                       {test.one, {says("lost"), future}, {}},
                       {InteractionId::make(test.actor.now), {says("nowhere")}, {}},
                       {test.one, {says("b")}, {}}});
  CHECK_FALSE(outcomes[0].error);
  CHECK(outcomes[1].error->fields()[0].pointer == "/messages/1/at");
  CHECK(outcomes[2].error->code() == Code::not_found);
  CHECK_FALSE(outcomes[3].error);
  CHECK(test.transcript(test.one) == std::vector<std::string>{"a", "b"});
}

TEST_CASE("appending: agents take over one after the other", "[messages]") {
  Fixture test;
  Agent const bot{"bot", "chat-1", "m-4", {}, {}};
  Agent const person{"human", "ann", {}, {}, {}};
  auto const before = test.found(test.one).version;
  test.append_all({{test.one, {says("hello", "agent")}, bot},
                   {test.one, {says("still me", "agent")}, bot},
                   {test.one, {says("now me", "agent")}, person},
                   {test.one, {says("and me", "agent")}, {}}});
  CHECK(test.found(test.one).agent == person);
  CHECK(test.found(test.one).version == before + 2);
  auto const lines = test.read([&](Tx& tx) { return messages(tx, test.one, {50, {}}); }).items;
  REQUIRE(lines.size() == 4);
  CHECK(lines[1].agent == bot);
  CHECK(lines[2].agent == person);
  CHECK(lines[3].agent == person);
}

TEST_CASE("appending: an external id makes repeats within the batch and beyond it", "[messages]") {
  Fixture test;
  auto named = says("once");
  named.external_id = ExternalId{"pbx", "m-1"};
  std::vector<Request> const requests{{test.one, {named}, {}}, {test.one, {named, says("x")}, {}}};
  auto const outcomes = test.append_all(requests);
  CHECK_FALSE(outcomes[0].appended[0].repeated);
  CHECK(outcomes[1].appended[0].repeated);
  CHECK(outcomes[1].appended[0].id == outcomes[0].appended[0].id);
  CHECK(outcomes[1].appended[1].seq == 2);
  auto const again = test.append_all({requests[0]});
  CHECK(again[0].appended[0].id == outcomes[0].appended[0].id);
  CHECK(again[0].appended[0].repeated);
  CHECK(again[0].roots == std::set{test.customer_of(test.one)});
  CHECK(test.transcript(test.one).size() == 2);
}

TEST_CASE("appending: an external id that a refused request claimed is free again", "[messages]") {
  Fixture test;
  auto named = says("once");
  named.external_id = ExternalId{"pbx", "m-1"};
  auto future = says("bad");
  future.at = test.actor.now + std::chrono::hours(1);
  auto const outcomes = test.append_all({{test.one, {named, future}, {}}, {test.one, {named}, {}}});
  CHECK(outcomes[0].error);
  CHECK(outcomes[1].moved);  // to be asked again: its first never came to be
  CHECK(test.transcript(test.one).empty());
  CHECK_FALSE(test.append_all({{test.one, {named}, {}}})[0].appended[0].repeated);
}

TEST_CASE("appending: what is not wanted leaves nothing", "[messages]") {
  Fixture test;
  test.append_all({{test.one, {says("repeated request")}, {}}, {test.one, {says("a")}, {}}},
                  {false, true});
  CHECK(test.transcript(test.one) == std::vector<std::string>{"a"});
}

}  // namespace
}  // namespace throughline::interactions

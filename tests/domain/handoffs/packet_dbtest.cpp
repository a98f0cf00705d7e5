// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// What is handed over, and that it stays so.
#include <catch2/catch.hpp>

#include "domain/handoffs/desk.hpp"
#include "throughline/domain/commitments.hpp"
#include "throughline/domain/notes.hpp"

namespace throughline::handoffs {
namespace {

using namespace std::chrono_literals;

void note(HandoffDesk& test, CaseId problem, std::string kind, std::string text,
          std::optional<NoteId> replaces = {}) {
  notes::NewNote written;
  written.kind = std::move(kind);
  written.text = std::move(text);
  written.agent = bot;
  written.interaction_id = test.chat;
  written.replaces = replaces;
  test.pass(1s);
  test.write([&](postgres::Tx& tx) { notes::add(tx, test.actor, problem, written); });
}

TEST_CASE("packet: the next one to speak knows what the last one knew", "[handoffs]") {
  HandoffDesk test;
  CaseId const problem = test.open_case();
  note(test, problem, "step", "Purchase validated");
  note(test, problem, "step", "Return offered");
  note(test, problem, "disclosure", "The call is recorded");
  note(test, problem, "open_question", "May a manager waive the 90 days?");
  auto asked = line("customer", "They pinch");
  asked.sentiment = -0.5;
  auto answered = line("agent", "Our policy says 90 days");
  answered.sources = {{"returns", "12"}, {"sizes", ""}};
  test.say(test.chat, {asked, answered}, bot);
  auto more = line("agent", "As I said");
  more.sources = {{"returns", "12"}};
  test.say(test.chat, {more}, bot);
  test.write([&](postgres::Tx& tx) {
    interactions::Patch patch;
    patch.summary = "Wants to return shoes";
    patch.sentiment = -0.5;
    patch.intent = "return_size";
    interactions::update(tx, test.actor, test.chat, patch, {});
  });
  auto const packet = test.packet(test.offered());

  CHECK(packet.at("interaction").at("id") == test.chat.str());
  CHECK(packet.at("interaction").at("intent") == "return_size");
  CHECK(packet.at("interaction").at("message_count") == 3);
  CHECK(packet.at("customer").at("id") == test.customer_of(test.chat).str());
  REQUIRE(packet.at("identifiers_verified").size() == 0);
  CHECK(packet.at("issue").at("subject") == "Wrong size");
  CHECK(packet.at("issue").at("case_id") == problem.str());
  CHECK(packet.at("issue").at("number") == 1000);
  REQUIRE(packet.at("steps_taken").size() == 2);
  CHECK(packet.at("steps_taken")[0].at("text") == "Return offered");
  CHECK(packet.at("steps_taken")[0].at("channel") == "chat");
  CHECK(packet.at("steps_taken")[0].at("agent").at("id") == "chat-1");
  REQUIRE(packet.at("notes").size() == 1);
  CHECK(packet.at("notes")[0].at("kind") == "disclosure");
  CHECK(packet.at("open_question") == "May a manager waive the 90 days?");
  CHECK(packet.at("summary") == "Wants to return shoes");
  CHECK(packet.at("sentiment").at("last") == -0.5);
  REQUIRE(packet.at("messages").size() == 3);
  CHECK(packet.at("messages")[0].at("seq") == 1);
  CHECK(packet.at("messages")[0].at("text") == "They pinch");
  CHECK(packet.at("messages")[0].at("agent").is_null());
  CHECK(packet.at("messages")[1].at("sources")[1].at("version").is_null());
  REQUIRE(packet.at("knowledge").size() == 2);
  CHECK(packet.at("knowledge")[0].at("id") == "returns");
  CHECK(packet.at("knowledge")[0].at("version") == "12");
  CHECK(packet.at("agent").at("persona_version") == "calm");
  CHECK(packet.at("agent").at("model") == "m-4");
  CHECK(packet.at("more").at("messages") == 0);
}

TEST_CASE("packet: what was promised and is open, soonest due first", "[handoffs]") {
  HandoffDesk test;
  CaseId const problem = test.open_case();
  auto const promise = [&](std::string what, std::chrono::hours due) {
    commitments::NewCommitment asked;
    asked.what = std::move(what);
    asked.due_at = test.actor.now + due;
    asked.interaction_id = test.chat;
    return test.write(
        [&](postgres::Tx& tx) { return commitments::make(tx, test.actor, problem, asked).id; });
  };
  promise("A refund", 48h);
  promise("A manager calls back", 2h);
  auto const kept = promise("A form by email", 1h);
  test.write([&](postgres::Tx& tx) {
    commitments::Patch patch;
    patch.status = "kept";
    commitments::update(tx, test.actor, kept, patch, {});
  });
  auto const due = test.actor.now + 2h;
  auto const id = test.offered();
  auto const promised = test.packet(id).at("commitments");
  REQUIRE(promised.size() == 2);
  CHECK(promised[0].at("what") == "A manager calls back");
  CHECK(promised[0].at("due_at") == format_rfc3339(due));
  CHECK(promised[0].at("status") == "open");
  CHECK(promised[0].at("overdue") == false);
  CHECK(promised[0].at("channel") == "chat");
  CHECK(promised[1].at("what") == "A refund");
}

TEST_CASE("packet: it stays as it was offered, whatever is said and corrected later",
          "[handoffs]") {
  HandoffDesk test;
  CaseId const problem = test.open_case();
  test.say(test.chat, {line("customer", "They pinch")});
  auto const id = test.offered();
  auto const before = test.whole(id).packet;
  note(test, problem, "step", "Found later");
  test.say(test.chat, {line("customer", "Hello?")});
  test.show(id, mara);
  test.take(id, mara);
  test.say(test.chat, {line("agent", "I am here")}, mara);
  CHECK(test.whole(id).packet == before);
  // Not even by a statement of the server's own role.
  CHECK_THROWS(test.write([&](postgres::Tx& tx) {
    tx.exec("update handoffs set packet = '{}' where tenant_id = $1 and id = $2",
            {tx.tenant(), id});
  }));
  CHECK(test.whole(id).packet == before);
}

TEST_CASE("packet: what the offer says stands in place of the records", "[handoffs]") {
  HandoffDesk test;
  auto asked = test.to_queue();
  asked.summary = "Three pairs, all too small";
  asked.open_question = "Who pays for the way back?";
  auto const packet = test.packet(test.offer_with(asked));
  CHECK(packet.at("summary") == asked.summary);
  CHECK(packet.at("open_question") == asked.open_question);
  // An interaction on no case, of which nothing was said yet.
  CHECK(packet.at("issue").is_null());
  CHECK(packet.at("sentiment").is_null());
  for (auto const* list : {"steps_taken", "notes", "commitments", "messages", "knowledge"}) {
    CHECK(packet.at(list).empty());
  }
}

TEST_CASE("packet: lists and texts have their bounds", "[handoffs]") {
  HandoffDesk test;
  CaseId const problem = test.open_case();
  std::vector<interactions::NewMessage> lines;
  for (int i = 0; i < 30; ++i) {
    lines.push_back(line("agent", std::string(3000, 'x')));
    for (int k = 0; k < 3; ++k)
      lines.back().sources.push_back({"kb-" + std::to_string(i) + "-" + std::to_string(k), "1"});
  }
  test.say(test.chat, lines, bot);
  for (int i = 0; i < steps_max + 2; ++i) note(test, problem, "step", std::to_string(i));
  auto const packet = test.packet(test.offered());
  REQUIRE(packet.at("messages").size() == messages_max);
  CHECK(packet.at("messages")[0].at("seq") == 11);
  CHECK(packet.at("messages")[0].at("text").get<std::string>().size() ==
        packet_text_max - 1 + std::string("…").size());
  CHECK(packet.at("more").at("messages") == 10);
  CHECK(packet.at("knowledge").size() == knowledge_max);
  CHECK(packet.at("knowledge")[0].at("id") == "kb-29-0");
  REQUIRE(packet.at("steps_taken").size() == steps_max);
  CHECK(packet.at("steps_taken")[0].at("text") == std::to_string(steps_max + 1));
}

TEST_CASE("packet: identifiers that a login or the network vouches for", "[handoffs]") {
  HandoffDesk test;
  interactions::Start start;
  start.channel = "chat";
  start.direction = "inbound";
  auto email = support::email("jo@x.example");
  email.assurance = "authenticated";
  auto phone = support::phone("+18597879085");
  phone.assurance = "channel";
  auto other = support::email("said@x.example");
  other.assurance = "claimed";
  start.subject.identifiers = {other, phone, email};
  test.chat =
      test.write([&](postgres::Tx& tx) { return interactions::start(tx, test.actor, start).id; });
  auto const verified = test.packet(test.offered()).at("identifiers_verified");
  REQUIRE(verified.size() == 2);
  CHECK(verified[0].at("value") == "jo@x.example");
  CHECK(verified[0].at("assurance") == "authenticated");
  CHECK(verified[1].at("value") == "+18597879085");
  CHECK(verified[1].at("assurance") == "channel");
}

}  // namespace
}  // namespace throughline::handoffs

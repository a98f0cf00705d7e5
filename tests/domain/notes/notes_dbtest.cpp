// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>

#include "support/desk.hpp"
#include "throughline/domain/cases.hpp"
#include "throughline/domain/notes.hpp"

namespace throughline::notes {
namespace {

using postgres::Tx;
using support::error_of;
using Lines = std::vector<std::string>;

struct Fixture : support::Desk {
  InteractionId call = call_from("+19776252661");
  CaseId case_id = open_case(customer_of(call));

  CaseId open_case(CustomerId customer) {
    cases::Open open;
    open.customer = customer;
    open.subject = "Wrong size";
    return write([&](Tx& tx) { return cases::open(tx, actor, open); }).id;
  }
  Added add_note(NewNote const& note) {
    return write([&](Tx& tx) { return add(tx, actor, case_id, note); });
  }
  Note read_note(NoteId id) {
    return read([&](Tx& tx) { return get(tx, id); });
  }
  cases::Case read_case() {
    return read([&](Tx& tx) { return cases::get(tx, case_id); });
  }
};

NewNote note(std::string text, std::string kind = "note") {
  NewNote note;
  note.kind = std::move(kind);
  note.text = std::move(text);
  return note;
}

TEST_CASE("notes: a note is read back as it was written", "[notes]") {
  Fixture test;
  test.actor.now += std::chrono::seconds(1);
  auto asked = note("Asked for the \"order\" number\n7\\8", "step");
  asked.channel = "chat";
  asked.agent = Agent{"bot", "chat-1", "m-4", "p-7", "calm"};
  asked.external_id = ExternalId{"crm", "n-1"};
  auto const id = test.add_note(asked).id;
  auto const found = test.read_note(id);
  CHECK(found.case_id == test.case_id);
  CHECK(found.kind == "step");
  CHECK(found.text == asked.text);
  CHECK(found.channel == "chat");
  CHECK(found.agent == asked.agent);
  CHECK_FALSE(found.interaction_id);
  CHECK(found.at == test.actor.now);
  CHECK(found.external_id->id == "n-1");
  CHECK(test.facts().back() == "note.added");
  CHECK(test.entries().back() == "note added");
  CHECK(test.leaks_of("order") == 0);
}

TEST_CASE("notes: an open question becomes the case's", "[notes]") {
  Fixture test;
  auto const before = test.read_case().version;
  test.add_note(note("May a manager waive the 90 days?", "open_question"));
  CHECK(test.read_case().open_question == "May a manager waive the 90 days?");
  CHECK(test.read_case().version == before + 1);
  auto facts = test.facts();
  CHECK(Lines(facts.end() - 2, facts.end()) == Lines{"note.added", "case.updated open_question"});

  test.add_note(note("May a manager waive the 90 days?", "open_question"));
  CHECK(test.read_case().version == before + 1);
  CHECK(test.facts().back() == "note.added");
  CHECK(test.leaks_of("manager") == 0);
}

TEST_CASE("notes: the newer of two notes replaces the older, once", "[notes]") {
  Fixture test;
  auto const first = test.add_note(note("Size 7")).id;
  auto newer = note("Size 8");
  newer.replaces = first;
  auto const second = test.add_note(newer).id;
  CHECK(test.read_note(first).replaced_by == second);
  CHECK(test.read_note(second).replaces == first);
  CHECK(test.read_note(first).text == "Size 7");

  auto const facts = test.facts().size();
  CHECK(error_of([&] { test.add_note(newer); }) == "invalid /replaces");
  newer.replaces = NoteId::make(test.actor.now);
  CHECK(error_of([&] { test.add_note(newer); }) == "invalid /replaces");
  newer.replaces = second;
  CaseId const other = test.open_case(test.customer_of(test.call));
  CHECK(error_of([&] { test.write([&](Tx& tx) { add(tx, test.actor, other, newer); }); }) ==
        "invalid /replaces");
  CHECK(test.facts().size() == facts + 1);  // the other case
}

TEST_CASE("notes: a note may name the same customer's interaction", "[notes]") {
  Fixture test;
  auto asked = note("Spoke to the caller");
  asked.interaction_id = test.call;
  CHECK(test.read_note(test.add_note(asked).id).channel == "voice");
  asked.channel = "store";
  CHECK(test.read_note(test.add_note(asked).id).channel == "store");

  asked.interaction_id = InteractionId::make(test.actor.now);
  CHECK(error_of([&] { test.add_note(asked); }) == "invalid /interaction_id");
  asked.interaction_id = test.call_from("+18597879085");
  CHECK(error_of([&] { test.add_note(asked); }) == "invalid /interaction_id");
}

TEST_CASE("notes: a repeat by external id finds the first and writes nothing", "[notes]") {
  Fixture test;
  auto asked = note("Once", "open_question");
  asked.external_id = ExternalId{"crm", "n-1"};
  auto const first = test.add_note(asked);
  auto const facts = test.facts();
  asked.text = "Twice";
  auto const second = test.add_note(asked);
  CHECK_FALSE(first.repeated);
  CHECK(second.repeated);
  CHECK(second.id == first.id);
  CHECK(test.facts() == facts);
  CHECK(test.read_case().open_question == "Once");
  test.case_id = CaseId::make(test.actor.now);
  CHECK(error_of([&] { test.add_note(asked); }) == "not_found");
}

TEST_CASE("notes: past times need a scope of their own", "[notes]") {
  Fixture test;
  auto asked = note("Written on Tuesday");
  asked.at = test.actor.now - std::chrono::hours(48);
  CHECK(test.read_note(test.add_note(asked).id).at == asked.at);
  test.actor.scopes = *parse_scopes("cases:write");
  CHECK(error_of([&] { test.add_note(asked); }) == "forbidden");
  asked.at = test.actor.now + std::chrono::hours(1);
  CHECK(error_of([&] { test.add_note(asked); }) == "invalid /at");
}

TEST_CASE("notes: a case's notes are paged to the end, ties included", "[notes]") {
  Fixture test;
  std::vector<NoteId> written;
  for (int i = 0; i < 7; ++i) {
    auto asked = note("n");
    asked.at = test.actor.now - std::chrono::hours(i / 3);
    written.push_back(test.add_note(asked).id);
  }
  std::vector<Note> seen;
  PageRequest request{2, {}};
  do {
    auto const page = test.read([&](Tx& tx) { return list(tx, test.case_id, request); });
    CHECK(page.items.size() <= 2);
    seen.insert(seen.end(), page.items.begin(), page.items.end());
    request.after = page.next;
  } while (!request.after.empty());
  REQUIRE(seen.size() == written.size());
  for (std::size_t i = 1; i < seen.size(); ++i) {
    CHECK(std::pair(seen[i - 1].at, seen[i - 1].id) > std::pair(seen[i].at, seen[i].id));
  }
  request.after = {"no", "key"};
  CHECK(error_of([&] { test.read([&](Tx& tx) { list(tx, test.case_id, request); }); }) ==
        "invalid ?cursor");
}

TEST_CASE("notes: nothing is written for a case that is not there", "[notes]") {
  Fixture test;
  Fixture other;
  auto const facts = test.facts();
  CHECK(error_of([&] {
          test.write([&](Tx& tx) { add(tx, test.actor, other.case_id, note("x")); });
        }) == "not_found");
  CHECK(error_of([&] { test.read([&](Tx& tx) { list(tx, other.case_id, {}); }); }) == "not_found");
  auto const theirs = other.add_note(note("x")).id;
  CHECK(error_of([&] { test.read_note(theirs); }) == "not_found");
  auto asked = note("x");
  asked.interaction_id = other.call;
  CHECK(error_of([&] { test.add_note(asked); }) == "invalid /interaction_id");
  CHECK(test.facts() == facts);
}

}  // namespace
}  // namespace throughline::notes

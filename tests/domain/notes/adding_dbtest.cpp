// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// Many notes in one transaction: each has its own outcome, and leaves what it would have left
// alone.
#include <catch2/catch.hpp>
#include <thread>

#include "support/desk.hpp"
#include "throughline/domain/cases.hpp"
#include "throughline/domain/notes.hpp"
#include "throughline/domain/parts.hpp"

namespace throughline::notes {
namespace {

using postgres::Tx;

NewNote note(std::string text, std::string kind = "note") {
  NewNote made;
  made.kind = std::move(kind);
  made.text = std::move(text);
  return made;
}

struct Fixture : support::Desk {
  InteractionId call = call_from("+19776252661");
  InteractionId other_call = call_from("+18597879085");
  CaseId mine = open_case(customer_of(call));
  CaseId theirs = open_case(customer_of(other_call));
  std::vector<std::pair<CaseId, NewNote>> asked;

  CaseId open_case(CustomerId customer) {
    cases::Open open;
    open.customer = customer;
    open.subject = "Wrong size";
    return write([&](Tx& tx) { return cases::open(tx, actor, open); }).id;
  }
  NewNote& ask(CaseId id, NewNote const& one) {
    asked.emplace_back(id, one);
    return asked.back().second;
  }
  std::vector<Adding::Outcome> add(std::vector<bool> wanted = {}) {
    wanted.resize(asked.size(), wanted.empty());
    return write([&](Tx& tx) {
      std::vector<Adding::Asked> list;
      for (auto const& [id, one] : asked) list.push_back({&actor, id, &one});
      return Adding(tx, list).finish(wanted);
    });
  }
  std::size_t count(CaseId id) {
    return read([&](Tx& tx) { return list(tx, id, {50, {}}); }).items.size();
  }
};

TEST_CASE("adding: every note is written, in order, each customer's version raised", "[notes]") {
  Fixture test;
  for (int i = 0; i < 10; ++i) test.ask(i % 2 == 0 ? test.mine : test.theirs, note("n"));
  auto const before = test.facts().size();
  auto const outcomes = test.add();
  for (auto const& outcome : outcomes) {
    CHECK_FALSE(outcome.error);
    auto const written = test.read([&](Tx& tx) { return get(tx, outcome.added.id); });
    CHECK(written.at == outcome.note.at);
    CHECK(written.case_id == outcome.note.case_id);
  }
  CHECK(outcomes[0].root == test.customer_of(test.call));
  CHECK(test.facts().size() == before + 10);
  CHECK(test.count(test.mine) == 5);
  CHECK(test.count(test.theirs) == 5);
}

TEST_CASE("adding: a bad note fails alone and leaves nothing", "[notes]") {
  Fixture test;
  test.ask(test.mine, note("good"));
  test.ask(CaseId::make(test.actor.now), note("no case"));
  test.ask(test.mine, note("bad")).interaction_id = test.other_call;
  test.ask(test.mine, note("bad")).replaces = NoteId::make(test.actor.now);
  test.ask(test.mine, note("bad")).at = test.actor.now + std::chrono::hours(1);
  test.ask(test.theirs, note("good")).interaction_id = test.other_call;
  auto const before = test.entries().size();
  auto const outcomes = test.add();
  CHECK_FALSE(outcomes[0].error);
  CHECK(outcomes[1].error->code() == Code::not_found);
  CHECK(outcomes[2].error->fields()[0].pointer == "/interaction_id");
  CHECK(outcomes[3].error->fields()[0].pointer == "/replaces");
  CHECK(outcomes[4].error->fields()[0].pointer == "/at");
  CHECK_FALSE(outcomes[5].error);
  CHECK(outcomes[5].note.channel == "voice");
  CHECK(test.entries().size() == before + 2);
  CHECK(test.count(test.mine) == 1);
}

TEST_CASE("adding: of two that replace one note the second fails", "[notes]") {
  Fixture test;
  test.ask(test.mine, note("first"));
  auto const first = test.add()[0].added.id;
  test.asked.clear();
  test.ask(test.mine, note("newer")).replaces = first;
  test.ask(test.mine, note("late")).replaces = first;
  auto const outcomes = test.add();
  CHECK_FALSE(outcomes[0].error);
  CHECK(outcomes[1].error->fields()[0].pointer == "/replaces");
  CHECK(test.count(test.mine) == 2);
}

TEST_CASE("adding: the last open question stands, and each new one is a fact", "[notes]") {
  Fixture test;
  test.ask(test.mine, note("One?", "open_question"));
  test.ask(test.mine, note("Two?", "open_question"));
  test.ask(test.mine, note("Two?", "open_question"));
  auto const before = test.facts().size();
  test.add();
  CHECK(test.facts().size() == before + 5);
  auto const found = test.read([&](Tx& tx) { return cases::get(tx, test.mine); });
  CHECK(found.open_question == "Two?");
  CHECK(found.version == 3);
}

TEST_CASE("adding: an external id makes repeats within the batch and beyond it", "[notes]") {
  Fixture test;
  ExternalId const name{"crm", "n-1"};
  test.ask(test.mine, note("once")).external_id = name;
  test.ask(test.mine, note("twice")).external_id = name;
  auto const outcomes = test.add();
  CHECK_FALSE(outcomes[0].added.repeated);
  CHECK(outcomes[1].added.repeated);
  CHECK(outcomes[1].added.id == outcomes[0].added.id);
  CHECK(test.add()[0].added.id == outcomes[0].added.id);
  CHECK(test.count(test.mine) == 1);
}

TEST_CASE("adding: an external id that a refused note claimed is free again", "[notes]") {
  Fixture test;
  ExternalId const name{"crm", "n-1"};
  auto& bad = test.ask(test.mine, note("bad"));
  bad.external_id = name;
  bad.interaction_id = test.other_call;
  test.ask(test.mine, note("good")).external_id = name;
  auto const outcomes = test.add();
  CHECK(outcomes[0].error);
  CHECK(outcomes[1].moved);  // to be asked again: its first never came to be
  test.asked.erase(test.asked.begin());
  auto const again = test.add();
  CHECK_FALSE(again[0].added.repeated);
  CHECK(test.count(test.mine) == 1);
}

TEST_CASE("adding: what is not wanted leaves nothing, its external id included", "[notes]") {
  Fixture test;
  test.ask(test.mine, note("repeated request")).external_id = ExternalId{"crm", "n-1"};
  test.ask(test.mine, note("wanted"));
  test.add({false, true});
  CHECK(test.count(test.mine) == 1);
  test.asked.pop_back();
  CHECK_FALSE(test.add()[0].added.repeated);
}

TEST_CASE("adding: notes of one customer by many at once are numbered without gaps", "[notes]") {
  Fixture test;
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&] {
      for (int n = 0; n < 5; ++n) {
        std::vector<NewNote> const notes(4, note("n"));
        test.database.pool().transact(postgres::Mode::write, test.tenant, [&](Tx& tx) {
          std::vector<Adding::Asked> list;
          for (auto const& one : notes)
            list.push_back({&test.actor, list.size() % 2 == 0 ? test.mine : test.theirs, &one});
          Adding(tx, list).finish(std::vector<bool>(list.size(), true));
        });
      }
    });
  }
  for (auto& thread : threads) thread.join();
  CHECK(test.read([&](Tx& tx) { return list(tx, test.mine, {200, {}}); }).items.size() == 80);
  auto const version = test.read([&](Tx& tx) {
    return tx
        .exec("select count(*) = max(version) from changes where root_id = $1",
              {test.customer_of(test.call)})[0][0]
        .boolean();
  });
  CHECK(version);
}

}  // namespace
}  // namespace throughline::notes

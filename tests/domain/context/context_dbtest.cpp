// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "support/database.hpp"
#include "throughline/domain/cases.hpp"
#include "throughline/domain/commitments.hpp"
#include "throughline/domain/context.hpp"
#include "throughline/domain/interactions.hpp"
#include "throughline/domain/notes.hpp"

namespace throughline::context {
namespace {

using Json = nlohmann::json;
using postgres::Mode;
using postgres::Tx;

identity::Identifier identifier(std::string const& type, std::string const& value) {
  return std::get<identity::Identifier>(identity::normalise({type, value, "", ""}, ""));
}

struct World {
  support::Database database;
  Actor actor = database.actor(database.make_tenant());

  /// Each write a moment after the one before, so that "newest first" has one meaning.
  template <class Body>
  auto write(Body body) {
    actor.now += std::chrono::milliseconds(1);
    decltype(body(std::declval<Tx&>())) result{};
    database.pool().transact(Mode::write, actor.tenant, [&](Tx& tx) { result = body(tx); });
    return result;
  }
  cache::DocumentPtr assemble(CustomerId root) {
    cache::DocumentPtr document;
    database.pool().transact(Mode::read, actor.tenant, [&](Tx& tx) {
      document = throughline::context::assemble(tx, actor, root);
    });
    return document;
  }
  Json context(CustomerId root) { return Json::parse(assemble(root)->body); }

  interactions::Interaction start(std::string const& channel, identity::Identifier const& by) {
    return write([&](Tx& tx) {
      interactions::Start start;
      start.channel = channel;
      start.direction = "inbound";
      start.subject.identifiers = {by};
      return interactions::get(tx, interactions::start(tx, actor, start).id);
    });
  }
  void end(InteractionId id, std::string const& outcome) {
    write([&](Tx& tx) {
      interactions::end(tx, actor, id, {outcome, "Wants a call back", std::nullopt}, std::nullopt);
      return 0;
    });
  }
  CaseId open(InteractionId interaction, std::string const& subject) {
    return write([&](Tx& tx) {
      cases::Open open;
      open.interaction = interaction;
      open.subject = subject;
      return cases::open(tx, actor, open).id;
    });
  }
  NoteId note(CaseId id, std::string const& kind, std::string const& text,
              std::optional<NoteId> replaces = std::nullopt) {
    return write([&](Tx& tx) {
      notes::NewNote note;
      note.kind = kind;
      note.text = text;
      note.channel = "chat";
      note.replaces = replaces;
      return notes::add(tx, actor, id, note).id;
    });
  }
  CommitmentId promise(CaseId id, std::string const& text, std::chrono::hours due_in) {
    return write([&](Tx& tx) {
      commitments::NewCommitment what;
      what.what = text;
      what.due_at = actor.now + due_in;
      what.channel = "chat";
      return commitments::make(tx, actor, id, what).id;
    });
  }
  void settle(CommitmentId id, std::string const& status) {
    write([&](Tx& tx) {
      commitments::Patch patch;
      patch.status = status;
      commitments::update(tx, actor, id, patch, std::nullopt);
      return 0;
    });
  }
  /// What happens by itself at this moment.
  void ring(alarms::Handler const& handler, Uuid const& resource, CustomerId part) {
    write([&](Tx& tx) {
      alarms::Alarm const alarm{handler.kind, resource, part, actor.now};
      return alarms::ring(tx, actor, handler, {&alarm, 1});
    });
  }
  void move(CaseId id, std::string const& status) {
    write([&](Tx& tx) {
      cases::Patch patch;
      patch.status = status;
      cases::update(tx, actor, id, patch, std::nullopt);
      return 0;
    });
  }
};

TEST_CASE("the context tells what was asked, tried, noted and by whom", "[context]") {
  World world;
  auto const chat = world.start("chat", identifier("email", "crystal@x.example"));
  auto const id = world.open(chat.id, "Wrong size, return refused");
  world.note(id, "step", "Purchase validated");
  auto const wrong = world.note(id, "note", "Bought in Octobre");
  world.note(id, "note", "Bought in November", wrong);
  world.note(id, "open_question", "May a manager waive the 90 days?");
  world.end(chat.id, "escalated");
  auto const call = world.start("voice", identifier("email", "crystal@x.example"));
  REQUIRE(call.root == chat.root);

  auto const context = world.context(chat.root);
  CHECK(context["customer"]["id"] == chat.root.str());
  CHECK(context["customer"]["identifiers"][0]["value"] == "crystal@x.example");
  REQUIRE(context["live"].size() == 1);
  CHECK(context["live"][0]["interaction_id"] == call.id.str());
  CHECK(context["live"][0]["channel"] == "voice");
  REQUIRE(context["open_cases"].size() == 1);
  auto const& shown = context["open_cases"][0];
  CHECK(shown["subject"] == "Wrong size, return refused");
  CHECK(shown["open_question"] == "May a manager waive the 90 days?");
  REQUIRE(shown["steps_taken"].size() == 1);
  CHECK(shown["steps_taken"][0]["text"] == "Purchase validated");
  REQUIRE(shown["notes"].size() == 1);
  CHECK(shown["notes"][0]["text"] == "Bought in November");
  REQUIRE(context["recent_interactions"].size() == 1);
  CHECK(context["recent_interactions"][0]["outcome"] == "escalated");
  CHECK(context["recent_interactions"][0]["summary"] == "Wants a call back");
  CHECK_FALSE(context.contains("more"));
}

TEST_CASE("lists are cut at their bounds and say how much is missing", "[context]") {
  World world;
  auto const by = identifier("email", "busy@x.example");
  auto const first = world.start("chat", by);
  auto const id = world.open(first.id, "Case 0");
  for (int i = 0; i < notes_per_case_max + 3; ++i) world.note(id, "note", std::string(700, 'n'));
  for (int i = 0; i < steps_per_case_max + 2; ++i) world.note(id, "step", std::to_string(i));
  for (int i = 0; i < live_max + 1; ++i) world.start("chat", by);
  for (int i = 0; i < open_cases_max; ++i) world.open(world.start("sms", by).id, "Another");

  auto const context = world.context(first.root);
  CHECK(context["live"].size() == live_max);
  CHECK(context["more"]["live"] == 12);
  CHECK(context["open_cases"].size() == open_cases_max);
  CHECK(context["more"]["open_cases"] == 1);

  for (auto const& other : context["open_cases"]) {
    world.move(CaseId::parse(other["id"].get<std::string>()).value(), "closed");
  }
  auto const shown = world.context(first.root)["open_cases"];
  REQUIRE(shown.size() == 1);
  CHECK(shown[0]["notes"].size() == notes_per_case_max);
  CHECK(shown[0]["more"]["notes"] == 3);
  CHECK(shown[0]["more"]["steps_taken"] == 2);
  CHECK(shown[0]["steps_taken"][0]["text"] == std::to_string(steps_per_case_max + 1));
  auto const text = shown[0]["notes"][0]["text"].get<std::string>();
  CHECK(text == std::string(text_max - 1, 'n') + "…");
}

TEST_CASE("a resolved case stays in sight for seven days, a closed one not", "[context]") {
  World world;
  auto const chat = world.start("chat", identifier("email", "done@x.example"));
  auto const resolved = world.open(chat.id, "Solved");
  auto const closed = world.open(chat.id, "Gone");
  world.move(resolved, "resolved");
  world.move(closed, "closed");
  auto const context = world.context(chat.root);
  REQUIRE(context["open_cases"].size() == 1);
  CHECK(context["open_cases"][0]["status"] == "resolved");
  auto const seen = world.assemble(chat.root);
  world.actor.now += cases::resolved_visible;
  CHECK(world.assemble(chat.root)->body == seen->body);  // time alone changes nothing
  world.ring(cases::alarms().front(), resolved.value, chat.root);
  CHECK(world.context(chat.root)["open_cases"].empty());
  CHECK(world.assemble(chat.root)->version == seen->version + 1);
  world.move(resolved, "open");
  CHECK(world.context(chat.root)["open_cases"].size() == 1);
  world.move(resolved, "resolved");
  CHECK(world.context(chat.root)["open_cases"].size() == 1);
}

TEST_CASE("a case that was reopened, or closed, does not age", "[context]") {
  World world;
  auto const chat = world.start("chat", identifier("email", "again@x.example"));
  for (auto const* status : {"open", "closed"}) {
    auto const id = world.open(chat.id, "Solved");
    world.move(id, "resolved");
    world.move(id, status);
    world.actor.now += cases::resolved_visible;
    auto const before = world.assemble(chat.root)->version;
    world.ring(cases::alarms().front(), id.value, chat.root);
    CHECK(world.assemble(chat.root)->version == before);
  }
}

TEST_CASE("a promise is shown until it is settled, whatever becomes of its case", "[context]") {
  World world;
  auto const chat = world.start("chat", identifier("email", "promise@x.example"));
  auto const id = world.open(chat.id, "Wrong size");
  auto const later = world.promise(id, "A refund", std::chrono::hours(48));
  auto const sooner = world.promise(id, "A manager calls back", std::chrono::hours(2));
  auto shown = world.context(chat.root)["open_cases"][0]["commitments"];
  REQUIRE(shown.size() == 2);
  CHECK(shown[0]["id"] == sooner.str());
  CHECK(shown[0]["what"] == "A manager calls back");
  CHECK(shown[0]["status"] == "open");
  CHECK(shown[0]["channel"] == "chat");
  CHECK_FALSE(shown[0].contains("overdue"));
  CHECK(shown[1]["id"] == later.str());

  world.move(id, "resolved");
  world.actor.now += cases::resolved_visible;
  world.ring(cases::alarms().front(), id.value, chat.root);
  CHECK(world.context(chat.root)["open_cases"].size() == 1);
  world.move(id, "closed");
  CHECK(world.context(chat.root)["open_cases"][0]["status"] == "closed");
  world.settle(sooner, "broken");
  shown = world.context(chat.root)["open_cases"][0]["commitments"];
  REQUIRE(shown.size() == 1);
  CHECK(shown[0]["id"] == later.str());
  world.settle(later, "kept");
  CHECK(world.context(chat.root)["open_cases"].empty());
}

TEST_CASE("a promise whose due time passed is warned of until it is settled or moved",
          "[context]") {
  World world;
  auto const chat = world.start("chat", identifier("email", "late@x.example"));
  auto const id = world.open(chat.id, "Wrong size");
  auto const promise = world.promise(id, "A manager calls back", std::chrono::hours(2));
  CHECK(world.context(chat.root)["warnings"].empty());
  world.actor.now += std::chrono::hours(3);
  world.ring(commitments::alarms().front(), promise.value, chat.root);
  auto const context = world.context(chat.root);
  CHECK(context["warnings"] ==
        Json{{{"code", "commitment_overdue"},
              {"commitment_id", promise.str()},
              {"case_id", id.str()},
              {"due_at", context["open_cases"][0]["commitments"][0]["due_at"]}}});
  CHECK(context["open_cases"][0]["commitments"][0]["overdue"] == true);
  world.settle(promise, "kept");
  CHECK(world.context(chat.root)["warnings"].empty());
}

TEST_CASE("promises are cut at their bound, the soonest due are shown", "[context]") {
  World world;
  auto const chat = world.start("chat", identifier("email", "many@x.example"));
  auto const id = world.open(chat.id, "Wrong size");
  for (int i = commitments_per_case_max + 3; i > 0; --i) {
    world.promise(id, std::to_string(i), std::chrono::hours(i));
  }
  auto const shown = world.context(chat.root)["open_cases"][0];
  REQUIRE(shown["commitments"].size() == commitments_per_case_max);
  CHECK(shown["commitments"][0]["what"] == "1");
  CHECK(shown["more"]["commitments"] == 3);
}

TEST_CASE("a document lists the names that lead to it alone", "[context]") {
  World world;
  auto const one = world.start("chat", identifier("email", "one@x.example"));
  auto const two = world.start("chat", identifier("email", "two@x.example"));
  auto const phone = identifier("phone", "+442079460958");
  for (auto const root : {one.root, two.root}) {
    world.write([&](Tx& tx) {
      identity::attach(tx, world.actor, root, phone, identity::Others::share);
      return 0;
    });
  }
  auto const document = world.assemble(one.root);
  auto names = document->answers_for;
  std::sort(names.begin() + 1, names.end());
  CHECK(names == std::vector<std::string>{"settings:1", "customer:" + one.root.str(),
                                          "email:one@x.example"});
  auto const identifiers = Json::parse(document->body)["customer"]["identifiers"];
  REQUIRE(identifiers.size() == 2);
  CHECK(identifiers[1]["shared"] == true);
}

TEST_CASE("every change names another document", "[context]") {
  World world;
  auto const chat = world.start("chat", identifier("email", "tag@x.example"));
  auto const before = world.assemble(chat.root);
  CHECK(world.assemble(chat.root)->etag == before->etag);
  world.open(chat.id, "New");
  auto const after = world.assemble(chat.root);
  CHECK(after->etag != before->etag);
  CHECK(after->version > before->version);
  CHECK(Json::parse(after->body)["version"] == after->version);
}

TEST_CASE("what is no root has no document", "[context]") {
  World world;
  CHECK_THROWS_AS(world.assemble(CustomerId::make(support::test_now)), Error);
}

}  // namespace
}  // namespace throughline::context

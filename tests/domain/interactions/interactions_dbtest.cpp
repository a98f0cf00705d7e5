// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>

#include "support/desk.hpp"
#include "throughline/domain/cases.hpp"
#include "throughline/domain/interactions.hpp"

namespace throughline::interactions {
namespace {

using postgres::Tx;
using support::error_of;
using Lines = std::vector<std::string>;

struct Fixture : support::Desk {
  InteractionId call = call_from("+19776252661");

  Interaction read_one() {
    return read([&](Tx& tx) { return get(tx, call); });
  }
  void patch(Patch const& what, std::optional<std::int64_t> expected = {}) {
    write([&](Tx& tx) { update(tx, actor, call, what, expected); });
  }
  void finish(End const& how, std::optional<std::int64_t> expected = {}) {
    write([&](Tx& tx) { end(tx, actor, call, how, expected); });
  }
  CaseId open_case(InteractionId by) {
    cases::Open open;
    open.customer = customer_of(by);
    open.subject = "Wrong size";
    return write([&](Tx& tx) { return cases::open(tx, actor, open); }).id;
  }
  std::vector<InteractionId> ids_of(Filter const& filter, std::size_t limit = 2) {
    std::vector<InteractionId> found;
    PageRequest request{limit, {}};
    do {
      auto const page = read([&](Tx& tx) { return list(tx, filter, request); });
      CHECK(page.items.size() <= limit);
      for (auto const& item : page.items) found.push_back(item.id);
      request.after = page.next;
    } while (!request.after.empty());
    return found;
  }
};

TEST_CASE("interactions: a patch sets, clears and leaves alone", "[interactions]") {
  Fixture test;
  Patch what;
  what.intent = "return_size";
  what.sentiment = -0.4;
  what.summary = "Wants to return jeans.";
  test.patch(what);
  auto found = test.read_one();
  CHECK(found.intent == "return_size");
  CHECK(found.sentiment == -0.4);
  CHECK(found.summary == "Wants to return jeans.");
  CHECK(found.version == 2);
  CHECK(test.facts().back() == "interaction.updated intent,sentiment,summary");

  auto const facts = test.facts();
  test.patch(what);
  test.patch({});
  CHECK(test.read_one().version == 2);
  CHECK(test.facts() == facts);

  what = {};
  what.sentiment = std::optional<double>();
  what.intent = std::optional<std::string>();
  test.patch(what);
  found = test.read_one();
  CHECK_FALSE(found.sentiment);
  CHECK(found.intent.empty());
  CHECK(found.summary == "Wants to return jeans.");
  CHECK(test.facts().back() == "interaction.updated intent,sentiment");
  CHECK(test.leaks_of("jeans") == 0);

  CHECK(error_of([&] { test.patch(what, 2); }) == "version_mismatch");
}

TEST_CASE("interactions: an interaction is put on a case of its customer", "[interactions]") {
  Fixture test;
  Patch what;
  what.case_id = test.open_case(test.call);
  test.actor.now += std::chrono::seconds(1);
  test.patch(what);
  CHECK(test.read_one().case_id == *what.case_id);
  CHECK(test.entries().back() == "interaction linked");
  what.case_id = test.open_case(test.call_from("+18597879085"));
  CHECK(error_of([&] { test.patch(what); }) == "conflict");
  what.case_id = CaseId::make(test.actor.now);
  CHECK(error_of([&] { test.patch(what); }) == "invalid /case_id");
  Fixture other;
  what.case_id = other.open_case(other.call);
  CHECK(error_of([&] { test.patch(what); }) == "invalid /case_id");
  what.case_id = std::optional<CaseId>();
  test.patch(what);
  CHECK_FALSE(test.read_one().case_id);
  CHECK(test.facts().back() == "interaction.updated case_id");
}

TEST_CASE("interactions: an end is final and may be repeated", "[interactions]") {
  Fixture test;
  test.actor.now += std::chrono::minutes(5);
  test.finish({"escalated", "A manager calls back.", {}});
  auto const ended = test.read_one();
  CHECK(ended.status == "ended");
  CHECK(ended.outcome == "escalated");
  CHECK(ended.summary == "A manager calls back.");
  CHECK(ended.ended_at == test.actor.now);
  CHECK(ended.version == 2);
  CHECK(test.facts().back() == "interaction.ended");
  CHECK(test.entries().back() == "interaction ended");
  CHECK(test.leaks_of("manager") == 0);

  auto const facts = test.facts();
  test.finish({"escalated", {}, {}});
  CHECK(error_of([&] { test.finish({"resolved", {}, {}}); }) == "conflict");
  CHECK(error_of([&] { test.finish({"escalated", {}, {}}, 1); }) == "version_mismatch");
  CHECK(test.facts() == facts);
  Patch late;
  late.summary = "A manager calls back on Friday.";
  test.patch(late);
  CHECK(test.read_one().summary == "A manager calls back on Friday.");
}

TEST_CASE("interactions: an end lies after the start and not in the future", "[interactions]") {
  Fixture test;
  test.actor.now += std::chrono::hours(2);
  CHECK(error_of([&] {
          test.finish({"resolved", {}, test.actor.now - std::chrono::hours(3)});
        }) == "invalid /ended_at");
  CHECK(error_of([&] {
          test.finish({"resolved", {}, test.actor.now + std::chrono::hours(3)});
        }) == "invalid /ended_at");
  auto const an_hour_ago = test.actor.now - std::chrono::hours(1);
  auto const scopes = test.actor.scopes;
  test.actor.scopes = *parse_scopes("interactions:write");
  CHECK(error_of([&] { test.finish({"resolved", {}, an_hour_ago}); }) == "forbidden");
  test.actor.scopes = scopes;
  test.finish({"resolved", {}, an_hour_ago});
  CHECK(test.read_one().ended_at == an_hour_ago);
}

TEST_CASE("interactions: another instance's slower clock ends no contact before its start",
          "[interactions]") {
  Fixture test;
  auto const started_at = test.actor.now;
  test.actor.now -= std::chrono::milliseconds(5);
  test.finish({"abandoned", {}, {}});
  CHECK(test.read_one().ended_at == started_at);
}

TEST_CASE("interactions: a heartbeat changes no version", "[interactions]") {
  Fixture test;
  auto const beat = [&] { test.write([&](Tx& tx) { heartbeat(tx, test.actor, test.call); }); };
  auto const facts = test.facts();
  test.actor.now += std::chrono::seconds(20);
  beat();
  CHECK(test.read_one().version == 1);
  CHECK(test.facts() == facts);
  CHECK(test.read([&](Tx& tx) {
    return tx.exec("select last_heartbeat_at from interactions where id = $1", {test.call})[0][0]
        .time();
  }) == test.actor.now);
  test.finish({"resolved", {}, {}});
  CHECK(error_of(beat) == "conflict");
  test.call = InteractionId::make(test.actor.now);
  CHECK(error_of(beat) == "not_found");
}

TEST_CASE("interactions: lists filter, combine filters and page to the end", "[interactions]") {
  Fixture test;
  std::vector<InteractionId> chats;
  for (int i = 0; i < 7; ++i) {
    Start asked;
    asked.channel = "chat";
    asked.direction = "inbound";
    asked.subject.customer = test.customer_of(test.call);
    asked.agent = Agent{"human", i % 2 == 0 ? "mara" : "finn", "", "", ""};
    asked.started_at = test.actor.now - std::chrono::hours(i / 3);
    chats.push_back(test.write([&](Tx& tx) { return start(tx, test.actor, asked); }).id);
  }
  test.finish({"resolved", {}, {}});
  auto const all = test.ids_of({});
  CHECK(all.size() == 8);
  for (std::size_t i = 1; i < all.size(); ++i) {
    auto const [newer, older] =
        test.read([&](Tx& tx) { return std::pair(get(tx, all[i - 1]), get(tx, all[i])); });
    CHECK(std::pair(newer.started_at, newer.id) > std::pair(older.started_at, older.id));
  }
  CHECK(test.ids_of({"ended", {}, {}}) == std::vector{test.call});
  CHECK(test.ids_of({"live", {}, {}}).size() == 7);
  CHECK(test.ids_of({{}, "chat", {}}).size() == 7);
  CHECK(test.ids_of({{}, "voice", {}}) == std::vector{test.call});
  CHECK(test.ids_of({{}, {}, "mara"}).size() == 4);
  CHECK(test.ids_of({"live", "chat", "finn"}).size() == 3);
  CHECK(test.ids_of({"ended", "chat", "finn"}).empty());
  CHECK(test.ids_of({{}, {}, "nobody"}).empty());
}

TEST_CASE("interactions: another tenant's interaction is not there", "[interactions]") {
  Fixture test;
  Fixture other;
  auto const own = test.call;
  test.call = other.call;
  Patch what;
  what.intent = "x";
  CHECK(error_of([&] { test.read_one(); }) == "not_found");
  CHECK(error_of([&] { test.patch(what); }) == "not_found");
  CHECK(error_of([&] { test.finish({"resolved", {}, {}}); }) == "not_found");
  CHECK(error_of([&] { test.write([&](Tx& tx) { heartbeat(tx, test.actor, other.call); }); }) ==
        "not_found");
  CHECK(test.ids_of({}) == std::vector{own});
  CHECK(other.read_one().version == 1);
}

}  // namespace
}  // namespace throughline::interactions

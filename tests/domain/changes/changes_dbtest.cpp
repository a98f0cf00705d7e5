// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>
#include <vector>

#include "support/feed.hpp"
#include "throughline/domain/changes.hpp"

namespace throughline::changes {
namespace {

using postgres::Mode;
using postgres::Tx;
using support::Database;
using support::Feed;

TEST_CASE("changes: a fact comes back as it was recorded", "[changes]") {
  Feed feed;
  auto actor = feed.actor();
  actor.traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
  auto const resource = CaseId::make(actor.now).value;
  CustomerId part;
  feed.write([&](Tx& tx) {
    parts::Locked locked;
    part = parts::create(tx, actor, locked, false);
    record(tx, actor, locked,
           std::vector<Change>{
               {Type::case_updated,
                part,
                resource,
                {"subject", "open_question"},
                Agent{"bot", "chat \"1\", {x}", "model-1", "p1", "q1"}},
               {Type::customer_created, part, part.value, {}, {}},
           });
  });
  auto const items = feed.read_all();
  REQUIRE(items.size() == 2);
  CHECK(items[0].type == "case.updated");
  CHECK(items[0].at == actor.now);
  CHECK(items[0].root == part);
  CHECK(items[0].part == part);
  CHECK(items[0].resource == resource);
  CHECK(items[0].version == 1);
  CHECK(items[0].fields == std::vector<std::string>{"subject", "open_question"});
  CHECK(items[0].key == actor.key);
  CHECK(items[0].agent == Agent{"bot", "chat \"1\", {x}", {}, {}, {}});
  CHECK(items[0].traceparent == actor.traceparent);
  CHECK(items[1].type == "customer.created");
  CHECK(items[1].version == 2);
  CHECK(items[1].fields.empty());
  CHECK(items[1].agent == std::nullopt);
  CHECK(items[0].id != items[1].id);
  CHECK(items[0].position < items[1].position);
}

TEST_CASE("changes: every type has a name of its own", "[changes]") {
  for (std::string_view const name : type_names()) {
    auto const type = parse_type(name);
    REQUIRE(type);
    CHECK(changes::name(*type) == name);
  }
  CHECK(parse_type("case.closed") == std::nullopt);
  CHECK(parse_type("") == std::nullopt);
}

TEST_CASE("changes: facts of several customers keep their order and count apart", "[changes]") {
  Feed feed;
  auto const one = feed.make();
  auto const other = feed.make();
  auto const touched = feed.write([&](Tx& tx) {
    auto locked = parts::lock(tx, feed.actor(), std::vector{one, other});
    std::vector<Change> facts;
    for (auto const part : {other, one, other, other, one}) {
      facts.push_back({Type::event_recorded, part, part.value, {}, {}});
    }
    record(tx, feed.actor(), locked, facts);
    CHECK(locked.root(one).version == 3);
    CHECK(locked.root(other).version == 4);
    record(tx, feed.actor(), locked, std::span(facts).first(1));
    CHECK(locked.root(other).version == 5);
  });
  auto const items = feed.read_all();
  REQUIRE(items.size() == 8);
  std::vector<std::pair<CustomerId, std::int64_t>> seen;
  for (std::size_t i = 2; i < items.size(); ++i) seen.emplace_back(items[i].part, items[i].version);
  CHECK(seen == std::vector<std::pair<CustomerId, std::int64_t>>{
                    {other, 2}, {one, 2}, {other, 3}, {other, 4}, {one, 3}, {other, 5}});
  REQUIRE(touched.size() == 2);
  for (auto const& root : touched) CHECK(root.version == (root.root == one ? 3 : 5));
}

TEST_CASE("changes: a fact names the root that its part has when it is committed", "[changes]") {
  Feed feed;
  auto const older = feed.make();
  auto const younger = feed.make(std::chrono::seconds(1));
  feed.write([&](Tx& tx) {
    auto locked = parts::lock(tx, feed.actor(), std::vector{older, younger});
    parts::join(tx, feed.actor(), locked, older, younger);
    record(tx, feed.actor(), locked,
           std::vector<Change>{{Type::customer_merged, younger, younger.value, {}, {}}});
  });
  feed.record(younger);
  auto const items = feed.read_all();
  REQUIRE(items.size() == 4);
  CHECK(items[1].root == younger);
  CHECK(items[1].version == 1);
  for (std::size_t const i : {2, 3}) {
    CHECK(items[i].root == older);
    CHECK(items[i].part == younger);
    CHECK(items[i].version == static_cast<std::int64_t>(i) + 1);
  }
}

TEST_CASE("changes: nothing is recorded for a customer that isn't locked", "[changes]") {
  Feed feed;
  auto const locked_one = feed.make();
  auto const other = feed.make();
  CHECK_THROWS_AS(feed.write([&](Tx& tx) {
    auto locked = parts::lock(tx, feed.actor(), std::vector{locked_one});
    record(tx, feed.actor(), locked,
           std::vector<Change>{{Type::event_recorded, other, other.value, {}, {}}});
  }),
                  std::logic_error);
  CHECK(feed.read_all().size() == 2);
}

TEST_CASE("changes: a savepoint that is rolled back takes its versions with it", "[changes]") {
  Feed feed;
  auto const part = feed.make();
  auto const fact = std::vector<Change>{{Type::event_recorded, part, part.value, {}, {}}};
  struct BadItem {};
  auto const touched = feed.write([&](Tx& tx) {
    auto locked = parts::lock(tx, feed.actor(), std::vector{part});
    CHECK_THROWS_AS(tx.savepoint([&] {
      auto inside = locked;
      record(tx, feed.actor(), inside, fact);
      throw BadItem{};
    }),
                    BadItem);
    record(tx, feed.actor(), locked, fact);
    CHECK(locked.root(part).version == 2);
  });
  REQUIRE(touched.size() == 1);
  CHECK(touched[0].version == 2);
  CHECK(feed.read_all().back().version == 2);
}

TEST_CASE("changes: a thousand facts at once", "[changes]") {
  Feed feed;
  auto const part = feed.make();
  std::vector<Change> const facts(1000, {Type::event_recorded, part, part.value, {}, {}});
  feed.write([&](Tx& tx) {
    auto locked = parts::lock(tx, feed.actor(), std::vector{part});
    record(tx, feed.actor(), locked, facts);
  });
  auto const items = feed.read_all();
  REQUIRE(items.size() == 1001);
  for (std::size_t i = 0; i < items.size(); ++i) {
    CHECK(items[i].version == static_cast<std::int64_t>(i) + 1);
  }
}

TEST_CASE("changes: the feed is read in pages, whatever their size", "[changes]") {
  Feed feed;
  for (int i = 0; i < 7; ++i) feed.make();
  auto const all = feed.read_all();
  REQUIRE(all.size() == 7);
  for (std::size_t const limit : {1, 3, 7, 1000}) {
    Query query;
    query.limit = limit;
    std::vector<std::int64_t> seen;
    for (int pages = 0; pages < 20; ++pages) {
      auto const batch = feed.read(query);
      CHECK(batch.items.size() <= limit);
      for (Item const& item : batch.items) seen.push_back(item.position);
      CHECK(batch.has_more == (seen.size() < all.size()));
      if (!batch.has_more) break;
      query.after = batch.next;
    }
    std::vector<std::int64_t> expected;
    for (Item const& item : all) expected.push_back(item.position);
    CHECK(seen == expected);
  }
}

TEST_CASE("changes: the cursor passes what the types leave out", "[changes]") {
  Feed feed;
  auto const part = feed.make();
  for (int i = 0; i < 3; ++i) feed.record(part, Type::note_added);
  feed.record(part, Type::case_opened);
  feed.record(part, Type::note_added);
  feed.read_all();

  Query query;
  query.types = {Type::case_opened, Type::customer_created};
  auto const some = feed.read(query);
  REQUIRE(some.items.size() == 2);
  CHECK(some.items[0].type == "customer.created");
  CHECK(some.items[1].type == "case.opened");
  CHECK_FALSE(some.has_more);
  query = {some.next, {}, batch_default};
  CHECK(feed.read(query).items.empty());

  query = {0, {Type::case_opened, Type::note_added}, 2};
  auto const first = feed.read(query);
  CHECK(first.items.size() == 2);
  CHECK(first.has_more);
  CHECK(first.next == first.items.back().position);
}

TEST_CASE("changes: a rare type is looked for in steps", "[changes]") {
  Feed feed;
  auto const part = feed.make();
  std::vector<Change> const facts(scan_max / 4, {Type::message_added, part, part.value, {}, {}});
  for (int i = 0; i < 5; ++i) {
    feed.write([&](Tx& tx) {
      auto locked = parts::lock(tx, feed.actor(), std::vector{part});
      record(tx, feed.actor(), locked, facts);
    });
  }
  feed.record(part, Type::case_opened);
  auto const all = feed.read_all();

  auto const first = feed.read({0, {Type::case_opened}, 1});
  CHECK(first.items.empty());
  CHECK(first.has_more);
  CHECK(first.next == all[scan_max - 1].position);
  auto const second = feed.read({first.next, {Type::case_opened}, 1});
  REQUIRE(second.items.size() == 1);
  CHECK(second.items[0].position == all.back().position);
  CHECK_FALSE(second.has_more);
}

TEST_CASE("changes: a tenant sees its own facts alone", "[changes]") {
  Feed ours;
  Feed theirs;
  theirs.make();
  ours.make();
  REQUIRE(theirs.read_all().size() == 1);
  REQUIRE(ours.read_all().size() == 1);
  CHECK(ours.read({0, {}, 1000}).items.size() == 1);
}

TEST_CASE("changes: the feed is not read where something is written", "[changes]") {
  Feed feed;
  CHECK_THROWS_AS(feed.write([&](Tx& tx) {
    Horizon horizon;
    read(tx, feed.actor(), horizon, {});
  }),
                  std::logic_error);
}

}  // namespace
}  // namespace throughline::changes

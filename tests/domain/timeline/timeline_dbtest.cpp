// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <catch2/catch.hpp>
#include <functional>
#include <iterator>
#include <nlohmann/json.hpp>
#include <set>

#include "support/database.hpp"
#include "throughline/base/error.hpp"
#include "throughline/domain/parts.hpp"
#include "throughline/domain/timeline.hpp"

namespace throughline::timeline {
namespace {

using nlohmann::json;
using postgres::Mode;
using postgres::Tx;
using std::chrono::seconds;
using support::Database;

struct Fixture {
  Database database;
  TenantId tenant = database.make_tenant();
  CustomerId customer = make();

  Actor actor() { return database.actor(tenant); }
  void write(std::function<void(Tx&)> const& body) {
    database.pool().transact(Mode::write, tenant, body);
  }
  CustomerId make(seconds later = seconds(0)) {
    CustomerId id;
    write([&](Tx& tx) {
      parts::Locked locked;
      id = parts::create(tx, database.actor(tenant, support::test_now + later), locked, false);
    });
    return id;
  }
  void join(CustomerId one, CustomerId other) {
    write([&](Tx& tx) {
      auto locked = parts::lock(tx, actor(), std::vector{one, other});
      parts::join(tx, actor(), locked, one, other);
    });
  }
  /// An entry of the customer; the record it names need not exist.
  Entry entry(seconds at, Kind kind = Kind::identity, std::string channel = {}) {
    auto const resource = CustomerId::make(support::test_now).value;
    return {customer, support::test_now + at, kind, "added", resource, std::move(channel), {}, {}};
  }
  void append(std::vector<Entry> const& entries) {
    write([&](Tx& tx) { timeline::append(tx, actor(), entries); });
  }
  Page<std::string> page(Filter const& filter, PageRequest const& request,
                         std::optional<CustomerId> of = {}) {
    Page<std::string> found;
    database.pool().transact(Mode::read, tenant, [&](Tx& tx) {
      found = list(tx, of.value_or(customer), filter, request);
    });
    return found;
  }
  std::vector<json> all(Filter const& filter = {}, std::size_t limit = 50,
                        std::optional<CustomerId> of = {}) {
    std::vector<json> items;
    PageRequest request{limit, {}};
    do {
      auto const found = page(filter, request, of);
      CHECK(found.items.size() <= limit);
      for (auto const& item : found.items) items.push_back(json::parse(item));
      request.after = found.next;
    } while (!request.after.empty());
    return items;
  }
  std::vector<std::string> resources(Filter const& filter = {}, std::size_t limit = 50) {
    std::vector<std::string> ids;
    for (json const& item : all(filter, limit)) ids.push_back(item["resource_id"]);
    return ids;
  }
};

std::vector<std::string> resources_of(std::vector<Entry> const& entries) {
  std::vector<std::string> ids;
  for (Entry const& entry : entries) ids.push_back(to_string(entry.resource));
  return ids;
}

TEST_CASE("timeline: newest first, however it was written", "[timeline]") {
  Fixture test;
  auto const old = test.entry(seconds(-100));
  auto const newer = test.entry(seconds(-10));
  auto const newest = test.entry(seconds(0));
  test.append({newer, newest});
  test.append({old});
  for (std::size_t const limit : {1, 2, 3, 50}) {
    CHECK(test.resources({}, limit) == resources_of({newest, newer, old}));
  }
}

TEST_CASE("timeline: entries of one moment keep their order, across pages too", "[timeline]") {
  Fixture test;
  std::vector<Entry> entries;
  for (int i = 0; i < 40; ++i) entries.push_back(test.entry(seconds(0)));
  test.append(entries);
  std::reverse(entries.begin(), entries.end());
  for (std::size_t const limit : {1, 7, 50}) {
    CHECK(test.resources({}, limit) == resources_of(entries));
  }
}

TEST_CASE("timeline: nothing to append, nothing to show", "[timeline]") {
  Fixture test;
  test.append({});
  auto const page = test.page({}, {});
  CHECK(page.items.empty());
  CHECK(page.next.empty());
}

TEST_CASE("timeline: an entry shows its ids, and null where it has none", "[timeline]") {
  Fixture test;
  auto entry = test.entry(seconds(-1), Kind::identity);
  entry.at += std::chrono::microseconds(70);
  entry.fact = "attached";
  auto full = test.entry(seconds(-2), Kind::identity, "in_app");
  full.case_id = CaseId::make(support::test_now);
  full.interaction_id = InteractionId::make(support::test_now);
  test.append({entry, full});
  auto const items = test.all();
  REQUIRE(items.size() == 2);
  auto const id = items[0]["id"].get<std::string>();
  CHECK(parse_uuid(id));
  CHECK(items[0] == json{{"id", id},
                         {"kind", "identity"},
                         {"fact", "attached"},
                         {"at", "2026-11-21T07:59:59.000070Z"},
                         {"channel", nullptr},
                         {"part_id", test.customer.str()},
                         {"resource_id", to_string(entry.resource)},
                         {"case_id", nullptr},
                         {"interaction_id", nullptr},
                         {"identity", json::object()}});
  CHECK(items[1]["channel"] == "in_app");
  CHECK(items[1]["case_id"] == full.case_id->str());
  CHECK(items[1]["interaction_id"] == full.interaction_id->str());
}

TEST_CASE("timeline: every filter alone and together", "[timeline]") {
  Fixture test;
  auto const case_id = CaseId::make(support::test_now);
  std::vector<Entry> entries;
  int second = 0;
  for (auto const kind : {Kind::note, Kind::event, Kind::identity}) {
    for (auto const* channel : {"", "voice", "chat"}) {
      for (bool const on_case : {false, true}) {
        entries.push_back(test.entry(seconds(--second), kind, channel));
        if (on_case) entries.back().case_id = case_id;
      }
    }
  }
  test.append(entries);
  auto const check = [&](Filter const& filter, auto matches) {
    std::vector<Entry> expected;
    std::copy_if(entries.begin(), entries.end(), std::back_inserter(expected), matches);
    REQUIRE_FALSE(expected.empty());
    for (std::size_t const limit : {1, 50}) {
      CHECK(test.resources(filter, limit) == resources_of(expected));
    }
  };
  auto const since = support::test_now - seconds(12);
  auto const until = support::test_now - seconds(3);
  check({"voice", {}, {}, {}, {}}, [](Entry const& e) { return e.channel == "voice"; });
  check({{}, "note", {}, {}, {}}, [](Entry const& e) { return e.kind == Kind::note; });
  check({{}, {}, case_id, {}, {}}, [](Entry const& e) { return e.case_id.has_value(); });
  check({{}, {}, {}, since, {}}, [&](Entry const& e) { return e.at >= since; });
  check({{}, {}, {}, {}, until}, [&](Entry const& e) { return e.at < until; });
  check({{}, {}, {}, since, until}, [&](Entry const& e) { return e.at >= since && e.at < until; });
  check({"chat", "event", {}, {}, {}},
        [](Entry const& e) { return e.kind == Kind::event && e.channel == "chat"; });
  check({"chat", "event", case_id, since, until}, [&](Entry const& e) {
    return e.kind == Kind::event && e.channel == "chat" && e.case_id && e.at >= since &&
           e.at < until;
  });
  CHECK(test.resources({{}, {}, {}, until, since}).empty());
}

TEST_CASE("timeline: a merged customer shows all its parts, by any of its ids", "[timeline]") {
  Fixture test;
  auto const younger = test.make(seconds(1));
  auto mine = test.entry(seconds(-2));
  auto theirs = test.entry(seconds(-1));
  theirs.part = younger;
  test.append({mine, theirs});
  CHECK(test.all().size() == 1);
  test.join(test.customer, younger);
  CHECK(test.resources() == resources_of({theirs, mine}));
  CHECK(test.all({}, 1, younger) == test.all());
  CHECK(test.all()[0]["part_id"] == younger.str());
}

TEST_CASE("timeline: a hundred parts are one timeline", "[timeline]") {
  Fixture test;
  std::vector<Entry> entries;
  for (std::size_t i = 0; i < parts::parts_max; ++i) {
    auto const part = i == 0 ? test.customer : test.make(seconds(1));
    if (i > 0) test.join(test.customer, part);
    for (int k = 0; k < 3; ++k) {
      entries.push_back(test.entry(seconds(-1 - static_cast<int>(i * 37 + k * 101) % 300)));
      entries.back().part = part;
    }
  }
  test.append(entries);
  std::stable_sort(entries.begin(), entries.end(),
                   [](Entry const& a, Entry const& b) { return a.at > b.at; });
  std::set<std::string> seen;
  auto const items = test.all({}, 7);
  REQUIRE(items.size() == entries.size());
  for (std::size_t i = 0; i < items.size(); ++i) {
    CHECK(items[i]["at"] == format_rfc3339(entries[i].at));
    seen.insert(items[i]["id"].get<std::string>());
  }
  CHECK(seen.size() == entries.size());
}

TEST_CASE("timeline: a customer nobody knows, or another tenant's, is not found", "[timeline]") {
  Fixture test;
  Fixture theirs;
  theirs.append({theirs.entry(seconds(0))});
  for (auto const id : {theirs.customer, CustomerId::make(support::test_now)}) {
    try {
      test.page({}, {}, id);
      FAIL("found");
    } catch (Error const& error) {
      CHECK(error.code() == Code::not_found);
    }
  }
}

TEST_CASE("timeline: keys that no page gave are refused", "[timeline]") {
  Fixture test;
  std::string const at = "2026-11-21T08:00:00Z";
  std::string const id = "018f0000-0000-7000-8000-000000000000";
  for (auto const& keys : {std::vector{at}, {at, at}, {id, id}, {at, id, id}}) {
    try {
      test.page({}, {50, keys});
      FAIL("accepted");
    } catch (Error const& error) {
      CHECK(error.code() == Code::invalid);
      CHECK(error.fields().at(0).pointer == "?cursor");
    }
  }
}

}  // namespace
}  // namespace throughline::timeline

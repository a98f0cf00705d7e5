// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include <atomic>
#include <catch2/catch.hpp>
#include <map>
#include <stdexcept>
#include <thread>
#include <vector>

#include "app/ringing.hpp"
#include "support/clock.hpp"
#include "support/database.hpp"
#include "throughline/domain/alarms.hpp"
#include "throughline/domain/changes.hpp"

namespace throughline::alarms {
namespace {

using postgres::Mode;
using postgres::Tx;
using std::chrono::minutes;
using std::chrono::seconds;
using support::Database;
using support::test_now;

/// A module with one kind of moment: each becomes a fact about the customer.
struct Fixture {
  // A sweeper looks over all tenants: only these tests' alarms are there.
  Database database{Database::Kind::fresh};
  support::ManualClock clock{test_now};
  TenantId tenant = database.make_tenant();
  std::atomic<int> rung{0};
  std::optional<Uuid> poison;  // the record whose handler fails

  Handler handler() {
    return {
        Kind::warning_ends,
        [this](Tx& tx, Actor const& actor, parts::Locked& locked, std::span<Alarm const> due) {
          std::vector<changes::Change> facts;
          for (auto const& alarm : due) {
            if (alarm.resource == poison) throw std::runtime_error("this record is broken");
            facts.push_back({changes::Type::warning_cleared, alarm.part, alarm.resource, {}, {}});
          }
          changes::record(tx, actor, locked, facts);
          rung += static_cast<int>(due.size());
        }};
  }
  app::Ringing sweeper() {
    return {{handler()},
            {database.pool(), database.service_pool(), clock, [](postgres::Committed) {},
             [](std::span<postgres::Touched const>) {}, database.log(), database.metrics()}};
  }
  void write(std::function<void(Tx&)> const& body) {
    database.pool().transact(Mode::write, tenant, body);
  }
  Actor actor() { return database.actor(tenant, clock.now()); }
  CustomerId make_customer() {
    CustomerId made;
    write([&](Tx& tx) {
      parts::Locked locked;
      made = parts::create(tx, actor(), locked, false);
    });
    return made;
  }
  Alarm make_alarm(CustomerId part, Timestamp at) {
    return {Kind::warning_ends, make_uuid7(test_now), part, at};
  }
  void put(std::vector<Alarm> const& alarms) {
    write([&](Tx& tx) {
      std::vector<CustomerId> owners;
      for (auto const& one : alarms) owners.push_back(one.part);
      auto const locked = parts::lock(tx, actor(), owners);
      set(tx, alarms);
    });
  }
  void ring() { sweeper().ring(); }
  std::map<Uuid, int> facts() {
    std::map<Uuid, int> count;
    database.pool().transact(Mode::read, tenant, [&](Tx& tx) {
      for (auto const row : tx.exec("select resource_id from changes")) {
        ++count[row[0].id<CustomerId>().value];
      }
    });
    return count;
  }
  std::int64_t alarms_left() {
    std::int64_t left = 0;
    database.pool().transact(Mode::read, tenant, [&](Tx& tx) {
      left = tx.exec("select count(*) from alarms")[0][0].integer();
    });
    return left;
  }
};

TEST_CASE_METHOD(Fixture, "an alarm rings at its moment, once") {
  auto const alarm = make_alarm(make_customer(), test_now + minutes(5));
  put({alarm});
  clock.set(test_now + minutes(5) - std::chrono::microseconds(1));
  ring();
  CHECK(rung == 0);
  clock.set(test_now + minutes(5));
  ring();
  CHECK(facts() == std::map<Uuid, int>{{alarm.resource, 1}});
  clock.advance(minutes(5));
  ring();
  CHECK(rung == 1);
  CHECK(alarms_left() == 0);
}

TEST_CASE_METHOD(Fixture, "an alarm set again is moved, and one that was cleared does not ring") {
  auto moved = make_alarm(make_customer(), test_now + minutes(1));
  auto const cleared = make_alarm(make_customer(), test_now + minutes(1));
  put({moved, cleared});
  moved.at = test_now + minutes(3);
  put({moved});
  write([&](Tx& tx) { clear(tx, cleared.kind, {&cleared.resource, 1}); });
  clock.set(test_now + minutes(2));
  ring();
  CHECK(rung == 0);
  clock.set(test_now + minutes(3));
  ring();
  CHECK(facts() == std::map<Uuid, int>{{moved.resource, 1}});
}

TEST_CASE_METHOD(Fixture, "alarms of joined customers ring under their root, with its versions") {
  auto const older = make_customer();
  clock.advance(seconds(1));
  auto const younger = make_customer();
  auto const one = make_alarm(older, test_now + minutes(1));
  auto const other = make_alarm(younger, test_now + minutes(1));
  put({one, other});
  write([&](Tx& tx) {
    auto locked = parts::lock(tx, actor(), std::vector{older, younger});
    parts::join(tx, actor(), locked, older, younger);
  });
  clock.set(test_now + minutes(1));
  ring();
  database.pool().transact(Mode::read, tenant, [&](Tx& tx) {
    auto const rows = tx.exec("select root_id, version from changes order by position");
    REQUIRE(rows.size() == 2);
    CHECK(rows[0][0].id<CustomerId>() == older);
    CHECK(rows[1][0].id<CustomerId>() == older);
    CHECK(rows[1][1].integer() == rows[0][1].integer() + 1);
  });
}

TEST_CASE_METHOD(Fixture, "many sweepers at once commit each fact once") {
  std::vector<Alarm> all;
  for (int customer = 0; customer < 30; ++customer) {
    auto const part = make_customer();
    std::vector<Alarm> some;
    for (int i = 0; i < 8; ++i) some.push_back(make_alarm(part, test_now + seconds(i)));
    put(some);
    all.insert(all.end(), some.begin(), some.end());
  }
  clock.set(test_now + minutes(1));
  std::vector<std::thread> sweepers;
  for (int i = 0; i < 4; ++i) sweepers.emplace_back([this] { ring(); });
  for (auto& one : sweepers) one.join();
  ring();  // one of them may have given way to the others
  auto const found = facts();
  CHECK(found.size() == all.size());
  for (auto const& [resource, times] : found) CHECK(times == 1);
  CHECK(alarms_left() == 0);
}

TEST_CASE_METHOD(Fixture, "what a sweeper left undone when it died, the next one does") {
  auto const alarm = make_alarm(make_customer(), test_now);
  put({alarm});
  struct Killed {};
  CHECK_THROWS_AS(write([&](Tx& tx) {
                    alarms::ring(tx, actor(), handler(), {&alarm, 1});
                    throw Killed{};
                  }),
                  Killed);
  CHECK(facts().empty());
  ring();
  CHECK(facts() == std::map<Uuid, int>{{alarm.resource, 1}});
}

TEST_CASE_METHOD(Fixture, "an alarm whose handler fails is put off alone") {
  auto const part = make_customer();
  auto const broken = make_alarm(part, test_now);
  auto const sound = make_alarm(part, test_now + seconds(1));
  put({broken, sound});
  poison = broken.resource;
  clock.set(test_now + seconds(2));
  ring();
  CHECK(facts() == std::map<Uuid, int>{{sound.resource, 1}});
  CHECK(alarms_left() == 1);
  poison.reset();
  clock.advance(postponed_by - seconds(1));
  ring();
  CHECK(rung == 1);
  clock.advance(seconds(1));
  ring();
  CHECK(facts().size() == 2);
}

TEST_CASE_METHOD(Fixture, "more than one look sees is rung in one go, soonest first") {
  std::vector<Alarm> many;
  auto const part = make_customer();
  for (std::size_t i = 0; i < look_max + 10; ++i) {
    many.push_back(make_alarm(part, test_now + seconds(600 - i)));
  }
  put(many);
  clock.set(test_now + minutes(20));
  ring();
  CHECK(alarms_left() == 0);
  CHECK(facts().size() == many.size());
  database.pool().transact(Mode::read, tenant, [&](Tx& tx) {
    auto const first = tx.exec("select resource_id from changes order by position limit 1");
    CHECK(first[0][0].id<CustomerId>().value == many.back().resource);
  });
}

TEST_CASE_METHOD(Fixture, "a tenant's alarms are no other tenant's") {
  auto const alarm = make_alarm(make_customer(), test_now);
  put({alarm});
  auto const other = database.make_tenant();
  database.pool().transact(Mode::write, other, [&](Tx& tx) {
    clear(tx, alarm.kind, {&alarm.resource, 1});
    CHECK(tx.exec("select from alarms").empty());
  });
  CHECK(alarms_left() == 1);
}

}  // namespace
}  // namespace throughline::alarms

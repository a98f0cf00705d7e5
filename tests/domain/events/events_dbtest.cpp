// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>

#include "support/database.hpp"
#include "throughline/domain/cases.hpp"
#include "throughline/domain/events.hpp"

namespace throughline::events {
namespace {

using postgres::Mode;
using postgres::Tx;
using Status = Result::Status;

identity::Identifier email(std::string const& value) {
  return std::get<identity::Identifier>(identity::normalise({"email", value, "", ""}, ""));
}

NewEvent event_of(std::string const& address, std::string type = "order_placed") {
  NewEvent event;
  event.subject.identifiers = {email(address)};
  event.type = std::move(type);
  event.at = support::test_now;
  return event;
}

struct World {
  support::Database database;
  Actor actor = database.actor(database.make_tenant());

  std::vector<Result> record(std::vector<NewEvent> const& events) {
    std::vector<Result> results;
    database.pool().transact(Mode::write, actor.tenant, [&](Tx& tx) {
      results = throughline::events::record(tx, actor, events);
    });
    return results;
  }
  std::int64_t count(std::string const& table) {
    std::int64_t found = 0;
    database.pool().transact(Mode::read, actor.tenant, [&](Tx& tx) {
      found = tx.exec("select count(*) from " + table)[0][0].integer();
    });
    return found;
  }
  CaseId open_case(CustomerId customer) {
    CaseId id;
    database.pool().transact(Mode::write, actor.tenant, [&](Tx& tx) {
      cases::Open open;
      open.customer = customer;
      open.subject = "Late delivery";
      id = cases::open(tx, actor, open).id;
    });
    return id;
  }
  /// An address that two customers answer to.
  std::vector<CustomerId> share(std::string const& address) {
    auto const results = record({event_of("one." + address), event_of("two." + address)});
    std::vector<CustomerId> customers{*results[0].customer, *results[1].customer};
    database.pool().transact(Mode::write, actor.tenant, [&](Tx& tx) {
      identity::attach(tx, actor, customers[0], email(address), identity::Others::share);
    });
    database.pool().transact(Mode::write, actor.tenant, [&](Tx& tx) {
      identity::attach(tx, actor, customers[1], email(address), identity::Others::share);
    });
    return customers;
  }
};

TEST_CASE("a batch is recorded item by item, a new identifier making one customer", "[events]") {
  World world;
  auto const results =
      world.record({event_of("a@x.example"), event_of("b@x.example"), event_of("a@x.example")});
  REQUIRE(results.size() == 3);
  for (auto const& result : results) CHECK(result.status == Status::created);
  CHECK(results[0].customer == results[2].customer);
  CHECK(results[0].customer != results[1].customer);
  CHECK(results[0].id != results[2].id);
  CHECK(world.count("events") == 3);
  CHECK(world.count("parts") == 2);
  CHECK(world.count("timeline where kind = 'event'") == 3);
  CHECK(world.count("changes where type = 'event.recorded'") == 3);
}

TEST_CASE("an empty batch writes nothing", "[events]") {
  World world;
  CHECK(world.record({}).empty());
  CHECK(world.count("changes") == 0);
}

TEST_CASE("a foreign id seen before answers with the first event", "[events]") {
  World world;
  auto event = event_of("a@x.example");
  event.external_id = ExternalId{"shop", "17"};
  auto const first = world.record({event});
  auto const again = world.record({event, event_of("b@x.example"), event});
  CHECK(again[0].status == Status::repeated);
  CHECK(again[0].id == first[0].id);
  CHECK(again[0].customer == first[0].customer);
  CHECK(again[1].status == Status::created);
  CHECK(again[2].status == Status::repeated);
  CHECK(world.count("events") == 2);
}

TEST_CASE("a foreign id twice in one batch is one event", "[events]") {
  World world;
  auto event = event_of("a@x.example");
  event.external_id = ExternalId{"shop", "18"};
  auto const results = world.record({event, event});
  CHECK(results[0].status == Status::created);
  CHECK(results[1].status == Status::repeated);
  CHECK(results[1].id == results[0].id);
  CHECK(world.count("events") == 1);
}

TEST_CASE("a subject in doubt fails alone and names its candidates", "[events]") {
  World world;
  auto const owners = world.share("family@x.example");
  auto const results = world.record({event_of("family@x.example"), event_of("c@x.example")});
  CHECK(results[0].status == Status::failed);
  REQUIRE(results[0].candidates.size() == 2);
  for (auto const& candidate : results[0].candidates) {
    CHECK((candidate.customer == owners[0] || candidate.customer == owners[1]));
  }
  CHECK(results[0].errors.at(0).pointer == "/identifiers");
  CHECK(results[1].status == Status::created);
}

TEST_CASE("a failed item gives its foreign id back", "[events]") {
  World world;
  NewEvent event = event_of("a@x.example");
  event.subject = {};
  event.subject.customer = CustomerId::make(support::test_now);
  event.external_id = ExternalId{"shop", "19"};
  auto const failed = world.record({event, event});
  CHECK(failed[0].status == Status::failed);
  CHECK(failed[0].errors.at(0).pointer == "/customer_id");
  CHECK(failed[1].status == Status::failed);
  auto corrected = event_of("a@x.example");
  corrected.external_id = event.external_id;
  CHECK(world.record({corrected})[0].status == Status::created);
}

TEST_CASE("what its case forbids is refused before anybody is made", "[events]") {
  World world;
  auto const customer = *world.record({event_of("a@x.example")})[0].customer;
  auto const parts = world.count("parts");
  auto unknown_person = event_of("nobody@x.example");
  unknown_person.case_id = world.open_case(customer);
  auto unknown_case = event_of("new@x.example");
  unknown_case.case_id = CaseId::make(support::test_now);
  auto other = event_of("b@x.example");
  auto const others = world.record({other});
  other.case_id = unknown_person.case_id;
  auto fitting = event_of("a@x.example");
  fitting.case_id = unknown_person.case_id;

  auto const results = world.record({unknown_person, unknown_case, other, fitting});
  CHECK(results[0].errors.at(0).pointer == "/identifiers");
  CHECK(results[1].errors.at(0).pointer == "/case_id");
  CHECK(results[2].errors.at(0).pointer == "/case_id");
  CHECK(results[3].status == Status::created);
  CHECK(world.count("parts") == parts + 1);
}

}  // namespace
}  // namespace throughline::events

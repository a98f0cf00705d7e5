// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// Many writers about the same identifiers: one person, no deadlock that is not survived, no doubt
// that depends on luck.
#include <algorithm>
#include <atomic>
#include <catch2/catch.hpp>
#include <functional>
#include <set>
#include <thread>

#include "domain/identity/world.hpp"

using namespace throughline;
using namespace throughline::identity;
using namespace throughline::test;

namespace {

/// Runs `body(i)` on so many threads, again while it is refused as unavailable: queues are bounded,
/// so a caller has to come back. Anything else that is thrown fails the test.
void all_at_once(std::size_t threads, std::function<void(std::size_t)> const& body) {
  std::atomic<std::size_t> waiting{threads};
  std::vector<std::string> faults(threads);
  std::vector<std::thread> running;
  for (std::size_t i = 0; i < threads; ++i) {
    running.emplace_back([&, i] {
      --waiting;
      while (waiting > 0) std::this_thread::yield();
      try {
        while (code_of([&] { body(i); }) == Code::unavailable) std::this_thread::yield();
      } catch (std::exception const& fault) {
        faults[i] = fault.what();
      }
    });
  }
  for (auto& thread : running) thread.join();
  for (auto const& fault : faults) CHECK(fault == "");
}

}  // namespace

TEST_CASE("64 contacts bringing the same new phone make one customer") {
  support::Database database;
  World const world(database);
  std::vector<Resolved> found(64);
  all_at_once(found.size(), [&](std::size_t i) {
    World mine = world;
    found[i] = mine.contact({phone("+14155552671"), email("jane@x.com")});
  });
  CHECK(std::count_if(found.begin(), found.end(), [](auto const& one) { return one.created; }) ==
        1);
  for (auto const& one : found) CHECK(one.root == found[0].root);
  World mine = world;
  CHECK(mine.number("select count(*) from parts where tenant_id = $1") == 1);
  CHECK(mine.number("select count(*) from identifier_owners where tenant_id = $1") == 2);
}

TEST_CASE("contacts bringing overlapping identifiers in any order agree") {
  support::Database database;
  World world(database);
  world.lift_class_limits();
  // Each brings a number of its own and two of a ring of eight; whoever comes second finds the
  // first.
  std::vector<Resolved> found(32);
  all_at_once(found.size(), [&](std::size_t i) {
    World mine = world;
    auto const one = email("p" + std::to_string(i % 8) + "@x.com");
    auto const next = email("p" + std::to_string((i + 1) % 8) + "@x.com");
    auto const own = identifier("account", "shop:" + std::to_string(i));
    found[i] = i % 2 == 0 ? mine.contact({one, next, own}) : mine.contact({own, next, one});
  });
  World mine = world;
  CHECK(mine.number("select count(*) from (select from identifier_owners where tenant_id = $1 and "
                    "valid_to is null group by type, value having count(*) > 1) twice") == 0);
  for (std::size_t i = 0; i < found.size(); ++i) {
    auto const own = mine.resolve({identifier("account", "shop:" + std::to_string(i))});
    CHECK(own.root == found[i].root);
  }
}

TEST_CASE("joins and attachments at the same time leave each identifier with one customer") {
  support::Database database;
  World world(database);
  world.lift_class_limits();
  auto const home = phone("+14155552671");
  world.customer({home});
  auto const john = world.customer({email("john@x.com")});
  world.attach(john, home, true);
  world.actor.now += std::chrono::minutes(1);  // the older one survives
  std::vector<CustomerId> own;
  for (int i = 0; i < 8; ++i) own.push_back(world.contact({home}).part.value());

  all_at_once(32, [&](std::size_t i) {
    World mine = world;
    auto const part = own[i % own.size()];
    auto const mail = email("m" + std::to_string(i) + "@x.com");
    if (i < own.size()) {
      mine.join(part, john);
    } else {
      mine.attach(part, mail);
    }
  });
  for (auto const part : own) CHECK(world.get(part).id == john);
  for (std::size_t i = own.size(); i < 32; ++i) {
    CHECK(world.resolve({email("m" + std::to_string(i) + "@x.com")}).root == john);
  }
  CHECK(world.identifiers_of(john).size() == 2 + 32 - own.size());
}

TEST_CASE("sharing and detaching at the same time end in what the holders say") {
  support::Database database;
  World world(database);
  auto const home = phone("+14155552671");
  std::vector<CustomerId> customers;
  for (int i = 0; i < 8; ++i) customers.push_back(world.customer({}));
  all_at_once(64, [&](std::size_t i) {
    World mine = world;
    auto const customer = customers[i % customers.size()];
    if (i / customers.size() % 2 == 0) {
      mine.attach(customer, home, true);
    } else {
      mine.detach(customer, home);
    }
  });
  auto const holders = world.number(
      "select count(*) from identifier_owners where tenant_id = $1 and valid_to is null");
  auto const found = world.resolve({home});
  CHECK(found.decision == (holders == 0   ? Decision::none
                           : holders == 1 ? Decision::matched
                                          : Decision::review));
  for (auto const customer : customers) {
    for (auto const& owned : world.identifiers_of(customer)) CHECK(owned.shared == (holders > 1));
  }
}

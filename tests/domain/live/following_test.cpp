// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include "domain/live/following.hpp"

#include <algorithm>
#include <catch2/catch.hpp>

namespace throughline::live {
namespace {

CustomerId id(int number) {
  CustomerId made;
  made.value.bytes[15] = static_cast<std::uint8_t>(number);
  return made;
}

SubscriberPtr subscriber(std::vector<CustomerId> customers, std::vector<std::string> queues = {}) {
  auto made = std::make_shared<Subscriber>();
  made->interest = {std::move(customers), std::move(queues)};
  return made;
}

changes::Item fact(std::int64_t position, CustomerId root, std::string type = "note.added") {
  changes::Item item;
  item.position = position;
  item.root = item.part = root;
  item.type = std::move(type);
  return item;
}

std::map<CustomerId, Course> standing(std::vector<CustomerId> const& customers) {
  std::map<CustomerId, Course> courses;
  for (auto const customer : customers) courses[customer] = {customer, {}};
  return courses;
}

}  // namespace

TEST_CASE("a fact concerns those who follow its customer, each once") {
  Following following;
  auto const one = subscriber({id(1)});
  auto const both = subscriber({id(1), id(2), id(1)});
  following.add(one, standing({id(1)}));
  // 2 has become part of 1.
  following.add(both, {{id(1), {id(1), {}}}, {id(2), {id(1), {}}}});
  CHECK(following.concerned(fact(1, id(3)), "").empty());
  auto const concerned = following.concerned(fact(2, id(1)), "");
  CHECK(concerned.size() == 2);
  CHECK(std::count(concerned.begin(), concerned.end(), both.get()) == 1);
  CHECK(following.concerned(fact(2, id(1)), "").empty());  // shown already
}

TEST_CASE("who has been shown more is not shown less again") {
  Following following;
  auto const ahead = subscriber({id(1)});
  ahead->at = 10;
  following.add(ahead, standing({id(1)}));
  CHECK(following.concerned(fact(10, id(1)), "").empty());
  CHECK(following.concerned(fact(11, id(1)), "").size() == 1);
}

TEST_CASE("a step takes effect with the fact at its position") {
  Following following;
  auto const one = subscriber({id(2)});
  following.add(one, standing({id(2)}));
  Turn const turn{Turn::Kind::joined, 5, id(1), id(2), {id(2)}};
  std::vector<Turn> const turns{turn};
  REQUIRE(following.turned_by(turns) == std::vector{id(2)});
  following.set(id(2), {id(2), {{5, id(1)}}});
  CHECK(following.concerned(fact(3, id(2)), "").size() == 1);
  CHECK(following.concerned(fact(4, id(1)), "").empty());
  CHECK(following.concerned(fact(5, id(1), "customer.merged"), "").size() == 1);
  CHECK(following.concerned(fact(6, id(2)), "").empty());
  CHECK(following.concerned(fact(7, id(1)), "").size() == 1);
}

TEST_CASE("an undo turns those under the customer before, too") {
  Following following;
  following.add(subscriber({id(2)}), {{id(2), {id(1), {}}}});
  std::vector<Turn> const turns{{Turn::Kind::parted, 9, id(2), id(1), {}}};
  CHECK(following.turned_by(turns) == std::vector{id(2)});
}

TEST_CASE("a queue shows the facts of its handoffs, whoever the customer is") {
  Following following;
  auto const team = subscriber({id(1)}, {"billing", "returns"});
  following.add(team, standing({id(1)}));
  CHECK(following.has_queues());
  CHECK(following.concerned(fact(1, id(7), "handoff.offered"), "billing").size() == 1);
  CHECK(following.concerned(fact(2, id(7), "handoff.offered"), "sales").empty());
  CHECK(following.concerned(fact(3, id(1), "handoff.offered"), "billing").size() == 1);
}

TEST_CASE("who has left is forgotten, and others are not") {
  Following following;
  auto const leaving = subscriber({id(1), id(2)}, {"billing"});
  auto const staying = subscriber({id(1)});
  following.add(leaving, standing({id(1), id(2)}));
  following.add(staying, standing({id(1)}));
  following.remove_if([&](Subscriber const& one) { return &one == leaving.get(); });
  CHECK(following.everybody().size() == 1);
  CHECK_FALSE(following.has_queues());
  CHECK(following.concerned(fact(1, id(2)), "").empty());
  CHECK(following.concerned(fact(2, id(1)), "") == std::vector{staying.get()});
}

TEST_CASE("those who caught up go on with the others") {
  Following tail;
  Following replay;
  auto const before = subscriber({id(1)});
  auto const late = subscriber({id(1), id(2)}, {"billing"});
  tail.add(before, standing({id(1)}));
  replay.add(late, standing({id(1), id(2)}));
  tail.take(std::move(replay));
  CHECK(replay.empty());
  CHECK(tail.concerned(fact(1, id(1)), "").size() == 2);
  CHECK(tail.concerned(fact(2, id(2)), "") == std::vector{late.get()});
  CHECK(tail.concerned(fact(3, id(9), "handoff.offered"), "billing") == std::vector{late.get()});
}

}  // namespace throughline::live

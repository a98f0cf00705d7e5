// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// Courses against a model that plays random merges and undos forward.
#include "domain/live/courses.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <map>
#include <random>

namespace throughline::live {
namespace {

CustomerId id(int number) {
  CustomerId made;
  made.value.bytes[15] = static_cast<std::uint8_t>(number);
  return made;
}

constexpr int people = 6;

/// Who is under whom, as merges and undos left it; the smaller number is the older.
struct World {
  std::map<int, int> root;
  std::vector<Turn> turns;                    // oldest first
  std::vector<std::map<int, int>> histories;  // after each turn

  World() {
    for (int i = 1; i <= people; ++i) root[i] = i;
    histories.push_back(root);
  }
  std::vector<int> under(int of) const {
    std::vector<int> parts;
    for (auto const& [part, at] : root) {
      if (at == of) parts.push_back(part);
    }
    return parts;
  }
  void tell(Turn turn) {
    turn.position = static_cast<std::int64_t>(turns.size()) + 1;
    turns.push_back(std::move(turn));
    histories.push_back(root);
  }
  void merge(int one, int other) {
    auto const survivor = std::min(root[one], root[other]);
    auto const loser = std::max(root[one], root[other]);
    if (survivor == loser) return;
    Turn turn{Turn::Kind::joined, 0, id(survivor), id(loser), {}};
    for (int const part : under(loser)) {
      turn.moved.push_back(id(part));
      root[part] = survivor;
    }
    tell(std::move(turn));
  }
  /// Some of a customer's parts leave it; both sides are told of.
  void part(int of, std::mt19937& dice) {
    auto const whole = under(root[of]);
    auto const before = root[of];
    std::vector<int> leaving;
    for (int const one : whole) {
      if (one != before && dice() % 2 == 0) leaving.push_back(one);
    }
    if (leaving.empty()) return;
    for (int const one : leaving) root[one] = leaving.front();
    tell({Turn::Kind::parted, 0, id(before), id(before), {}});
    // One transaction wrote both facts: between them nothing stands otherwise.
    histories[histories.size() - 1] = histories[histories.size() - 2];
    histories.back() = root;
    tell({Turn::Kind::parted, 0, id(leaving.front()), id(before), {}});
    histories[histories.size() - 2] = histories[histories.size() - 3];
  }
};

int number_of(CustomerId of) {
  return of.value.bytes[15];
}

/// The root at a position by the course.
int at(Course const& course, std::int64_t position) {
  auto root = course.first;
  for (auto const& step : course.steps) {
    if (step.position <= position) root = step.root;
  }
  return number_of(root);
}

}  // namespace

TEST_CASE("a course tells the root at every position, from wherever it begins") {
  std::mt19937 dice(20261121);
  for (int round = 0; round < 300; ++round) {
    World world;
    for (int turn = 0; turn < 12; ++turn) {
      auto const any = [&] { return static_cast<int>(dice() % people) + 1; };
      if (dice() % 3 == 0) {
        world.part(any(), dice);
      } else {
        world.merge(any(), any());
      }
    }
    std::vector<Turn> newest_first(world.turns.rbegin(), world.turns.rend());
    auto const last = static_cast<std::int64_t>(world.turns.size());
    for (int part = 1; part <= people; ++part) {
      for (std::int64_t after = 0; after <= last; ++after) {
        auto const course = course_of(id(part), id(world.root[part]), newest_first, after);
        for (auto position = after; position <= last; ++position) {
          INFO("round " << round << " part " << part << " after " << after << " at " << position);
          REQUIRE(at(course, position) ==
                  world.histories[static_cast<std::size_t>(position)].at(part));
        }
      }
    }
  }
}

TEST_CASE("a merge that moved others leaves a course alone") {
  std::vector<Turn> const turns{{Turn::Kind::joined, 5, id(1), id(3), {id(3)}}};
  CHECK(course_of(id(2), id(1), turns, 0).steps.empty());
  auto const moved = course_of(id(3), id(1), turns, 0);
  CHECK(moved.first == id(3));
  REQUIRE(moved.steps.size() == 1);
  CHECK(moved.steps.front().position == 5);
  CHECK(course_of(id(3), id(1), turns, 5).first == id(1));
}

}  // namespace throughline::live

// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>
#include <vector>

#include "domain/interactions/mood.hpp"

namespace throughline::interactions {
namespace {

Mood after(std::vector<double> const& lines) {
  Mood mood;
  for (double const line : lines) mood.hear(line);
  return mood;
}

TEST_CASE("mood: the first line is the mood, then each moves it halfway", "[interactions]") {
  CHECK_FALSE(Mood{}.now);
  CHECK(after({-0.4}) == Mood{-0.4, -0.4});
  CHECK(after({0.2, -0.6}) == Mood{-0.2, 0.04});
  CHECK(after({0.2, -0.6, -0.6}) == Mood{-0.4, -0.088});
}

TEST_CASE("mood: it stays within what lines can be", "[interactions]") {
  for (double const line : {-1.0, 1.0}) {
    auto const mood = after(std::vector<double>(50, line));
    CHECK(mood == Mood{line, line});
  }
}

TEST_CASE("mood: what somebody says of it counts as it is said", "[interactions]") {
  Mood mood = after({0.2});
  mood.set(-0.8);
  CHECK(mood == Mood{-0.8, 0.0});
  mood.set(std::nullopt);
  CHECK(mood == Mood{});
}

TEST_CASE("mood: one from before there was a slow average begins with what it was",
          "[interactions]") {
  Mood mood{-0.5, std::nullopt};
  mood.hear(0.5);
  CHECK(mood == Mood{0.0, -0.3});
}

}  // namespace
}  // namespace throughline::interactions

// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// The bound by itself: what snapshots show is given here by hand. feed_dbtest.cpp has real ones.
#include <catch2/catch.hpp>

#include "throughline/domain/changes.hpp"

namespace throughline::changes {
namespace {

constexpr Timestamp start{};

Timestamp after(std::chrono::microseconds time) {
  return start + time;
}

TEST_CASE("horizon: where nothing was written there is nothing to read") {
  Horizon horizon;
  auto const reach = horizon.advance({0, 5, 5}, start);
  CHECK(reach.bound == 0);
  CHECK_FALSE(reach.first_look);
}

TEST_CASE("horizon: with no transaction open, all that is seen may be read") {
  Horizon horizon;
  CHECK(horizon.advance({10, 5, 5}, start).bound == 10);
  CHECK(horizon.advance({12, 8, 8}, start).bound == 12);
  CHECK(horizon.trails() == start - start);
}

TEST_CASE("horizon: a fact waits for every transaction that may hold a position below it") {
  Horizon horizon;
  CHECK(horizon.advance({10, 5, 7}, start).bound == 0);  // 5 and 6 may be open
  CHECK(horizon.advance({10, 6, 9}, start).bound == 0);
  CHECK(horizon.advance({10, 7, 9}, start).bound == 10);
}

TEST_CASE("horizon: it moves on although there is always something open") {
  Horizon horizon;
  std::int64_t bound = 0;
  for (int look = 0; look < 100; ++look) {
    auto const reach = horizon.advance({100 + look, 50 + look, 53 + look}, start);
    CHECK(reach.bound >= bound);
    CHECK(reach.bound == (look < 3 ? 0 : 97 + look));
    bound = reach.bound;
  }
}

TEST_CASE("horizon: many looks during one long transaction lose no ground") {
  Horizon horizon;
  constexpr int looks = 1000;
  for (int look = 0; look < looks; ++look) {
    CHECK(horizon.advance({100 + look, 50, 60 + look}, start).bound == 0);
  }
  // It ends; those that began while it was open may be open still.
  CHECK(horizon.advance({2000, 60, 2000}, start).bound == 100);
  CHECK(horizon.advance({2100, 1999, 2100}, start).bound < 1000);
  CHECK(horizon.advance({2100, 2000, 2100}, start).bound == 2000);
}

TEST_CASE("horizon: an older snapshot is not given what only a newer one has settled") {
  Horizon horizon;
  CHECK(horizon.advance({10, 5, 5}, start).bound == 10);
  CHECK(horizon.advance({20, 7, 8}, start).bound == 10);
  CHECK(horizon.advance({20, 8, 8}, start).bound == 20);
  CHECK(horizon.advance({20, 7, 8}, start).bound == 10);
}

TEST_CASE("horizon: a tenant with few facts is served by what others have settled") {
  Horizon horizon;
  CHECK(horizon.advance({90, 5, 6}, start).bound == 0);
  auto const quiet = horizon.advance({3, 6, 6}, start);
  CHECK(quiet.bound == 90);
  CHECK_FALSE(quiet.first_look);
}

TEST_CASE("horizon: the first look at what is held back says so, later ones don't") {
  Horizon horizon;
  CHECK(horizon.advance({10, 5, 7}, start).first_look);
  CHECK_FALSE(horizon.advance({10, 5, 7}, start).first_look);
  CHECK_FALSE(horizon.advance({11, 5, 7}, start).first_look);
  CHECK_FALSE(horizon.advance({11, 7, 7}, start).first_look);
  CHECK(horizon.advance({12, 7, 8}, start).first_look);
}

TEST_CASE("horizon: it tells by how much the feed trails") {
  using std::chrono::microseconds;
  Horizon horizon;
  horizon.advance({10, 5, 7}, after(microseconds(100)));
  CHECK(horizon.trails() == microseconds(0));
  horizon.advance({11, 5, 8}, after(microseconds(300)));
  CHECK(horizon.trails() == microseconds(200));
  horizon.advance({11, 7, 9}, after(microseconds(700)));
  CHECK(horizon.trails() == microseconds(400));
  horizon.advance({11, 7, 9}, after(microseconds(200)));  // the clock was set back
  CHECK(horizon.trails() == microseconds(0));
  horizon.advance({11, 9, 9}, after(microseconds(900)));
  CHECK(horizon.trails() == microseconds(0));
}

}  // namespace
}  // namespace throughline::changes

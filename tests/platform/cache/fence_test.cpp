// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include "platform/cache/fence.hpp"

#include <catch2/catch.hpp>

using namespace throughline::cache;
using namespace std::chrono_literals;

namespace {

constexpr auto trust = 1000ms;

Fence::Moment at(std::chrono::milliseconds time) {
  return Fence::Moment{} + std::chrono::hours(1) + time;
}

std::string value(std::int64_t seq, std::string const& run_id = "me", std::int64_t epoch = 7) {
  return write_fence({epoch, run_id, seq});
}

}  // namespace

TEST_CASE("a fence is read as it was written", "[cache]") {
  auto const read = read_fence("12:ab:cd:34");
  REQUIRE(read);
  CHECK(read->epoch == 12);
  CHECK(read->run_id == "ab:cd");
  CHECK(read->seq == 34);
  for (auto const* wrong : {"", "1", "1:2", "x:me:1", "1:me:x", "1:me:", ":me:1"}) {
    CHECK_FALSE(read_fence(wrong));
  }
}

TEST_CASE("a fence is trusted once it was seen to move, dated from the look before", "[cache]") {
  Fence fence(trust);
  fence.connected("me");
  fence.seen(value(1), at(0ms));
  CHECK_FALSE(fence.trusted(at(1ms)));
  fence.seen(value(1), at(250ms));
  CHECK_FALSE(fence.trusted(at(251ms)));
  fence.seen(value(2), at(500ms));
  CHECK(fence.trusted(at(1249ms)));
  CHECK_FALSE(fence.trusted(at(1250ms)));
  CHECK(fence.epoch() == 7);
  fence.seen(value(2), at(750ms));
  fence.seen(value(2), at(1000ms));
  CHECK_FALSE(fence.trusted(at(1250ms)));
  fence.seen(value(3), at(1300ms));
  CHECK(fence.trusted(at(1999ms)));
  CHECK_FALSE(fence.trusted(at(2000ms)));
}

TEST_CASE("a fence that moves back, or names another process, proves nothing", "[cache]") {
  Fence fence(trust);
  fence.connected("me");
  fence.seen(value(5), at(0ms));
  fence.seen(value(4), at(250ms));
  CHECK_FALSE(fence.trusted(at(251ms)));
  fence.seen(value(5), at(500ms));
  CHECK_FALSE(fence.trusted(at(501ms)));
  fence.seen(value(6, "another"), at(750ms));
  fence.seen(value(7, "another"), at(1000ms));
  CHECK_FALSE(fence.trusted(at(1001ms)));
  fence.seen("", at(1250ms));
  fence.seen("nonsense", at(1500ms));
  CHECK_FALSE(fence.trusted(at(1501ms)));
}

TEST_CASE("nothing seen over one connection counts over the next", "[cache]") {
  Fence fence(trust);
  fence.connected("me");
  fence.seen(value(1), at(0ms));
  fence.seen(value(2), at(250ms));
  REQUIRE(fence.trusted(at(251ms)));
  fence.lost();
  CHECK_FALSE(fence.trusted(at(251ms)));
  fence.connected("me");
  fence.seen(value(3), at(300ms));
  CHECK_FALSE(fence.trusted(at(301ms)));
  fence.seen(value(4), at(550ms));
  CHECK(fence.trusted(at(551ms)));
}

TEST_CASE("an answer counts only with the fence that is trusted", "[cache]") {
  Fence fence(trust);
  fence.connected("me");
  fence.seen(value(1), at(0ms));
  fence.seen(value(2), at(250ms));
  CHECK(fence.vouches(value(9)));
  CHECK_FALSE(fence.vouches(value(9, "me", 8)));
  CHECK_FALSE(fence.vouches(value(9, "another")));
  CHECK_FALSE(fence.vouches(""));
}

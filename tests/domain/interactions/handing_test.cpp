// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include "domain/interactions/handing.hpp"

#include <catch2/catch.hpp>

namespace throughline::interactions {
namespace {

using std::chrono::seconds;

Agent const bot{"bot", "chat-1", "m-4", "", ""};
Agent const mara{"human", "mara", "", "", ""};
Agent const noah{"human", "noah", "", "", ""};

Timestamp at(int second) {
  return Timestamp{} + seconds(second);
}

HandOvers const twice{{at(10), bot, mara}, {at(20), mara, noah}};

bool may(std::optional<Agent> const& agent, int second) {
  try {
    check_speaker(twice, agent, at(second));
    return true;
  } catch (Error const& error) {
    CHECK(error.code() == Code::handed_off);
    CHECK(error.members().front().json == to_json(noah));
    return false;
  }
}

TEST_CASE("handing: a handover is in force from its moment to the next one's", "[handoffs]") {
  CHECK(in_force({}, at(0)) == nullptr);
  CHECK(in_force(twice, at(9)) == nullptr);
  CHECK(in_force(twice, at(10)) == &twice[0]);
  CHECK(in_force(twice, at(19)) == &twice[0]);
  CHECK(in_force(twice, at(20)) == &twice[1]);
}

TEST_CASE("handing: the agent of a moment speaks at that moment", "[handoffs]") {
  for (auto const& anybody : {std::optional(bot), std::optional(noah), std::optional<Agent>()}) {
    CHECK(may(anybody, 9));
  }
  CHECK(may(mara, 10));
  CHECK(may(Agent{"human", "mara", "m-9", "", ""}, 19));
  CHECK_FALSE(may(Agent{"bot", "mara", "", "", ""}, 19));
  CHECK_FALSE(may(bot, 10));
  CHECK_FALSE(may(std::nullopt, 15));
  CHECK_FALSE(may(mara, 20));
  CHECK(may(noah, 20));
}

TEST_CASE("handing: lines that name nobody are of who was the agent then", "[handoffs]") {
  CHECK(speaker({}, std::nullopt, bot, at(0)) == bot);
  CHECK(speaker({}, mara, bot, at(0)) == mara);
  CHECK(speaker(twice, std::nullopt, noah, at(9)) == bot);
  CHECK(speaker(twice, mara, noah, at(9)) == mara);
  CHECK(speaker(twice, noah, noah, at(25)) == noah);
}

}  // namespace
}  // namespace throughline::interactions

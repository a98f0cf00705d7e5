// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// Random handoffs against a model: offers, answers, expiries and lines from many clients, alone and
// in races, on one instance and on two. Every answer follows from some order of the requests, and
// what is read afterwards is what that order leaves: no second acceptance, no line of the old side,
// no packet but the one that was offered.
//
// THROUGHLINE_TEST_SEED repeats the dice, THROUGHLINE_HISTORY_SECONDS makes it longer,
// THROUGHLINE_HISTORY_CLIENTS sets the number of clients.
#include <atomic>
#include <catch2/catch.hpp>
#include <iostream>

#include "support/api/api.hpp"
#include "support/handoffs/player.hpp"
#include "support/histories/clients.hpp"
#include "support/seed.hpp"

using namespace throughline;
using support::Api;

namespace {

struct Played {
  std::atomic<int> games{0}, requests{0}, races{0};
  std::atomic<std::size_t> passed_on{0};

  void add(handoffs::Game const& game) {
    ++games;
    requests += game.requests();
    races += game.races();
    passed_on += game.passed_on();
  }
};

std::string play(Api& api, std::uint64_t seed, Played& played) {
  auto const tenant = api.make_tenant();
  handoffs::Times times(api);
  api.set_clocks(support::test_now);
  std::atomic<int> number{0};
  return histories::run_clients([&](int client, histories::GoesOn const& goes_on) {
    auto dice = histories::dice_of(seed, client);
    while (goes_on()) {
      handoffs::Game game(api, tenant, times, ++number);
      while (goes_on() && !game.is_over(dice)) game.step(dice);
      auto const still = times.hold();
      game.check_end();
      played.add(game);
    }
  });
}

void try_handoffs(std::string const& name, Api::Cache cache, std::size_t instances) {
  auto const seed = test::seed("handoff histories, " + name);
  Api api(cache, instances);
  Played played;
  auto const failure = play(api, seed, played);
  std::cout << "handoff histories, " << name << ": " << played.requests << " requests in "
            << played.games << " games, " << played.races << " races, " << played.passed_on
            << " handoffs" << std::endl;
  INFO("THROUGHLINE_TEST_SEED=" << seed);
  INFO(failure);
  REQUIRE(failure.empty());
  REQUIRE(played.requests > 20);
}

}  // namespace

TEST_CASE("histories: handoffs keep their promises, with the memory cache") {
  try_handoffs("memory", Api::Cache::memory, 1);
}

TEST_CASE("histories: handoffs keep their promises on either of two instances sharing Redis") {
  try_handoffs("two instances", Api::Cache::redis, 2);
}

// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// Random promises against a model: commitments made, settled and overdue, cases to be solved in
// time that wait, are solved and reopen, while time passes and the sweepers of all instances ring.
// Contexts and records of every instance show what the model says, and each fact stands once in
// timeline and feed.
//
// THROUGHLINE_TEST_SEED repeats the dice, THROUGHLINE_HISTORY_SECONDS makes it longer,
// THROUGHLINE_HISTORY_CLIENTS sets the number of clients.
#include <atomic>
#include <catch2/catch.hpp>
#include <iostream>
#include <map>

#include "support/api/api.hpp"
#include "support/histories/clients.hpp"
#include "support/promises/player.hpp"
#include "support/random_text.hpp"
#include "support/seed.hpp"

using namespace throughline;
using support::Api;

namespace {

constexpr std::chrono::seconds feed_patience{5};

struct Played {
  std::atomic<int> games{0}, requests{0}, overdue{0}, breached{0};

  void add(promises::Game const& game) {
    ++games;
    requests += game.requests();
    overdue += game.overdue();
    breached += game.breached();
  }
};

std::string play(Api& api, Api::Tenant const& tenant, std::uint64_t seed, Played& played) {
  promises::Times times(api);
  api.set_clocks(support::test_now);
  std::atomic<int> number{0};
  auto failure = histories::run_clients([&](int client, histories::GoesOn const& goes_on) {
    auto dice = histories::dice_of(seed, client);
    while (goes_on()) {
      promises::Game game(api, tenant, times, ++number);
      while (goes_on() && !game.is_over()) game.step(dice);
      auto const still = times.hold();
      game.check_end();
      played.add(game);
    }
  });
  // What fell due for a game that was over before is told as well.
  for (std::size_t i = 0; i < api.size(); ++i) times.ring(i);
  return failure;
}

/// How often the feed tells each fact of a type.
std::map<std::string, int> told(support::Client& client, std::string const& type) {
  std::map<std::string, int> times;
  std::string cursor;
  for (bool more = true; more;) {
    auto const page = client.get("/v1/changes?limit=1000&types=" + type + cursor).json();
    for (auto const& item : page.at("items")) ++times[item.at("data").at("resource_id")];
    more = page.at("has_more");
    cursor = "&cursor=" + page.at("next_cursor").get<std::string>();
  }
  return times;
}

/// At least those that the games ended with, each once.
void check_feed(support::Client& client, std::string const& type, int least) {
  test::Budget const patience(feed_patience);
  auto facts = told(client, type);
  while (static_cast<int>(facts.size()) < least && patience.lasts()) facts = told(client, type);
  CHECK(static_cast<int>(facts.size()) >= least);
  for (auto const& [resource, times] : facts) {
    INFO(type << " of " << resource);
    CHECK(times == 1);
  }
}

void try_promises(std::string const& name, Api::Cache cache, std::size_t instances) {
  auto const seed = test::seed("promise histories, " + name);
  Api api(cache, instances);
  auto const tenant = api.make_tenant();
  auto client = api.client(tenant.key);
  promises::set_target(client);
  Played played;
  auto const failure = play(api, tenant, seed, played);
  std::cout << "promise histories, " << name << ": " << played.requests << " requests in "
            << played.games << " games, " << played.overdue << " commitments overdue, "
            << played.breached << " clocks breached" << std::endl;
  INFO("THROUGHLINE_TEST_SEED=" << seed);
  INFO(failure);
  REQUIRE(failure.empty());
  REQUIRE(played.requests > 20);
  check_feed(client, "commitment.overdue", played.overdue);
  check_feed(client, "sla.breached", played.breached);
}

}  // namespace

TEST_CASE("histories: promises are told when they fall due, with the memory cache") {
  try_promises("memory", Api::Cache::memory, 1);
}

TEST_CASE("histories: promises are told when they fall due on either of two instances") {
  try_promises("two instances", Api::Cache::redis, 2);
}

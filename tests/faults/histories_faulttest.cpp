// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// Clients write and read while a nemesis breaks one thing after the other; then the history is held
// against what was promised. README.md tells how to repeat, prolong and replay one.
#include <catch2/catch.hpp>
#include <chrono>
#include <cstdlib>
#include <iostream>
#include <thread>

#include "support/faults/check.hpp"
#include "support/faults/clients.hpp"
#include "support/faults/nemesis.hpp"
#include "support/seed.hpp"

using namespace throughline;
using namespace throughline::faults;

namespace {

constexpr int seconds_default = 30;
constexpr int players = 6;

std::chrono::seconds length() {
  char const* const set = std::getenv("THROUGHLINE_FAULT_SECONDS");
  return std::chrono::seconds(set == nullptr ? seconds_default : std::stoi(set));
}

std::string name_of(Form form, std::size_t instances) {
  if (form == Form::memory) return "memory";
  return std::to_string(instances) + " instances, Redis";
}

void play(Cluster& cluster, History& history, std::uint64_t seed, std::string& struck) {
  World world;
  std::vector<std::thread> threads;
  for (int i = 0; i < players; ++i) {
    threads.emplace_back([&, i] {
      try {
        Player player(cluster, history, world, seed * players + static_cast<std::uint64_t>(i));
        while (!world.over) player.step();
      } catch (std::exception const& broken) {
        history.fail(std::string("a client stumbled: ") + broken.what());
      }
    });
  }
  std::thread feed([&] { follow_feed(cluster, history, world); });
  Nemesis nemesis(cluster, history, seed);
  auto const end = std::chrono::steady_clock::now() + length();
  while (std::chrono::steady_clock::now() < end) nemesis.strike();
  world.over = true;
  for (auto& thread : threads) thread.join();
  feed.join();
  Player(cluster, history, world, seed).read_all();
  struck = nemesis.told();
}

void try_history(Form form, std::size_t instances) {
  auto const seed = test::seed("faults, " + name_of(form, instances));
  Cluster cluster(form, instances);
  History history;
  std::string struck;
  play(cluster, history, seed, struck);
  auto const records = history.records();
  auto const verdict = check(records);
  std::cout << "faults, " << name_of(form, instances) << ": " << struck << "\n  " << verdict.told()
            << std::endl;
  if (!verdict.broken.empty()) {
    auto const file = "faults-" + std::to_string(seed) + ".ndjson";
    save(records, file);
    std::cout << "  the history is in " << file << std::endl;
  }
  INFO("THROUGHLINE_TEST_SEED=" << seed);
  REQUIRE(verdict.broken.empty());
  REQUIRE(verdict.acknowledged > 20);
}

}  // namespace

TEST_CASE("faults: an instance with the memory cache, and a rival at times", "[memory]") {
  try_history(Form::memory, 2);
}

TEST_CASE("faults: two instances sharing Redis", "[redis]") {
  try_history(Form::redis, 2);
}

TEST_CASE("faults: three instances sharing Redis", "[redis]") {
  try_history(Form::redis, 3);
}

TEST_CASE("faults: a saved history, checked again", "[.][replay]") {
  char const* const file = std::getenv("THROUGHLINE_FAULT_HISTORY");
  REQUIRE(file != nullptr);
  auto const verdict = check(load(file));
  std::cout << verdict.told() << std::endl;
  REQUIRE(verdict.broken.empty());
}

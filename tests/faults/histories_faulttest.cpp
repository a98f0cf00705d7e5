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

using Clock = std::chrono::steady_clock;

constexpr int seconds_default = 30;
constexpr int chapter_seconds_default = 60;
constexpr int players = 6;

std::chrono::seconds seconds(char const* variable, int otherwise) {
  char const* const set = std::getenv(variable);
  return std::chrono::seconds(set == nullptr ? otherwise : std::stoi(set));
}

std::string name_of(Form form, std::size_t instances) {
  if (form == Form::memory) return "memory";
  return std::to_string(instances) + " instances, Redis";
}

/// A history, in chapters: each with people of its own, and checked and forgotten at its end, so
/// that hours need no more memory than minutes.
class Story {
 public:
  Story(Cluster& cluster, std::uint64_t seed)
      : cluster_(cluster), seed_(seed), nemesis_(cluster, history_, seed) {}

  /// Until `end`, or until a promise is broken.
  void tell(Clock::time_point end) {
    auto const chapter = seconds("THROUGHLINE_FAULT_CHAPTER_SECONDS", chapter_seconds_default);
    while (verdict_.broken.empty() && Clock::now() < end) {
      play(std::min(end, Clock::now() + chapter));
      auto const records = history_.take();
      verdict_.add(check(records));
      if (!verdict_.broken.empty()) keep(records);
    }
  }

  Verdict const& verdict() const { return verdict_; }
  std::string told() const { return nemesis_.told() + "\n  " + verdict_.told(); }

 private:
  void play(Clock::time_point end);
  void keep(History::Records const& records) const;
  std::uint64_t seed_of(int player) const {
    return (seed_ + static_cast<std::uint64_t>(chapters_)) * players +
           static_cast<std::uint64_t>(player);
  }

  Cluster& cluster_;
  std::uint64_t const seed_;
  History history_;
  World world_;
  std::string feed_cursor_;
  Nemesis nemesis_;
  Verdict verdict_;
  int chapters_ = 0;
};

void Story::play(Clock::time_point end) {
  world_.people.clear();
  world_.moved.clear();
  world_.asked.clear();
  world_.over = false;
  std::vector<std::thread> threads;
  for (int i = 0; i < players; ++i) {
    threads.emplace_back([this, i] {
      try {
        Player player(cluster_, history_, world_, seed_of(i));
        while (!world_.over) player.step();
      } catch (std::exception const& broken) {
        history_.fail(std::string("a client stumbled: ") + broken.what());
      }
    });
  }
  std::thread feed([this] { follow_feed(cluster_, history_, world_, feed_cursor_); });
  while (Clock::now() < end) nemesis_.strike();
  world_.over = true;
  for (auto& thread : threads) thread.join();
  feed.join();
  Player(cluster_, history_, world_, seed_).read_all();
  ++chapters_;
}

void Story::keep(History::Records const& records) const {
  auto const file = "faults-" + std::to_string(seed_) + ".ndjson";
  save(records, file);
  std::cout << "  chapter " << chapters_ << " of the history is in " << file << std::endl;
}

void try_history(Form form, std::size_t instances) {
  auto const seed = test::seed("faults, " + name_of(form, instances));
  Cluster cluster(form, instances);
  Story story(cluster, seed);
  story.tell(Clock::now() + seconds("THROUGHLINE_FAULT_SECONDS", seconds_default));
  auto const& verdict = story.verdict();
  std::cout << "faults, " << name_of(form, instances) << ": " << story.told() << std::endl;
  INFO("THROUGHLINE_TEST_SEED=" << seed);
  REQUIRE(verdict.broken.empty());
  REQUIRE(verdict.acknowledged > 20);
}

}  // namespace

TEST_CASE("faults: an instance with the memory cache, and a rival at times", "[memory]") {
  try_history(Form::memory, 2);
}

TEST_CASE("faults: two instances sharing Redis", "[redis][two]") {
  try_history(Form::redis, 2);
}

TEST_CASE("faults: one instance and Redis", "[redis][one]") {
  try_history(Form::redis, 1);
}

TEST_CASE("faults: three instances sharing Redis", "[redis][three]") {
  try_history(Form::redis, 3);
}

TEST_CASE("faults: a saved history, checked again", "[.][replay]") {
  char const* const file = std::getenv("THROUGHLINE_FAULT_HISTORY");
  REQUIRE(file != nullptr);
  auto const verdict = check(load(file));
  std::cout << verdict.told() << std::endl;
  REQUIRE(verdict.broken.empty());
}

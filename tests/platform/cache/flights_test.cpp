// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include <atomic>
#include <optional>
#include <stdexcept>
#include <thread>

#include "platform/cache/behaviour.hpp"

using namespace throughline;
using namespace throughline::tests;
using Role = cache::Flights::Role;

namespace {

/// One read: what became of it.
struct Read {
  Role join(cache::Flights& flights, cache::Key const& key) {
    return flights.join(
        key,
        [this](cache::Flights::Outcome outcome) {
          ++answers;
          if (outcome.document) version = outcome.document->version;
          threw = outcome.exception != nullptr;
        },
        [this] { ++take_overs; });
  }
  int answers = 0;
  int take_overs = 0;
  std::int64_t version = 0;
  bool threw = false;
};

cache::Flights::Outcome brings(std::int64_t version) {
  return {document(version), nullptr};
}

}  // namespace

TEST_CASE("reads that began before the statement was sent share its answer", "[cache]") {
  cache::Flights flights;
  auto const key = key_number(1);
  Read leader, early, other;
  CHECK(leader.join(flights, key) == Role::leader);
  CHECK(early.join(flights, key) == Role::follower);
  CHECK(other.join(flights, key_number(2)) == Role::leader);
  flights.take_off(key);
  CHECK(early.answers == 0);
  flights.land(key, brings(1));
  CHECK(early.answers == 1);
  CHECK(early.version == 1);
  CHECK(early.take_overs == 0);
  CHECK(leader.answers + leader.take_overs == 0);
  CHECK(other.answers == 0);
  Read later;
  CHECK(later.join(flights, key) == Role::leader);
}

TEST_CASE("a read that begins after the statement was sent waits for the next", "[cache]") {
  cache::Flights flights;
  auto const key = key_number(1);
  Read leader, early, late, later;
  leader.join(flights, key);
  early.join(flights, key);
  flights.take_off(key);
  CHECK(late.join(flights, key) == Role::follower);
  CHECK(later.join(flights, key) == Role::follower);
  flights.land(key, brings(1));
  CHECK(early.version == 1);
  CHECK(late.answers == 0);
  CHECK(later.answers == 0);
  CHECK(late.take_overs == 1);  // leads the next flight
  CHECK(later.take_overs == 0);

  Read newcomer;  // before that next flight takes off
  CHECK(newcomer.join(flights, key) == Role::follower);
  flights.take_off(key);
  Read last;
  CHECK(last.join(flights, key) == Role::follower);
  flights.land(key, brings(2));
  CHECK(later.version == 2);
  CHECK(newcomer.version == 2);
  CHECK(late.answers == 0);
  CHECK(last.take_overs == 1);
  flights.take_off(key);
  flights.land(key, brings(3));
  Read again;
  CHECK(again.join(flights, key) == Role::leader);
}

TEST_CASE("what the leader's read throws, its followers get; the next flight flies", "[cache]") {
  cache::Flights flights;
  auto const key = key_number(1);
  Read leader, early, late;
  leader.join(flights, key);
  early.join(flights, key);
  flights.take_off(key);
  late.join(flights, key);
  flights.land(key, {nullptr, std::make_exception_ptr(std::runtime_error("away"))});
  CHECK(early.threw);
  CHECK(late.answers == 0);
  CHECK(late.take_overs == 1);
}

TEST_CASE("a leader that never sends its statement still lands", "[cache]") {
  cache::Flights flights;
  auto const key = key_number(1);
  Read leader, early;
  leader.join(flights, key);
  early.join(flights, key);
  flights.land(key, {nullptr, std::make_exception_ptr(std::runtime_error("queue full"))});
  CHECK(early.threw);
  Read next;
  CHECK(next.join(flights, key) == Role::leader);
}

TEST_CASE("who takes over may fly at once, from within the landing", "[cache]") {
  cache::Flights flights;
  auto const key = key_number(1);
  Read leader, third;
  int landed = 0;
  leader.join(flights, key);
  flights.take_off(key);
  flights.join(
      key, [&](cache::Flights::Outcome) { FAIL("it leads"); },
      [&] {
        flights.take_off(key);
        flights.land(key, brings(2));
        ++landed;
      });
  third.join(flights, key);
  flights.land(key, brings(1));
  CHECK(landed == 1);
  CHECK(third.version == 2);
}

TEST_CASE("joined reads see every commit before they began, from many threads", "[cache]") {
  cache::Flights flights;
  auto const key = key_number(1);
  std::atomic<std::int64_t> committed{1};
  std::atomic<int> stale{0};
  std::atomic<int> answered{0};
  std::atomic<int> in_the_air{0};
  std::atomic<int> most_in_the_air{0};
  constexpr int threads = 4;
  constexpr int rounds = 5'000;

  auto const fly = [&] {
    flights.take_off(key);
    int const now = ++in_the_air;
    if (now > most_in_the_air) most_in_the_air = now;
    auto const version = committed.load();
    std::this_thread::yield();
    --in_the_air;
    flights.land(key, brings(version));
    return version;
  };
  auto const read = [&] {
    auto const least = committed.load();
    std::atomic<bool> done{false};
    auto const check = [&](std::int64_t version) {
      stale += version < least;
      ++answered;
      done = true;
    };
    auto const role = flights.join(
        key, [&](cache::Flights::Outcome outcome) { check(outcome.document->version); },
        [&] { check(fly()); });
    if (role == Role::leader) check(fly());
    while (!done) std::this_thread::yield();
  };
  std::vector<std::thread> workers;
  for (int t = 0; t < threads; ++t) {
    workers.emplace_back([&, t] {
      for (int i = 0; i < rounds; ++i) {
        if (i % 7 == t) ++committed;
        read();
      }
    });
  }
  for (auto& worker : workers) worker.join();
  CHECK(stale == 0);
  CHECK(answered == threads * rounds);
  CHECK(most_in_the_air == 1);
}

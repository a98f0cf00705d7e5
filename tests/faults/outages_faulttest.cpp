// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// What callers notice while PostgreSQL or Redis is away, and how soon all is well again.
#include <algorithm>
#include <catch2/catch.hpp>
#include <chrono>
#include <cstdlib>
#include <iostream>
#include <thread>

#include "support/faults/check.hpp"
#include "support/faults/clients.hpp"

using namespace throughline;
using namespace throughline::faults;
using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

namespace {

constexpr int kills_default = 4;
constexpr int players = 4;
/// For a read to be answered while Redis is away, and for a write; with what the machine adds.
constexpr auto read_limit = 300ms;
constexpr auto write_limit = 2500ms;
constexpr auto noise = 500ms;
constexpr auto recovery_limit = 2000ms;
constexpr auto refusal_limit = 3000ms;

int kills() {
  char const* const set = std::getenv("THROUGHLINE_FAULT_KILLS");
  return set == nullptr ? kills_default : std::stoi(set);
}

double seconds(Clock::duration length) {
  return std::chrono::duration<double>(length).count();
}

/// Players who write and read until it goes out of scope.
class Load {
 public:
  Load(Cluster& cluster, History& history) : cluster_(cluster), history_(history) {
    for (std::uint64_t i = 0; i < players; ++i) {
      threads_.emplace_back([this, i] {
        try {
          Player player(cluster_, history_, world_, i);
          while (!world_.over) player.step();
        } catch (std::exception const& broken) {
          history_.fail(std::string("a client stumbled: ") + broken.what());
        }
      });
    }
  }
  ~Load() { stop(); }

  void stop() {
    world_.over = true;
    for (auto& thread : threads_) thread.join();
    threads_.clear();
  }
  void read_all() { Player(cluster_, history_, world_, players).read_all(); }

 private:
  Cluster& cluster_;
  History& history_;
  World world_;
  std::vector<std::thread> threads_;
};

support::Response post_contact(support::Client& client, std::string const& key) {
  return client.post("/v1/interactions",
                     R"({"channel":"chat","direction":"inbound",)"
                     R"("identifiers":[{"type":"email","value":"outage@example.org"}]})",
                     {{"Idempotency-Key", key}});
}

void require_kept(Load& load, History const& history) {
  load.stop();
  load.read_all();
  auto const verdict = check(history.records());
  std::cout << "  " << verdict.told() << std::endl;
  REQUIRE(verdict.broken.empty());
  REQUIRE(verdict.acknowledged > 20);
}

}  // namespace

TEST_CASE("outages: PostgreSQL killed again and again: clear answers, soon back, nothing lost",
          "[postgres]") {
  Cluster cluster(Form::memory, 1);
  History history;
  Load load(cluster, history);
  auto client = cluster.client(0);
  Clock::duration slowest_refusal{}, slowest_recovery{};
  for (int i = 0; i < kills(); ++i) {
    std::this_thread::sleep_for(500ms);
    cluster.postgres().kill();
    auto const killed = Clock::now();
    auto const refused = post_contact(client, "down-" + std::to_string(i));
    slowest_refusal = std::max(slowest_refusal, Clock::now() - killed);
    CHECK(refused.status == 503);
    CHECK(refused.header("content-type") == "application/problem+json");
    CHECK(refused.has("retry-after"));
    cluster.postgres().start();
    auto const back = Clock::now();
    while (post_contact(client, "up-" + std::to_string(i)).status != 201) {
      REQUIRE(Clock::now() - back < 30s);
      std::this_thread::sleep_for(20ms);
    }
    slowest_recovery = std::max(slowest_recovery, Clock::now() - back);
  }
  std::cout << "PostgreSQL killed " << kills() << " times: refused within "
            << seconds(slowest_refusal) << " s, answered " << seconds(slowest_recovery)
            << " s after its return" << std::endl;
  CHECK(slowest_refusal < refusal_limit);
  CHECK(slowest_recovery < recovery_limit);
  require_kept(load, history);
}

namespace {

/// The longest that each kind of request took, of those that began in a time.
struct Slowest {
  Micros read = 0;
  Micros write = 0;
};

Slowest slowest_since(History::Records const& records, Micros begin) {
  Slowest slowest;
  for (auto const& read : records.reads) {
    if (read.begun >= begin) slowest.read = std::max(slowest.read, read.ended - read.begun);
  }
  for (auto const& write : records.writes) {
    if (write.begun < begin || write.acknowledged == never) continue;
    slowest.write = std::max(slowest.write, write.acknowledged - write.begun);
  }
  return slowest;
}

Micros micros(std::chrono::milliseconds length) {
  return std::chrono::microseconds(length).count();
}

}  // namespace

TEST_CASE("outages: Redis killed under a load: no read stale or refused, none waits", "[redis]") {
  Cluster cluster(Form::redis, 2);
  History history;
  Load load(cluster, history);
  std::this_thread::sleep_for(2s);
  cluster.redis().kill();
  auto const killed = history.now();
  history.note("Redis is killed");
  std::this_thread::sleep_for(6s);
  cluster.redis().start();
  history.note("Redis is back");
  std::this_thread::sleep_for(4s);
  load.stop();
  auto const records = history.records();
  auto const slowest = slowest_since(records, killed);
  std::cout << "Redis killed: the slowest read took " << slowest.read << " µs, the slowest write "
            << slowest.write << " µs" << std::endl;
  CHECK(slowest.read < micros(read_limit));
  CHECK(slowest.write < micros(write_limit + noise));
  auto const refused = std::count_if(records.writes.begin(), records.writes.end(),
                                     [](Write const& write) { return write.attempts > 1; });
  CHECK(refused == 0);
  require_kept(load, history);
}

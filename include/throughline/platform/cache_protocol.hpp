// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// What makes the cache strict under any one fault (docs/ARCHITECTURE.md, "The cache"): the lease in
// PostgreSQL that gives an instance its right to serve and to answer, the fence that PostgreSQL
// grants to one Redis process, and the answers that wait until no cache can contradict them.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "throughline/platform/cache.hpp"
#include "throughline/platform/log.hpp"
#include "throughline/platform/postgres.hpp"
#include "throughline/platform/redis.hpp"

namespace throughline::cache {

/// The times that the protocol is built from. They hold together: a fence or lease that was granted
/// on what was seen at some moment has lapsed for everybody `grant_max + trust` later, and `lapse`
/// must be well above that. The same on all instances of a deployment; tests shorten them.
struct Timing {
  /// The relay works, and each I/O thread looks at the fence, this often.
  std::chrono::milliseconds interval{250};
  /// How long a fence, or the lease of the memory form, is good for.
  std::chrono::milliseconds trust{1000};
  /// A cycle of the relay that took longer grants nothing.
  std::chrono::milliseconds grant_max{500};
  /// After it, nothing granted before is trusted by anybody. A write that has to wait for it is
  /// answered within the 2.5 s that are owed.
  std::chrono::milliseconds lapse{2400};
  /// A relay whose cycles fail for so long withdraws trust and lets others try.
  std::chrono::milliseconds give_up{2000};
  /// How long the start of an instance waits for another that is just leaving.
  std::chrono::milliseconds hand_over{5000};
};

/// Why an instance may not start: the memory form is for one instance alone.
struct Refused : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// What the stores of one instance share with its keeper. Thread-safe.
class Standing;
std::shared_ptr<Standing> make_standing(Timing timing, metrics::Registry& metrics);
/// Whether this instance has its lease at this moment: nobody else's can begin to count within
/// `lapse - trust`. Any thread.
bool holds_lease(Standing const& standing);

struct KeeperOptions {
  /// Under service_role; its size does not matter.
  postgres::PoolOptions database;
  /// Of the relay's own connection; url empty: the memory form.
  redis::Options redis;
  Timing timing;
};

/// The thread by which an instance takes part in the protocol, with one session of its own with
/// PostgreSQL and, in the redis form, one connection to Redis: it holds the lease, relays what was
/// committed to Redis while it is its turn, and lets parked answers go. Every instance has one.
class Keeper {
 public:
  /// One of the two forms; the other is nullptr.
  Keeper(KeeperOptions options, std::shared_ptr<Standing> standing,
         std::shared_ptr<MemoryEntries> memory, std::shared_ptr<RedisForm> redis,
         log::Logger& log, metrics::Registry& metrics);
  ~Keeper();  // stop()
  Keeper(Keeper const&) = delete;
  Keeper& operator=(Keeper const&) = delete;

  /// Begins. Waits up to timing.hand_over while another instance that excludes this one holds the
  /// lease, then throws Refused. With PostgreSQL away it returns: the lease follows when it is
  /// back, and until then nothing is served from the cache.
  void start();
  /// Where the others' samplers ask this instance, host:port. Once, after the listener stands.
  void announce(std::string address);
  /// Why this instance must not be asked: another holds the lease, which it lost or never had.
  /// Empty: nothing stands against it. Any thread.
  std::string problem() const;
  /// Gives the lease back, for the next to begin at once; nothing may be written after. Idempotent.
  void stop();

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

/// Watches for what must not be: takes some of the writes that this instance answers, asks every
/// instance by its own address (GET /cached/{tenant}/{root} on its metrics listener) which version
/// it would show right then, and counts those below the answered one. Has a thread, which ends with
/// it.
class Sampler {
 public:
  Sampler(postgres::PoolOptions database, std::shared_ptr<Standing> standing, log::Logger& log,
          metrics::Registry& metrics);
  ~Sampler();
  Sampler(Sampler const&) = delete;
  Sampler& operator=(Sampler const&) = delete;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

/// Deletes rows of `commits` that nobody will ask for again: seen by everybody, applied where there
/// is a Redis to apply them to, and older than `before`, the bound that the previous call returned
/// (empty at first). Returns the bound for the next. Under service_role, a chunk at a time.
struct Swept {
  std::size_t rows = 0;
  std::string bound;
};
Swept sweep_commits(postgres::Tx& tx, std::string const& before, std::size_t limit);

}  // namespace throughline::cache

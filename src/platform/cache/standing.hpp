// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// What the stores of one instance share with its keeper: the lease, and the answers that are
// parked.
#pragma once

#include <atomic>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <utility>  // before Asio, which forgets it
#include <vector>

#include "platform/cache/store.hpp"
#include "throughline/platform/cache_protocol.hpp"
#include "throughline/platform/metrics.hpp"

namespace throughline::cache {

/// The right to serve and to answer beside other instances. It lasts as long as the last round trip
/// on the session that holds the lock in PostgreSQL vouches for, so that it ends by itself when the
/// session, the network or this process hangs. Any thread.
class Lease {
 public:
  using Clock = std::chrono::steady_clock;

  explicit Lease(std::chrono::milliseconds term) : term_(term) {}
  /// One atomic load, and the clock.
  bool holds(Clock::time_point now = Clock::now()) const {
    return now.time_since_epoch().count() < until_.load(std::memory_order_acquire);
  }
  /// A round trip that began then has come back.
  void extend(Clock::time_point began) {
    until_.store((began + term_).time_since_epoch().count(), std::memory_order_release);
  }
  void drop() { until_.store(0, std::memory_order_release); }

 private:
  Clock::duration const term_;
  std::atomic<Clock::rep> until_{0};
};

/// Any thread, but for what is called on an I/O thread.
class Standing {
 public:
  using Clock = std::chrono::steady_clock;
  using Done = std::function<void(bool)>;

  Standing(Timing given, metrics::Registry& metrics);

  Timing const timing;
  Lease lease;

  /// I/O thread of `loop`: keeps an answer until it is let go, or until the earlier of `lapse` and
  /// `patience`, when it is true only if that was `lapse` and the lease holds. `done` comes on that
  /// thread, not from within.
  void park(boost::asio::io_context& loop, store::CommitName name, Clock::time_point lapse,
            Clock::time_point patience, Done done);
  std::vector<store::CommitName> waiting() const;
  /// These may be answered.
  void let_go(std::span<Uuid const> ids);
  void let_all_go();

  /// Called, on any thread, when the first answer is parked: somebody waits.
  void on_waiting(std::function<void()> wake);

  /// A write is about to be answered; some are kept for the sampler while it is on.
  void note_answered(std::span<postgres::Touched const> roots);
  void sample(bool on) { sampling_.store(on, std::memory_order_relaxed); }
  std::vector<postgres::Touched> take_samples();

  /// Why this instance serves nothing from its cache, as the keeper sees it; empty: all is well.
  void say(std::string word);
  std::string said() const;

 private:
  struct Parked;
  using ParkedPtr = std::shared_ptr<Parked>;

  void finish(ParkedPtr const& parked, bool settled);  // on its loop

  mutable std::mutex mutex_;
  std::map<std::uint64_t, ParkedPtr> parked_;  // guarded by mutex_
  std::uint64_t next_ = 0;                     // guarded by mutex_
  std::function<void()> wake_;                 // guarded by mutex_
  std::string said_;                           // guarded by mutex_
  std::atomic<bool> sampling_{false};
  std::vector<postgres::Touched> samples_;  // guarded by mutex_
  metrics::Gauge gauge_;
  metrics::Counter settled_, refused_;
};

}  // namespace throughline::cache

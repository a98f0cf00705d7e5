// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// The connections of one pool: who may hold one, and when a new one may be opened.
#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <vector>

#include "platform/postgres/connection.hpp"
#include "throughline/platform/log.hpp"
#include "throughline/platform/metrics.hpp"

namespace throughline::postgres {

ConnectionOptions connection_options(PoolOptions const& options);

/// Thread-safe.
class Connections {
 public:
  /// Holds one connection; gives it back when destroyed, or throws it away if it is lost or still
  /// in a transaction.
  class Lease {
   public:
    Lease(Connections& owner, std::unique_ptr<Connection> connection)
        : owner_(owner), connection_(std::move(connection)) {}
    Lease(Lease const&) = delete;
    Lease& operator=(Lease const&) = delete;
    ~Lease() { owner_.release(std::move(connection_)); }
    Connection& operator*() { return *connection_; }
    /// Throws away this connection and those that lie idle, which shared its fate most likely, and
    /// opens another one.
    void renew();

   private:
    Connections& owner_;
    std::unique_ptr<Connection> connection_;
  };

  Connections(PoolOptions const& options, log::Logger& log, metrics::Registry& metrics);

  /// Waits up to `timeout` for the right to a connection. Throws Code::unavailable past it, and at
  /// once while PostgreSQL is away and another try isn't due.
  Lease acquire(std::chrono::milliseconds timeout);
  std::size_t in_use() const;

 private:
  using Clock = std::chrono::steady_clock;

  std::unique_ptr<Connection> take(std::chrono::milliseconds timeout);
  std::unique_ptr<Connection> open();
  void note_failure(Clock::time_point started);
  void release(std::unique_ptr<Connection> connection) noexcept;

  ConnectionOptions const options_;
  std::size_t const size_;
  std::string const name_;
  log::Logger& log_;
  metrics::Gauge used_;
  metrics::Histogram waited_;
  metrics::Counter opened_;
  metrics::Counter refused_;

  // Guarded by mutex_.
  mutable std::mutex mutex_;
  std::condition_variable freed_;
  std::size_t in_use_ = 0;
  std::vector<std::unique_ptr<Connection>> idle_;
  std::chrono::milliseconds backoff_{0};  // zero: the last attempt to connect succeeded
  Clock::time_point last_failure_;
  bool probing_ = false;  // after a failure one caller tries, the others don't wait for it
};

}  // namespace throughline::postgres

// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// The way of a batched write: checked on the I/O thread, run in a lane with others, answered once
// the whole batch is settled.
#pragma once

#include <atomic>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "platform/http/batch_lane.hpp"
#include "platform/http/dispatch.hpp"
#include "platform/http/settling.hpp"
#include "throughline/platform/config.hpp"
#include "throughline/platform/metrics.hpp"

namespace throughline::http {

/// Larger bodies are read by the lane, in their turn, rather than hold up an I/O thread.
inline constexpr std::size_t prepared_at_once_bytes_max = 16 * 1024;

class Batching {
 public:
  Batching(postgres::Pool& pool, Crossing& crossing, config::Limits const& limits,
           Settling const& settling, log::Logger& log, metrics::Registry& metrics);
  ~Batching();  // stop()

  /// Any thread; as of a moment ago.
  bool full() const { return waiting_.load(std::memory_order_relaxed) >= jobs_max_; }
  /// I/O thread, with a place taken. Requests to one path are run in the order of these calls.
  void begin(VisitPtr const& visit, std::shared_ptr<Batched const> const& write);
  /// Answers what waits with 503, lets finish what has begun. Idempotent.
  void stop();

 private:
  std::vector<BatchJob> run(std::vector<BatchJob> jobs);
  bool prepare(BatchJob& job);
  void run_apart(std::vector<BatchJob> jobs, std::vector<BatchJob>& again);
  void try_again(std::vector<BatchJob> jobs, Error const& lost, std::vector<BatchJob>& again);
  void settle(std::vector<BatchJob> jobs, BatchOutcome outcome, std::vector<BatchJob>& again);
  void fail(std::vector<BatchJob> const& jobs, Error const& error);
  void watch();

  postgres::Pool& pool_;
  Crossing& crossing_;
  std::size_t const jobs_max_;
  std::chrono::milliseconds const patience_;
  Settling const& settling_;
  log::Logger& log_;
  metrics::Counter batches_;
  metrics::Counter batched_;
  metrics::Counter expired_;
  std::atomic<std::size_t> waiting_{0};  // or running
  std::vector<std::unique_ptr<BatchLane>> lanes_;
  std::mutex mutex_;
  std::condition_variable stopping_;
  bool stopped_ = false;  // guarded by mutex_
  std::thread watcher_;
};

}  // namespace throughline::http

// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// The workers and the queue before them. Bounded in length and in time: who waits too long is told
// so while it still helps, not when a worker finally comes by.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

#include "throughline/platform/metrics.hpp"

namespace throughline::http {

/// Counts requests answered 503 or 429 unserved, to stay responsive.
metrics::Counter shed_counter(metrics::Registry& metrics, char const* reason);

class WorkQueue {
 public:
  /// Exactly one of the two is called, once; neither may throw.
  struct Job {
    std::function<void()> run;     // on a worker
    std::function<void()> expire;  // not begun in time, or at stop(); on any thread
  };

  WorkQueue(std::size_t workers, std::size_t jobs_max, std::chrono::milliseconds patience,
            metrics::Registry& metrics);
  ~WorkQueue();  // stop()

  /// Any thread. False, and the job is dropped, if the queue is full or stopped.
  bool push(Job job);
  /// Any thread; as of a moment ago.
  bool full() const { return waiting_.load(std::memory_order_relaxed) >= jobs_max_; }
  /// Expires what is queued, waits for what is running. Idempotent; not on a worker.
  void stop();

 private:
  using Clock = std::chrono::steady_clock;
  struct Queued {
    Job job;
    Clock::time_point deadline;
  };

  void work();
  void note_depth();
  void watch();
  /// Takes out what has waited too long, or everything.
  std::vector<Job> take_expired(Clock::time_point now, bool all);

  std::size_t const jobs_max_;
  std::chrono::milliseconds const patience_;
  metrics::Gauge depth_;
  metrics::Counter expired_;
  std::mutex mutex_;
  std::condition_variable arrived_;
  std::condition_variable stopping_;
  std::deque<Queued> jobs_;              // guarded by mutex_, as is stopped_
  std::atomic<std::size_t> waiting_{0};  // of jobs_
  bool stopped_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace throughline::http

// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// A queue of batched writes and the thread that works it off: while one batch commits, the next
// collects.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

#include "platform/http/batch_run.hpp"

namespace throughline::http {

/// Bodies taken into one batch, beyond the first: how much one transaction writes is bounded too.
inline constexpr std::size_t batch_bytes_max = 256 * 1024;

class BatchLane {
 public:
  /// `run` serves a batch (all of one kind, in order of arrival, no two under one key) and returns
  /// what is to be run again, ahead of everything else. Called on the lane's thread; must not
  /// throw.
  using Run = std::function<std::vector<BatchJob>(std::vector<BatchJob>)>;
  BatchLane(std::size_t jobs_max, Run run);
  ~BatchLane();  // stop()

  /// Any thread. False, and the job is dropped, once the lane was stopped.
  bool push(BatchJob job);
  /// Any thread: takes out those whose deadline has passed.
  std::vector<BatchJob> take_expired(std::chrono::steady_clock::time_point now);
  /// Waits for the batch that is running and returns what was queued. Idempotent.
  std::vector<BatchJob> stop();

 private:
  void work();
  std::vector<BatchJob> take();

  std::size_t const jobs_max_;
  Run const run_;
  std::mutex mutex_;
  std::condition_variable arrived_;
  std::deque<BatchJob> jobs_;  // guarded by mutex_, as is stopped_
  bool stopped_ = false;
  std::thread thread_;  // last: it uses all of the above
};

}  // namespace throughline::http

// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include "platform/http/work_queue.hpp"

#include <algorithm>
#include <utility>

namespace throughline::http {

using std::chrono::milliseconds;

metrics::Counter shed_counter(metrics::Registry& metrics, char const* reason) {
  return metrics.counter("throughline_requests_shed_total",
                         "Requests answered 503 or 429 unserved, to stay responsive.",
                         {{"reason", reason}});
}

WorkQueue::WorkQueue(std::size_t workers, std::size_t jobs_max, milliseconds patience,
                     metrics::Registry& metrics)
    : jobs_max_(jobs_max),
      patience_(patience),
      depth_(metrics.gauge("throughline_work_queue_depth", "Requests waiting for a worker.")),
      expired_(shed_counter(metrics, "queue_timeout")) {
  for (std::size_t i = 0; i < workers; ++i) threads_.emplace_back([this] { work(); });
  threads_.emplace_back([this] { watch(); });
}

WorkQueue::~WorkQueue() {
  stop();
}

bool WorkQueue::push(Job job) {
  {
    std::lock_guard const lock(mutex_);
    if (stopped_ || jobs_.size() >= jobs_max_) return false;
    jobs_.push_back({std::move(job), Clock::now() + patience_});
    note_depth();
  }
  arrived_.notify_one();
  return true;
}

void WorkQueue::note_depth() {
  waiting_.store(jobs_.size(), std::memory_order_relaxed);
  depth_.set(static_cast<double>(jobs_.size()));
}

void WorkQueue::work() {
  for (;;) {
    std::unique_lock lock(mutex_);
    arrived_.wait(lock, [this] { return stopped_ || !jobs_.empty(); });
    if (stopped_) return;
    auto const job = std::move(jobs_.front().job);
    jobs_.pop_front();
    note_depth();
    lock.unlock();
    job.run();
  }
}

void WorkQueue::watch() {
  auto const interval = std::clamp(patience_ / 16, milliseconds{5}, milliseconds{250});
  for (bool last = false; !last;) {
    std::unique_lock lock(mutex_);
    last = stopping_.wait_for(lock, interval, [this] { return stopped_; });
    auto const expired = take_expired(Clock::now(), last);
    lock.unlock();
    for (auto const& job : expired) {
      expired_.add();
      job.expire();
    }
  }
}

std::vector<WorkQueue::Job> WorkQueue::take_expired(Clock::time_point now, bool all) {
  std::vector<Job> expired;
  while (!jobs_.empty() && (all || jobs_.front().deadline <= now)) {
    expired.push_back(std::move(jobs_.front().job));
    jobs_.pop_front();
  }
  if (!expired.empty()) note_depth();
  return expired;
}

void WorkQueue::stop() {
  {
    std::lock_guard const lock(mutex_);
    stopped_ = true;
  }
  arrived_.notify_all();
  stopping_.notify_all();
  for (auto& thread : threads_) thread.join();
  threads_.clear();
}

}  // namespace throughline::http

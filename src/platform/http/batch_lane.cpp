// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include "platform/http/batch_lane.hpp"

#include <iterator>
#include <set>
#include <tuple>
#include <utility>

namespace throughline::http {

namespace {

bool is_same_actor(Actor const& one, Actor const& other) {
  return one.key == other.key && one.traceparent == other.traceparent;
}

}  // namespace

BatchLane::BatchLane(std::size_t jobs_max, Run run)
    : jobs_max_(jobs_max), run_(std::move(run)), thread_([this] { work(); }) {}

BatchLane::~BatchLane() {
  stop();
}

bool BatchLane::push(BatchJob job) {
  {
    std::lock_guard const lock(mutex_);
    if (stopped_) return false;
    jobs_.push_back(std::move(job));
  }
  arrived_.notify_one();
  return true;
}

void BatchLane::work() {
  std::unique_lock lock(mutex_);
  for (;;) {
    arrived_.wait(lock, [this] { return stopped_ || !jobs_.empty(); });
    if (stopped_) return;
    auto batch = take();
    lock.unlock();
    auto again = run_(std::move(batch));
    lock.lock();
    jobs_.insert(jobs_.begin(), std::make_move_iterator(again.begin()),
                 std::make_move_iterator(again.end()));
  }
}

/// What is of the first one's kind, in order. A second request under a key waits for the outcome of
/// the first.
std::vector<BatchJob> BatchLane::take() {
  std::vector<BatchJob> batch;
  std::vector<BatchJob> passed;
  std::set<std::tuple<TenantId, std::string_view, std::string_view>> keys;
  auto const write = jobs_.front().write;
  std::size_t bytes = 0;
  while (!jobs_.empty() && batch.size() < jobs_max_ && bytes < batch_bytes_max) {
    auto job = std::move(jobs_.front());
    jobs_.pop_front();
    bool fits = job.write == write && (!write->one_actor || batch.empty() ||
                                       is_same_actor(job.visit->actor(), batch[0].visit->actor()));
    if (fits && job.claim) {
      auto const& request = job.visit->request();
      fits =
          keys.emplace(job.visit->actor().tenant, request.target, request.header("idempotency-key"))
              .second;
    }
    if (fits) bytes += job.visit->request().body.size();
    (fits ? batch : passed).push_back(std::move(job));
  }
  jobs_.insert(jobs_.begin(), std::make_move_iterator(passed.begin()),
               std::make_move_iterator(passed.end()));
  return batch;
}

std::vector<BatchJob> BatchLane::take_expired(std::chrono::steady_clock::time_point now) {
  std::vector<BatchJob> expired;
  std::lock_guard const lock(mutex_);
  for (auto job = jobs_.begin(); job != jobs_.end();) {
    if (job->deadline > now) {
      ++job;
      continue;
    }
    expired.push_back(std::move(*job));
    job = jobs_.erase(job);
  }
  return expired;
}

std::vector<BatchJob> BatchLane::stop() {
  {
    std::lock_guard const lock(mutex_);
    stopped_ = true;
  }
  arrived_.notify_all();
  if (thread_.joinable()) thread_.join();
  std::vector<BatchJob> left(std::make_move_iterator(jobs_.begin()),
                             std::make_move_iterator(jobs_.end()));
  jobs_.clear();
  return left;
}

}  // namespace throughline::http

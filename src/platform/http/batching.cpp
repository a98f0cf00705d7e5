// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include "platform/http/batching.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

#include "platform/http/problem.hpp"
#include "platform/http/transactions.hpp"

namespace throughline::http {
namespace {

constexpr char late_text[] = "The request waited too long for its turn; repeat it after a moment.";
constexpr char keyless_text[] =
    "The database connection was lost at COMMIT: whether the write is done can't be told, and a "
    "request without an Idempotency-Key can't be asked about. Look before you repeat it.";
constexpr char contended_text[] = "Others kept changing the same records; repeat the request.";

}  // namespace

Batching::Batching(postgres::Pool& pool, Crossing& crossing, config::Limits const& limits,
                   Settling const& settling, log::Logger& log, metrics::Registry& metrics)
    : pool_(pool),
      crossing_(crossing),
      jobs_max_(limits.queued_requests),
      patience_(limits.queue_timeout),
      settling_(settling),
      log_(log),
      batches_(metrics.counter("throughline_batches_total", "Commits that writes shared.")),
      batched_(metrics.counter("throughline_batched_requests_total",
                               "Writes committed together with others.")),
      expired_(shed_counter(metrics, "batch_timeout")) {
  for (std::size_t i = 0; i < limits.batch_lanes; ++i) {
    lanes_.push_back(std::make_unique<BatchLane>(
        limits.batched_requests,
        [this](std::vector<BatchJob> jobs) { return run(std::move(jobs)); }));
  }
  watcher_ = std::thread([this] { watch(); });
}

Batching::~Batching() {
  stop();
}

void Batching::begin(VisitPtr const& visit, std::shared_ptr<Batched const> const& write) {
  BatchJob job{visit, write, {}, sent_claim(*visit), {}, 0};
  try {
    if (visit->request().body.size() <= prepared_at_once_bytes_max)
      job.asked = write->prepare(visit->call());
  } catch (Error const& error) {
    if (!job.claim || !is_deterministic(error)) throw;
    return crossing_.to_worker(visit, [this, job = std::move(job), error] {
      job.visit->answer_from_worker(job.visit, refuse_for_good(pool_, job, error, log_));
    });
  }
  job.deadline = std::chrono::steady_clock::now() + patience_;
  waiting_.fetch_add(1, std::memory_order_relaxed);
  auto const lane = std::hash<std::string>{}(visit->request().target) % lanes_.size();
  if (lanes_[lane]->push(std::move(job))) return;
  waiting_.fetch_sub(1, std::memory_order_relaxed);
  crossing_.fail(visit, std::make_exception_ptr(Error(Code::unavailable, late_text)));
}

/// Lane.
std::vector<BatchJob> Batching::run(std::vector<BatchJob> jobs) {
  std::vector<BatchJob> again;
  std::erase_if(jobs, [this](BatchJob& job) { return !prepare(job); });
  if (!jobs.empty()) run_apart(std::move(jobs), again);
  return again;
}

/// Lane: false if the request has been refused.
bool Batching::prepare(BatchJob& job) {
  if (job.asked) return true;
  try {
    job.asked = job.write->prepare(job.visit->call());
    return true;
  } catch (Error const& error) {
    job.visit->answer_from_worker(job.visit, refuse_for_good(pool_, job, error, log_));
  } catch (...) {
    crossing_.fail(job.visit, std::current_exception());
  }
  waiting_.fetch_sub(1, std::memory_order_relaxed);
  return false;
}

/// All in one transaction; where that fails for a reason that can't be blamed on one of them, in
/// halves, so that the one it is fails alone.
void Batching::run_apart(std::vector<BatchJob> jobs, std::vector<BatchJob>& again) {
  try {
    auto outcome = run_batch(pool_, jobs);
    return settle(std::move(jobs), std::move(outcome), again);
  } catch (postgres::InDoubt const& lost) {
    settling_.doubt(lost.touched);
    std::vector<BatchJob> keyless;
    auto const keyed = std::stable_partition(
        jobs.begin(), jobs.end(), [](BatchJob const& job) { return job.claim.has_value(); });
    std::move(keyed, jobs.end(), std::back_inserter(keyless));
    jobs.erase(keyed, jobs.end());
    fail(keyless, Error(Code::unavailable, keyless_text));
    return try_again(std::move(jobs), lost, again);
  } catch (Error const& error) {
    if (error.code() == Code::unavailable) return try_again(std::move(jobs), error, again);
    if (jobs.size() == 1) {
      auto const& job = jobs.front();
      auto reply = refuse_for_good(pool_, job, error, log_);
      waiting_.fetch_sub(1, std::memory_order_relaxed);
      return job.visit->answer_from_worker(job.visit, std::move(reply));
    }
  } catch (...) {
    if (jobs.size() == 1) {
      waiting_.fetch_sub(1, std::memory_order_relaxed);
      return crossing_.fail(jobs.front().visit, std::current_exception());
    }
  }
  auto const half = jobs.begin() + static_cast<std::ptrdiff_t>(jobs.size() / 2);
  std::vector<BatchJob> rest(std::make_move_iterator(half), std::make_move_iterator(jobs.end()));
  jobs.erase(half, jobs.end());
  run_apart(std::move(jobs), again);
  run_apart(std::move(rest), again);
}

/// Nothing was committed, or nobody knows. Under its key a request can be run a second time: the
/// first one's record settles it.
void Batching::try_again(std::vector<BatchJob> jobs, Error const& lost,
                         std::vector<BatchJob>& again) {
  std::vector<BatchJob> refused;
  for (auto& job : jobs) {
    bool const may = job.claim && job.postponed++ == 0;
    (may ? again : refused).push_back(std::move(job));
  }
  fail(refused, lost);
}

void Batching::settle(std::vector<BatchJob> jobs, BatchOutcome outcome,
                      std::vector<BatchJob>& again) {
  batches_.add();
  Answers answers;
  std::vector<BatchJob> contended;
  for (std::size_t i = 0; i < jobs.size(); ++i) {
    auto& job = jobs[i];
    if (auto& reply = outcome.replies[i]) {
      batched_.add();
      answers.emplace_back(std::move(job.visit), std::move(*reply));
      waiting_.fetch_sub(1, std::memory_order_relaxed);
    } else {
      (++job.postponed <= postgres::retries_max ? again : contended).push_back(std::move(job));
    }
  }
  fail(contended, Error(Code::unavailable, contended_text));
  if (answers.empty()) return;
  settling_.settle(cache::commit_of(std::move(outcome.committed)), std::move(answers));
}

void Batching::fail(std::vector<BatchJob> const& jobs, Error const& error) {
  for (auto const& job : jobs) {
    waiting_.fetch_sub(1, std::memory_order_relaxed);
    crossing_.fail(job.visit, std::make_exception_ptr(error));
  }
}

void Batching::watch() {
  using std::chrono::milliseconds;
  auto const interval = std::clamp(patience_ / 16, milliseconds{5}, milliseconds{250});
  std::unique_lock lock(mutex_);
  while (!stopping_.wait_for(lock, interval, [this] { return stopped_; })) {
    for (auto const& lane : lanes_) {
      auto const expired = lane->take_expired(std::chrono::steady_clock::now());
      for (std::size_t i = 0; i < expired.size(); ++i) expired_.add();
      fail(expired, Error(Code::unavailable, late_text));
    }
  }
}

void Batching::stop() {
  {
    std::lock_guard const lock(mutex_);
    stopped_ = true;
  }
  stopping_.notify_all();
  if (watcher_.joinable()) watcher_.join();
  for (auto const& lane : lanes_) fail(lane->stop(), Error(Code::unavailable, late_text));
}

}  // namespace throughline::http

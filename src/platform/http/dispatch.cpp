// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include "platform/http/dispatch.hpp"

#include <random>
#include <utility>

#include "platform/http/problem.hpp"

namespace throughline::http {

namespace {

/// Spread, so that those turned away together don't come back together.
std::exception_ptr too_busy(char const* detail) {
  static thread_local std::minstd_rand random{std::random_device{}()};
  std::uniform_int_distribution<int> seconds(1, 3);
  return std::make_exception_ptr(
      Error(Code::unavailable, detail).retry_after(std::chrono::seconds(seconds(random))));
}

}  // namespace

Crossing::Crossing(std::size_t workers, config::Limits const& limits, log::Logger& log,
                   metrics::Registry& metrics)
    : log_(log),
      full_(metrics.counter("throughline_requests_shed_total",
                            "Requests answered 503 or 429 unserved, to stay responsive.",
                            {{"reason", "queue_full"}})),
      queue_(workers, limits.queued_requests, limits.queue_timeout, metrics) {}

void Crossing::to_worker(std::function<void()> work,
                         std::function<void(std::exception_ptr)> failed) {
  WorkQueue::Job job;
  job.run = [work = std::move(work), failed] {
    try {
      work();
    } catch (...) {
      failed(std::current_exception());
    }
  };
  job.expire = [failed] {
    failed(too_busy("The request waited too long for its turn; repeat it after a moment."));
  };
  if (queue_.push(std::move(job))) return;
  full_.add();
  failed(too_busy("The server has as many requests waiting as it may; repeat after a moment."));
}

void Crossing::to_worker(VisitPtr const& visit, std::function<void()> work) {
  to_worker(std::move(work),
            [this, visit](std::exception_ptr const& thrown) { fail(visit, thrown); });
}

void Crossing::fail(VisitPtr const& visit, std::exception_ptr const& thrown) {
  visit->answer_from_worker(visit, problem(thrown, visit->request().id, log_));
}

}  // namespace throughline::http

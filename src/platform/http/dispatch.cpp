// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include "platform/http/dispatch.hpp"

#include <utility>

#include "platform/http/problem.hpp"

namespace throughline::http {

namespace {

constexpr char full_text[] =
    "The server has as many requests waiting as it may; repeat after a moment.";
constexpr char late_text[] = "The request waited too long for its turn; repeat it after a moment.";
constexpr char share_text[] = "The key has as many requests in flight as it may.";

std::exception_ptr too_busy(char const* detail) {
  return std::make_exception_ptr(Error(Code::unavailable, detail));
}

}  // namespace

Crossing::Crossing(std::size_t workers, config::Limits const& limits, log::Logger& log,
                   metrics::Registry& metrics)
    : log_(log),
      places_of_key_(limits.in_flight_per_key),
      full_(shed_counter(metrics, "queue_full")),
      over_share_(shed_counter(metrics, "key_in_flight")),
      queue_(workers, limits.queued_requests, limits.queue_timeout, metrics) {}

Reply Crossing::refused(std::string_view request_id) {
  full_.add();
  return problem(Error(Code::unavailable, full_text), request_id);
}

bool Crossing::take_place(VisitPtr const& visit) {
  if (visit->take_place(places_of_key_)) return true;
  over_share_.add();
  visit->answer(problem(Error(Code::too_many_requests, share_text), visit->request().id));
  return false;
}

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
  job.expire = [failed] { failed(too_busy(late_text)); };
  if (queue_.push(std::move(job))) return;
  full_.add();
  failed(too_busy(full_text));
}

void Crossing::to_worker(VisitPtr const& visit, std::function<void()> work) {
  to_worker(std::move(work),
            [this, visit](std::exception_ptr const& thrown) { fail(visit, thrown); });
}

void Crossing::fail(VisitPtr const& visit, std::exception_ptr const& thrown) {
  visit->answer_from_worker(visit, problem(thrown, visit->request().id, log_));
}

}  // namespace throughline::http

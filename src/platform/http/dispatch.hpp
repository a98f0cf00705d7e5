// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// The only crossing between I/O threads and workers.
#pragma once

#include <exception>
#include <functional>

#include "platform/http/visit.hpp"
#include "platform/http/work_queue.hpp"
#include "throughline/platform/http_api.hpp"

namespace throughline::http {

/// Any thread.
class Crossing {
 public:
  Crossing(std::size_t workers, config::Limits const& limits, log::Logger& log,
           metrics::Registry& metrics);

  /// Whether there is no place for another request; `refused` is then its answer. To be asked
  /// before any work is done for it.
  bool full() const { return queue_.full(); }
  Reply refused(std::string_view request_id);
  /// I/O thread, before a request waits for anything but the cache: counts it among those that its
  /// key has in flight. False, and the request is answered 429, if the key has its share.
  /// Idempotent.
  bool take_place(VisitPtr const& visit);
  /// Runs `work` on a worker. If it throws, or no worker begins it in time, or the queue is full,
  /// `failed` is called instead, on the thread where that shows. `work` keeps what it needs alive.
  void to_worker(std::function<void()> work, std::function<void(std::exception_ptr)> failed);
  /// The same; a failure is answered as a problem.
  void to_worker(VisitPtr const& visit, std::function<void()> work);
  /// Answers with what was thrown. Any thread.
  void fail(VisitPtr const& visit, std::exception_ptr const& thrown);
  void stop() { queue_.stop(); }

 private:
  log::Logger& log_;
  std::size_t const places_of_key_;
  metrics::Counter full_;
  metrics::Counter over_share_;
  WorkQueue queue_;
};

}  // namespace throughline::http

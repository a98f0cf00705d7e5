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
  metrics::Counter full_;
  WorkQueue queue_;
};

}  // namespace throughline::http

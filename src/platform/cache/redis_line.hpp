// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// One connection to Redis for a thread that may wait: the client's event loop turns while it does.
#pragma once

#include <boost/asio/io_context.hpp>
#include <chrono>
#include <string>
#include <utility>  // before Asio, which forgets it
#include <vector>

#include "throughline/platform/redis.hpp"

namespace throughline::cache {

/// Used by one thread, but for wake().
class RedisLine {
 public:
  RedisLine(redis::Options options, log::Logger& log);

  bool up() const { return client_.connected(); }
  std::string const& run_id() const { return client_.run_id(); }
  /// Waits for the answer, which comes within the client's command timeout, if only as
  /// `unavailable`.
  redis::Reply call(std::vector<std::string> const& words);
  /// Does what the connection needs meanwhile.
  void turn(std::chrono::milliseconds time);

 private:
  boost::asio::io_context loop_;
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_;
  redis::Client client_;
};

}  // namespace throughline::cache

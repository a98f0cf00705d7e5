// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// An event loop that a test turns by hand.
#pragma once

#include <boost/asio/io_context.hpp>
#include <chrono>
#include <functional>
#include <utility>  // before Asio, which forgets it

namespace throughline::support {

class Loop {
 public:
  boost::asio::io_context& io() { return io_; }

  /// Turns until `reached`, or for so long; whether it was reached.
  bool run_until(std::function<bool()> const& reached,
                 std::chrono::milliseconds longest = std::chrono::seconds(10)) {
    auto const end = std::chrono::steady_clock::now() + longest;
    while (!reached()) {
      if (std::chrono::steady_clock::now() >= end) return false;
      if (io_.stopped()) io_.restart();
      io_.run_one_for(std::chrono::milliseconds(5));
    }
    return true;
  }
  void run_for(std::chrono::milliseconds time) {
    run_until([] { return false; }, time);
  }

 private:
  boost::asio::io_context io_;
};

}  // namespace throughline::support

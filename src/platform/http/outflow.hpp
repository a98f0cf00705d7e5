// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// What waits to be sent on a stream. Any thread puts, the connection's I/O thread takes.
#pragma once

#include <atomic>
#include <cstddef>
#include <deque>
#include <mutex>
#include <vector>

#include "throughline/platform/http_stream.hpp"

namespace throughline::http {

class Outflow {
 public:
  explicit Outflow(StreamLimits limits) : limits_(limits) {}

  enum class Put {
    taken,
    first,  // taken, and whoever takes has to be woken
    full    // not taken
  };
  /// After end() nothing is taken any more, and nothing said of it.
  Put put(Piece piece);
  /// More than half of what may wait does.
  bool busy() const;
  /// Drops what waits in favour of the last piece.
  void end(Piece last);

  /// I/O thread: up to `most` pieces, in order. What `into` held goes.
  void take(std::vector<Piece>& into, std::size_t most);
  /// Ended, and all of it taken.
  bool over() const;
  /// The reader has left.
  void abandon() { gone_ = true; }
  bool gone() const { return gone_; }

 private:
  StreamLimits const limits_;
  mutable std::mutex mutex_;
  std::deque<Piece> waiting_;  // guarded by mutex_, as are the next three
  std::size_t bytes_ = 0;      // of what waits
  bool woken_ = false;         // since the last take()
  bool ended_ = false;
  std::atomic<bool> gone_ = false;
};

}  // namespace throughline::http

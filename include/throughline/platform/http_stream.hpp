// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// An answer that goes on: server-sent events (text/event-stream), until either side ends it. Who
// sends never waits for who reads: what is not taken yet stands in a bounded queue, and when that
// is full it is for the sender to say what becomes of the reader.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "throughline/base/error.hpp"
#include "throughline/platform/http.hpp"

namespace throughline::http {

class Exchange;
class Outflow;

/// Whole events as text, shared by all the streams that they go to.
using Piece = std::shared_ptr<std::string const>;

/// What may wait on one stream to be taken by its reader, beyond one write of at most
/// `stream_write_pieces` that is under way.
struct StreamLimits {
  std::size_t pieces = 1024;
  std::size_t bytes = 1024 * 1024;
};
inline constexpr std::size_t stream_write_pieces = 64;

/// One reader. begin() or refuse() once; send() and end() after begin(). Any thread, one at a time
/// for one stream. Not begun when it is destroyed, it is refused as unavailable. Not to outlive its
/// server, on whose threads it works.
class Stream {
 public:
  Stream(std::shared_ptr<Exchange> exchange, StreamLimits limits);
  ~Stream();
  Stream(Stream const&) = delete;
  Stream& operator=(Stream const&) = delete;

  /// Answers 200. The connection ends with the stream.
  void begin();
  /// Answers with this instead, or with the problem that the error is.
  void refuse(Reply reply);
  void refuse(Error const& error);
  /// False, and the piece is not taken, if the queue is full.
  bool send(Piece piece);
  /// More than half of the queue is taken: who has much to send waits.
  bool busy() const;
  /// Drops what waits, sends the last words to a reader who takes them within the server's write
  /// timeout, and closes. Idempotent: the first words count.
  void end(std::string last_words);
  /// The reader has left, or everything is sent after end(). Nothing that is sent now goes
  /// anywhere.
  bool gone() const;

 private:
  void wake();

  std::shared_ptr<Exchange> const exchange_;
  std::shared_ptr<Outflow> const flow_;
  bool settled_ = false;  // begun or refused
};

/// A GET that is answered by a stream. It takes no place among its key's requests in flight.
struct Streamed {
  StreamLimits limits;
  /// I/O thread; throws what is to be answered at once. Call and actor are not to be kept.
  std::function<void(Call const&, std::shared_ptr<Stream>)> open;
  /// A request without a key that has this query parameter is let through to open() as nobody's:
  /// tenant 0, no scopes. What the parameter is worth is for the route to find out. Empty: none.
  std::string_view ticket;
};

/// The head of a stream's answer.
Reply stream_head();

}  // namespace throughline::http

// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// Turns the bytes of a connection into requests, one after another. Knows no socket and no time.
// The only file pair behind which Beast stands: HeadScan lets through heads with one meaning,
// Beast's parser reads them.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "platform/http/chunked_body.hpp"
#include "platform/http/head_scan.hpp"
#include "platform/http/problem.hpp"
#include "throughline/platform/config.hpp"
#include "throughline/platform/http.hpp"

namespace throughline::http {

class RequestReader {
 public:
  enum class State {
    idle,      // nothing of the next request has been seen
    head,      // in the middle of its head
    body,      // in the middle of its body
    complete,  // request() is whole; next() goes on behind it
    refused    // fault() says why; nothing more can be read from this connection
  };

  explicit RequestReader(config::Limits const& limits) : limits_(limits) {}

  /// Reads on, as far as one request goes, and removes what it has used from the front of
  /// `received`; what is left is to be given again with more behind it. Does nothing once complete
  /// or refused.
  State take(std::string_view& received);
  State state() const { return state_; }

  /// Without id, trace and time, which are the session's to add. After refused: what was
  /// understood.
  Request& request() { return request_; }
  bool keep_alive() const { return keep_alive_; }
  bool http10() const { return http10_; }
  /// The caller waits for "100 Continue" before it sends the body.
  bool expects_continue() const { return state_ == State::body && expects_continue_; }
  void continue_sent() { expects_continue_ = false; }
  Fault const& fault() const { return fault_; }

  /// Forgets the request that was complete.
  void next();

 private:
  void take_head(std::string_view& received);
  void take_body(std::string_view& received);
  void parse_head(std::string_view head);
  void begin_body();
  void refuse(Fault::Kind kind, std::string reason);
  void refuse_body_size();

  config::Limits const& limits_;
  State state_ = State::idle;
  HeadScan scan_;
  Request request_;
  bool keep_alive_ = false;
  bool http10_ = false;
  bool expects_continue_ = false;
  std::size_t body_left_ = 0;
  std::optional<ChunkedBody> chunked_;
  Fault fault_;
};

}  // namespace throughline::http

// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// Listening, reading and sending: what app::Instance needs to put a table of routes on a port.
// Knows no route itself: a request, once read whole, is handed over as an Exchange and waits for
// its answer.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "throughline/platform/config.hpp"
#include "throughline/platform/http.hpp"
#include "throughline/platform/log.hpp"
#include "throughline/platform/metrics.hpp"

namespace boost::asio {
class io_context;
}

namespace throughline::http {

class Outflow;
class Session;

/// One request between arrival and answer. Belongs to the I/O thread of its connection: unless said
/// otherwise, members are called there. Holds its connection, not the other way round for longer
/// than the answer takes.
class Exchange {
 public:
  Exchange(std::shared_ptr<Session> session, Request from);

  Request request;
  /// What the access log and the metrics call it; a pattern, which lives as long as the server.
  std::string_view route = "none";
  std::optional<TenantId> tenant;
  std::optional<KeyId> key;

  /// Which of the server's I/O threads this is, from 0.
  std::size_t thread() const { return thread_; }
  /// Any thread: runs `task` on this exchange's I/O thread, soon. Dropped once the server stopped.
  void post(std::function<void()> task);
  /// The same, no sooner than after `delay`.
  void post_after(std::chrono::milliseconds delay, std::function<void()> task);
  /// Hands over the answer, once. Sent in the order of the requests; dropped if the connection is
  /// gone.
  void answer(Reply reply);
  /// Answers with what flows, for as long as it does. The connection ends with it.
  void stream(std::shared_ptr<Outflow> flow);
  /// There is more in what flows, or its end.
  void flow();

 private:
  friend class Session;
  std::shared_ptr<Session> session_;
  std::size_t const thread_;
  std::chrono::steady_clock::time_point const arrived_ = std::chrono::steady_clock::now();
  std::optional<Reply> reply_;
  std::shared_ptr<Outflow> flow_;  // of a stream
  bool close_ = false;             // the connection ends with this answer
  bool http10_ = false;            // keep-alive has to be said
};
using ExchangePtr = std::shared_ptr<Exchange>;

/// Called on the exchange's I/O thread, which it must not hold up. What it throws is answered as a
/// problem, unless the exchange was answered before.
using Handler = std::function<void(ExchangePtr const&)>;

struct ServerOptions {
  std::string name;    // in logs and metric labels: "api", "metrics"
  std::string listen;  // host:port; port 0 takes a free one
  std::size_t threads = 1;
  bool access_log = true;
  config::Limits limits;
  std::vector<std::string> allowed_origins = {};  // whose pages may read answers (CORS)
};

/// Listens and serves on threads of its own, each with an event loop and a listening socket
/// (SO_REUSEPORT).
class Server {
 public:
  Server(ServerOptions options, Clock const& clock, log::Logger& log, metrics::Registry& metrics);
  ~Server();  // stop()
  Server(Server const&) = delete;
  Server& operator=(Server const&) = delete;

  std::size_t threads() const;
  /// For what lives on an I/O thread beside its connections. Made with the server, runs from
  /// start() to stop(), lives as long as the server.
  boost::asio::io_context& loop(std::size_t thread);

  /// Any thread: runs `task` on an I/O thread, soon. Dropped once the server stopped.
  void post(std::size_t thread, std::function<void()> task);
  /// The same, after this time.
  void post_after(std::size_t thread, std::chrono::milliseconds delay, std::function<void()> task);

  /// Throws std::runtime_error, naming the address, if it can't listen there.
  void start(Handler handler);
  /// The port it listens on; after start().
  std::uint16_t port() const;
  /// Stops accepting, waits until every request that arrived has been answered, at most
  /// limits.drain_timeout, then cuts what is left. Event loops go on. Idempotent.
  void drain();
  /// drain(), then ends the I/O threads. Idempotent.
  void stop();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace throughline::http

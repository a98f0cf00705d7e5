// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// The only door to Redis: hiredis's asynchronous API driven by one I/O thread's event loop.
// Commands issued within one turn of the loop leave in one write (pipelined).
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace boost::asio {
class io_context;
}
namespace throughline::log {
class Logger;
}

namespace throughline::redis {

struct Reply {
  enum class Kind { nil, integer, text, list, error, unavailable } kind = Kind::nil;
  std::int64_t integer = 0;
  std::string text;          // text, or an error's message
  std::vector<Reply> items;  // list
  bool ok() const { return kind != Kind::error && kind != Kind::unavailable; }
};

struct Options {
  std::string url;  // redis://[:password@]host:port[/db]
  std::chrono::milliseconds command_timeout{250};
  std::chrono::milliseconds connect_timeout{1000};
  std::chrono::milliseconds backoff_first{50};
  std::chrono::milliseconds backoff_max{2000};
  std::size_t in_flight_max = 20000;  // commands not yet answered; beyond: unavailable at once
  /// Sent after every (re)connect before anything else; the connection counts as up once all
  /// have succeeded (loading function libraries).
  std::vector<std::vector<std::string>> on_connect;
};

/// One connection. Every member is called on the thread that runs `loop`, callbacks come there too,
/// each exactly once: with the answer, or `unavailable` when the connection is down, breaks, or the
/// command's deadline passes. A command whose deadline passed may still have been run by Redis; the
/// connection is then closed, so that answers cannot be mixed up. Reconnects by itself.
/// Callbacks are not called from within command(). The constructor throws std::invalid_argument if
/// the URL is wrong, and sets SIGPIPE to be ignored unless the program handles it.
class Client {
 public:
  Client(boost::asio::io_context& loop, Options options, log::Logger& log);
  ~Client();
  Client(Client const&) = delete;
  Client& operator=(Client const&) = delete;

  using Callback = std::function<void(Reply)>;
  void command(std::vector<std::string> const& words, Callback done);
  bool connected() const;
  /// The run_id that INFO gave at connect: which Redis process this connection speaks to.
  std::string const& run_id() const;
  /// Called on the loop whenever the connection comes up or goes down.
  void on_state(std::function<void(bool up)> listener);
  /// Fails what is in flight and stays down. Idempotent.
  void close();

 private:
  friend class Listener;
  struct Impl;
  std::shared_ptr<Impl> impl_;
};

/// A connection that only listens: each message published on the channel comes to `heard`, on the
/// thread that runs `loop`. Reconnects by itself; what is published while it is down is lost.
/// Constructed and destroyed as a Client is.
class Listener {
 public:
  using Heard = std::function<void(std::string const& message)>;
  Listener(boost::asio::io_context& loop, Options options, std::string channel, Heard heard,
           log::Logger& log);

 private:
  Client client_;
};

}  // namespace throughline::redis

// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// One physical connection: a hiredis asynchronous context whose readiness comes from Asio.
//
// Two rules keep the C library and the event loop apart:
//  - nothing of ours but bookkeeping runs inside a hiredis callback. Replies are queued there and
//    delivered when hiredis has returned, so a caller may close, destroy or command at will, and no
//    exception passes through C frames;
//  - hiredis closes the file descriptor, so Asio gives it up first, in the cleanup hook, which
//    hiredis calls before it frees itself, on every path.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <chrono>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>  // before Asio, which forgets it
#include <vector>

#include "throughline/platform/redis.hpp"

struct redisAsyncContext;

namespace throughline::redis {

class Link : public std::enable_shared_from_this<Link> {
 public:
  using Clock = std::chrono::steady_clock;
  using Callback = Client::Callback;

  /// `opened`: the TCP connection stands. `lost`: it is gone and every callback has been called;
  /// says why; exactly once per Link whose connect() succeeded.
  Link(boost::asio::io_context& loop, log::Logger& log, std::function<void()> opened,
       std::function<void(std::string const& why)> lost);
  ~Link();
  Link(Link const&) = delete;
  Link& operator=(Link const&) = delete;

  /// Begins to connect to a numeric address. Returns why that failed at once, or nothing.
  std::optional<std::string> connect(std::string const& address, int port);
  /// False, with `done` untouched, if the connection is gone.
  bool send(std::vector<std::string> const& words, Clock::time_point deadline, Callback& done);
  /// Subscribes to the channel: from then on the connection takes no commands, and each message
  /// comes to `heard`. Once.
  void listen(std::string const& channel, std::function<void(std::string const&)> heard);
  bool alive() const { return context_ != nullptr; }
  std::size_t in_flight() const { return sent_.size(); }
  /// Of the command that has waited longest; only where in_flight() is not 0.
  Clock::time_point oldest_deadline() const { return sent_.front().deadline; }
  /// Closes at once; what is in flight is answered `unavailable`.
  void shut(std::string const& why);

 private:
  struct Sent {
    Clock::time_point deadline;
    Callback done;
  };
  struct Answered {
    Callback done;
    Reply reply;
  };

  static void hook_add_read(void* self) noexcept;
  static void hook_add_write(void* self) noexcept;
  static void hook_cleanup(void* self) noexcept;
  static void hook_connected(redisAsyncContext const* context, int status) noexcept;
  static void hook_reply(redisAsyncContext* context, void* reply, void* self) noexcept;
  static void hook_message(redisAsyncContext* context, void* reply, void* self) noexcept;

  void wait_readable();
  void wait_writable();
  void write_after_this_turn();
  void handle_read();
  void handle_write();
  void settle();
  void deliver(Answered& answered);

  log::Logger& log_;
  boost::asio::io_context& loop_;
  boost::asio::posix::stream_descriptor descriptor_;
  std::function<void()> opened_;
  std::function<void(std::string const&)> lost_;

  redisAsyncContext* context_ = nullptr;  // null before connect() and once hiredis has freed it
  std::string why_lost_;
  std::deque<Sent> sent_;          // in the order of hiredis's own queue
  std::deque<Answered> answered_;  // waiting for hiredis to return
  Callback heard_;                 // of a connection that listens
  bool connected_ = false;
  bool reading_ = false;   // a wait for readability is pending
  bool writing_ = false;   // a write is pending
  bool in_write_ = false;  // inside redisAsyncHandleWrite
  bool settling_ = false;
};

}  // namespace throughline::redis

// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// One event loop with its listening socket and its connections. Everything but post and the
// constructor happens on its own thread.
#pragma once

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <unordered_set>
#include <utility>

#include "platform/http/asio.hpp"
#include "platform/http/observer.hpp"
#include "platform/http/send.hpp"
#include "throughline/platform/http_server.hpp"

namespace throughline::http {

class Session;

/// Any thread: runs `task` on the loop's, after this time.
void post_after(asio::io_context& loop, std::chrono::milliseconds delay,
                std::function<void()> task);

/// How many connections the server holds, over all its threads.
class Seats {
 public:
  Seats(std::size_t max, metrics::Gauge open) : max_(max), open_(open) {}
  /// False if all are taken.
  bool take();
  void leave();
  /// Whether all were left before the time was over.
  bool wait_until_empty(std::chrono::milliseconds longest);

 private:
  std::size_t const max_;
  metrics::Gauge open_;
  std::mutex mutex_;
  std::condition_variable left_;
  std::size_t taken_ = 0;  // guarded by mutex_
};

/// What the threads of one server share. Outlives them.
struct ServerState {
  ServerOptions const options;
  Clock const& clock;
  log::Logger& log;
  metrics::Registry& metrics;
  Handler handler;
  Seats seats;
  metrics::Counter refused;
};

class IoThread {
 public:
  IoThread(ServerState& state, std::size_t index);
  ~IoThread();  // stop()

  /// Listens; any thread, before run(). Throws boost::system::system_error.
  std::uint16_t listen(asio::ip::tcp::endpoint const& at);
  void run();
  /// Any thread: accepts nothing new and lets every connection end with its last answer.
  void drain();
  /// Any thread: cuts every connection.
  void cut();
  /// Ends the event loop; not on its own thread. Idempotent.
  void stop();

  asio::io_context& loop() { return loop_; }
  std::size_t index() const { return index_; }
  bool draining() const { return draining_; }
  ServerState& state() { return state_; }
  Observer& observer() { return observer_; }
  /// The Date header's value, now.
  std::string_view date() { return date_.at(state_.clock.now()); }

  void add(Session* session) { sessions_.insert(session); }
  void remove(Session* session) { sessions_.erase(session); }

 private:
  asio::awaitable<void> accept_all();
  asio::awaitable<void> tick();
  void begin(asio::ip::tcp::socket socket);
  void accept_what_is_left();

  ServerState& state_;
  std::size_t const index_;
  asio::io_context loop_{1};  // one thread runs it
  asio::executor_work_guard<asio::io_context::executor_type> work_;
  asio::ip::tcp::acceptor acceptor_;
  asio::steady_timer ticker_;
  asio::steady_timer pause_;
  std::unordered_set<Session*> sessions_;  // each removes itself when it ends
  std::size_t refusing_ = 0;               // connections kept only to be told 503
  bool draining_ = false;
  DateText date_;
  Observer observer_;
  std::thread thread_;
};

}  // namespace throughline::http

// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// One connection: reads requests ahead up to a limit, hands each over, sends the answers in order.
// Lives on its I/O thread. Deadlines are not timers of their own: the thread's ticker looks at
// every session a few times a second.
#pragma once

#include <chrono>
#include <deque>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "platform/http/asio.hpp"
#include "platform/http/io_thread.hpp"
#include "platform/http/request_reader.hpp"
#include "throughline/platform/http_server.hpp"
#include "throughline/platform/http_stream.hpp"

namespace throughline::http {

class Session : public std::enable_shared_from_this<Session> {
 public:
  Session(IoThread& io, asio::ip::tcp::socket socket);
  ~Session();

  /// From the first byte to the last; ends when the connection has ended.
  asio::awaitable<void> run();
  /// Says 503 to a connection too many.
  asio::awaitable<void> refuse();

  /// Enforces the deadlines.
  void look(std::chrono::steady_clock::time_point now);
  /// No further request once those that have arrived are read.
  void drain();
  /// Closes at once; what is not sent is lost.
  void cut();

 private:
  friend class Exchange;
  using Moment = std::chrono::steady_clock::time_point;
  enum class Waiting { no, first_request, next_request, head, body, end_of_client };

  // session.cpp: reading
  bool full() const;
  bool take_requests();
  ExchangePtr begin_exchange(Request request);
  void serve();
  void answer_fault(Fault const& fault);
  void make_room();
  bool nothing_arrived();
  asio::awaitable<void> receive();
  asio::awaitable<void> send_continue();
  asio::awaitable<void> settle();
  asio::awaitable<void> linger();
  void set_waiting(Waiting what);
  void time_out();
  void stop_receiving();

  // session_send.cpp
  void answered(Exchange& exchange);
  void flush();
  std::size_t gather();
  std::size_t gather_stream();
  void end_stream();
  void sent(std::size_t answers);
  asio::awaitable<void> send_rest(std::shared_ptr<Session> self, std::size_t answers,
                                  std::size_t skip);
  void observe(Exchange const& exchange, std::size_t bytes, Moment now);
  void broken();
  void wake();
  asio::awaitable<void> changed();

  IoThread& io_;
  asio::ip::tcp::socket socket_;
  asio::steady_timer changed_;  // cancelled to wake run()

  RequestReader reader_;
  std::vector<char> buffer_;
  std::size_t buffer_begin_ = 0;  // received and not yet read: [begin, end)
  std::size_t buffer_end_ = 0;
  bool served_any_ = false;
  bool timed_out_ = false;
  bool client_ended_ = false;
  bool reading_ended_ = false;  // no further request is taken

  std::deque<ExchangePtr> exchanges_;  // in the order of the requests
  bool serving_ = false;               // run() flushes after the handler
  bool writing_ = false;               // a coroutine waits for the client to take more
  bool broken_ = false;
  bool streams_ = false;    // an answer goes on until the connection ends
  bool streaming_ = false;  // it is at the front, its head sent

  // What is being sent; stays as it is while writing_.
  std::string heads_;
  std::vector<std::size_t> head_bytes_;
  std::vector<Piece> pieces_;
  std::vector<asio::const_buffer> buffers_;

  Waiting waiting_ = Waiting::no;
  Moment waiting_since_;
  Moment writing_since_;
};

}  // namespace throughline::http

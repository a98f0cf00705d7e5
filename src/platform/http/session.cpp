// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// The reading half of a session, and its course from first byte to last.
#include "platform/http/session.hpp"

#include <sys/socket.h>

#include <algorithm>
#include <cassert>
#include <cstring>

#include "platform/http/cors.hpp"
#include "platform/http/trace.hpp"
#include "throughline/platform/http_stream.hpp"

namespace throughline::http {

namespace {

constexpr std::size_t buffer_first_bytes = 4096;
constexpr std::size_t buffer_most_bytes = 64 * 1024;  // or the limit of a head, if that is more
constexpr std::chrono::milliseconds linger_timeout{1000};
constexpr std::string_view continue_text = "HTTP/1.1 100 Continue\r\n\r\n";

}  // namespace

Exchange::Exchange(std::shared_ptr<Session> session, Request from)
    : request(std::move(from)), session_(std::move(session)), thread_(session_->io_.index()) {}

void Exchange::post(std::function<void()> task) {
  asio::post(session_->io_.loop(), std::move(task));
}

void Exchange::post_after(std::chrono::milliseconds delay, std::function<void()> task) {
  http::post_after(session_->io_.loop(), delay, std::move(task));
}

void Exchange::answer(Reply reply) {
  assert(!reply_);
  reply_ = std::move(reply);
  allow_origin(*reply_, request, session_->io_.state().options.allowed_origins);
  session_->answered(*this);
}

void Exchange::stream(std::shared_ptr<Outflow> flow) {
  flow_ = std::move(flow);
  answer(stream_head());
}

void Exchange::flow() {
  session_->flush();
}

Session::Session(IoThread& io, asio::ip::tcp::socket socket)
    : io_(io),
      socket_(std::move(socket)),
      changed_(io.loop(), asio::steady_timer::time_point::max()),
      reader_(io.state().options.limits),
      buffer_(buffer_first_bytes) {}

Session::~Session() = default;

asio::awaitable<void> Session::run() {
  auto const self = shared_from_this();
  while (!broken_) {
    bool const starved = take_requests();
    flush();
    if (reading_ended_ || broken_) break;
    if (!starved) {  // as many unanswered as allowed
      set_waiting(Waiting::no);
      if (full()) co_await changed();
      continue;
    }
    if (reader_.expects_continue()) co_await send_continue();
    co_await receive();
  }
  co_await settle();
  co_await linger();
  socket_.close();
}

asio::awaitable<void> Session::refuse() {
  auto const self = shared_from_this();
  reading_ended_ = true;
  auto const exchange = begin_exchange(Request());
  exchange->answer(problem(Error(Code::unavailable, "The server holds all the connections it may."),
                           exchange->request.id));
  co_await settle();
  co_await linger();
  socket_.close();
}

bool Session::full() const {
  return exchanges_.size() >= io_.state().options.limits.pipelined_requests;
}

/// Hands over every request that the buffer holds, up to the limit of unanswered ones. True if more
/// has to be received first.
bool Session::take_requests() {
  while (!reading_ended_ && !full()) {
    std::string_view received(buffer_.data() + buffer_begin_, buffer_end_ - buffer_begin_);
    auto const before = received.size();
    auto const state = reader_.take(received);
    buffer_begin_ += before - received.size();
    if (state == RequestReader::State::complete) {
      serve();
    } else if (state == RequestReader::State::refused) {
      answer_fault(reader_.fault());
    } else {
      return true;
    }
  }
  return false;
}

ExchangePtr Session::begin_exchange(Request request) {
  identify(request, io_.state().clock.now());
  auto exchange = std::make_shared<Exchange>(shared_from_this(), std::move(request));
  exchanges_.push_back(exchange);
  return exchange;
}

void Session::serve() {
  set_waiting(Waiting::no);
  auto const exchange = begin_exchange(std::move(reader_.request()));
  exchange->http10_ = reader_.http10();
  exchange->close_ = !reader_.keep_alive();
  reader_.next();
  bool const last = buffer_begin_ == buffer_end_ && io_.draining() && nothing_arrived();
  if (exchange->close_ || last) reading_ended_ = true;
  served_any_ = true;
  serving_ = true;
  try {
    io_.state().handler(exchange);
  } catch (...) {
    auto reply = problem(std::current_exception(), exchange->request.id, io_.state().log);
    if (!exchange->reply_) exchange->answer(std::move(reply));
  }
  serving_ = false;
}

/// The last answer of this connection: what follows in it can't be told apart any more.
void Session::answer_fault(Fault const& fault) {
  set_waiting(Waiting::no);
  reading_ended_ = true;
  auto const exchange = begin_exchange(std::move(reader_.request()));
  exchange->answer(problem(fault, exchange->request.id));
}

void Session::make_room() {
  if (buffer_begin_ == buffer_end_ && reader_.state() == RequestReader::State::idle &&
      buffer_.size() > buffer_first_bytes) {
    // What one large body needed is not kept for as long as the connection lies idle.
    buffer_ = std::vector<char>(buffer_first_bytes);
    buffer_begin_ = buffer_end_ = 0;
  }
  if (buffer_begin_ > 0) {
    std::memmove(buffer_.data(), buffer_.data() + buffer_begin_, buffer_end_ - buffer_begin_);
    buffer_end_ -= buffer_begin_;
    buffer_begin_ = 0;
  }
  auto const most = std::max(buffer_most_bytes, io_.state().options.limits.header_bytes + 1);
  if (buffer_end_ == buffer_.size()) buffer_.resize(std::min(most, buffer_.size() * 2));
}

asio::awaitable<void> Session::receive() {
  auto const state = reader_.state();
  if (state == RequestReader::State::idle && io_.draining() && nothing_arrived()) {
    reading_ended_ = true;
    co_return;
  }
  set_waiting(state == RequestReader::State::head   ? Waiting::head
              : state == RequestReader::State::body ? Waiting::body
              : served_any_                         ? Waiting::next_request
                                                    : Waiting::first_request);
  make_room();
  boost::system::error_code error;
  auto const room = asio::buffer(buffer_.data() + buffer_end_, buffer_.size() - buffer_end_);
  auto const size =
      co_await socket_.async_read_some(room, asio::redirect_error(asio::use_awaitable, error));
  buffer_end_ += size;
  if (!error) co_return;
  client_ended_ = true;
  bool const midway = reader_.state() != RequestReader::State::idle;
  if (timed_out_ && midway) {
    answer_fault({Fault::Kind::timeout, "The request did not arrive within its time."});
    flush();
  }
  reading_ended_ = true;
  // Who has said all it will may wait for answers, but nobody streams to half a connection.
  if (error != asio::error::eof || streams_) broken();
}

bool Session::nothing_arrived() {
  boost::system::error_code error;
  return socket_.available(error) == 0 || error;
}

/// Answers to what came before go first, or the client would take the 100 for one of them.
asio::awaitable<void> Session::send_continue() {
  reader_.continue_sent();
  if (buffer_begin_ != buffer_end_) co_return;  // the body comes without waiting
  set_waiting(Waiting::no);
  co_await settle();
  if (broken_) co_return;
  writing_ = true;
  writing_since_ = std::chrono::steady_clock::now();
  boost::system::error_code error;
  auto const text = asio::buffer(continue_text.data(), continue_text.size());
  co_await asio::async_write(socket_, text, asio::redirect_error(asio::use_awaitable, error));
  writing_ = false;
  if (error) broken();
}

asio::awaitable<void> Session::settle() {
  while (!broken_ && (!exchanges_.empty() || writing_)) co_await changed();
}

/// Closing on bytes not read yet makes the kernel send a reset, which may overtake the last answer.
asio::awaitable<void> Session::linger() {
  boost::system::error_code error;
  if (!broken_) socket_.shutdown(asio::socket_base::shutdown_send, error);
  if (broken_ || client_ended_) co_return;
  set_waiting(Waiting::end_of_client);
  while (!error) {
    auto const room = asio::buffer(buffer_);
    co_await socket_.async_read_some(room, asio::redirect_error(asio::use_awaitable, error));
  }
}

void Session::set_waiting(Waiting what) {
  if (waiting_ == what) return;
  waiting_ = what;
  if (what != Waiting::no) waiting_since_ = std::chrono::steady_clock::now();
}

void Session::look(Moment now) {
  auto const& limits = io_.state().options.limits;
  if (writing_ && now - writing_since_ > limits.write_timeout) return cut();
  switch (waiting_) {
    case Waiting::no:
      return;
    case Waiting::first_request:
    case Waiting::head:
      if (now - waiting_since_ > limits.header_timeout) time_out();
      return;
    case Waiting::body:
      if (now - waiting_since_ > limits.body_timeout) time_out();
      return;
    case Waiting::next_request:
      // The client waits for us, not we for it, until its last answer is sent.
      if (!exchanges_.empty()) waiting_since_ = now;
      if (now - waiting_since_ > limits.idle_timeout) time_out();
      return;
    case Waiting::end_of_client:
      if (now - waiting_since_ > linger_timeout) cut();
  }
}

void Session::time_out() {
  timed_out_ = true;
  set_waiting(Waiting::no);
  stop_receiving();
}

void Session::drain() {
  if (streams_) return;  // who sends on it ends it
  bool const between = waiting_ == Waiting::first_request || waiting_ == Waiting::next_request;
  if (between && nothing_arrived()) stop_receiving();
}

/// Makes the read that is under way return its end; unlike a cancel it leaves a write alone.
void Session::stop_receiving() {
  ::shutdown(socket_.native_handle(), SHUT_RD);
}

void Session::cut() {
  broken();
  boost::system::error_code ignored;
  socket_.close(ignored);
}

}  // namespace throughline::http

// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// The sending half of a session. As a rule one system call sends all answers that are ready; only
// where the client is slow does a coroutine wait for it.
#include <span>
#include <utility>

#include "platform/http/outflow.hpp"
#include "platform/http/send.hpp"
#include "platform/http/session.hpp"

namespace throughline::http {

namespace {

using BufferView = std::span<asio::const_buffer const>;

bool carries_body(Exchange const& exchange, Reply const& reply) {
  return exchange.request.method != Method::head && reply.status != 304 && reply.status != 204;
}

}  // namespace

void Session::answered(Exchange& exchange) {
  if (exchange.flow_) streams_ = true;
  if (broken_) {
    observe(exchange, 0, std::chrono::steady_clock::now());
    if (exchange.flow_) exchange.flow_->abandon();
  } else if (streams_ && client_ended_) {
    broken();
  } else if (!serving_) {
    flush();
  }
}

void Session::flush() {
  while (!writing_ && !broken_ && !exchanges_.empty() && exchanges_.front()->reply_) {
    auto const answers = streaming_ ? gather_stream() : gather();
    if (buffers_.empty()) return;
    boost::system::error_code error;
    auto const size = socket_.write_some(BufferView(buffers_), error);
    if (error && error != asio::error::would_block && error != asio::error::try_again) {
      return broken();
    }
    std::size_t all = 0;
    for (auto const& buffer : buffers_) all += buffer.size();
    if (size == all) {
      sent(answers);
      continue;
    }
    writing_ = true;
    writing_since_ = std::chrono::steady_clock::now();
    asio::co_spawn(io_.loop(), send_rest(shared_from_this(), answers, size), asio::detached);
  }
}

/// Lines up every answer that is ready, from the front on; returns how many.
std::size_t Session::gather() {
  heads_.clear();
  buffers_.clear();
  head_bytes_.clear();
  auto const date = io_.date();
  for (auto const& exchange : exchanges_) {
    if (!exchange->reply_) break;
    auto const before = heads_.size();
    bool const close = exchange->close_ || (reading_ended_ && exchange == exchanges_.back());
    append_head(heads_, *exchange->reply_, exchange->request.id, date,
                exchange->flow_     ? Persistence::stream
                : close             ? Persistence::close
                : exchange->http10_ ? Persistence::keep_alive_said
                                    : Persistence::keep_alive);
    head_bytes_.push_back(heads_.size() - before);
    if (exchange->flow_) break;
  }
  char const* head = heads_.data();
  for (std::size_t i = 0; i < head_bytes_.size(); ++i) {
    buffers_.emplace_back(head, head_bytes_[i]);
    head += head_bytes_[i];
    auto const& exchange = *exchanges_[i];
    auto const body = body_of(*exchange.reply_);
    if (carries_body(exchange, *exchange.reply_)) buffers_.emplace_back(body.data(), body.size());
  }
  return head_bytes_.size();
}

/// Lines up what the stream at the front has waiting. No answer is over with it.
std::size_t Session::gather_stream() {
  buffers_.clear();
  auto& flow = *exchanges_.front()->flow_;
  flow.take(pieces_, stream_write_pieces);
  for (auto const& piece : pieces_) buffers_.emplace_back(piece->data(), piece->size());
  if (pieces_.empty() && flow.over()) end_stream();
  return 0;
}

/// The last words are out: the connection ends.
void Session::end_stream() {
  exchanges_.front()->flow_->abandon();
  exchanges_.pop_front();
  for (auto const& unanswered : exchanges_) {
    if (unanswered->flow_) unanswered->flow_->abandon();
  }
  exchanges_.clear();
  streaming_ = false;
  reading_ended_ = true;
  stop_receiving();
  wake();
}

/// `self` keeps the session and what buffers_ points into.
asio::awaitable<void> Session::send_rest([[maybe_unused]] std::shared_ptr<Session> self,
                                         std::size_t answers, std::size_t skip) {
  for (auto& buffer : buffers_) {
    auto const part = std::min(skip, buffer.size());
    buffer += part;
    skip -= part;
  }
  boost::system::error_code error;
  auto const rest = BufferView(buffers_);
  co_await asio::async_write(socket_, rest, asio::redirect_error(asio::use_awaitable, error));
  writing_ = false;
  if (broken_) {
    exchanges_.clear();
  } else if (error) {
    broken();
  } else {
    sent(answers);
    flush();
  }
}

void Session::observe(Exchange const& exchange, std::size_t bytes, Moment now) {
  io_.observer().answered(exchange, exchange.reply_->status, bytes, now - exchange.arrived_);
}

void Session::sent(std::size_t answers) {
  auto const now = std::chrono::steady_clock::now();
  for (std::size_t i = 0; i < answers; ++i) {
    auto const& exchange = *exchanges_.front();
    bool const body = carries_body(exchange, *exchange.reply_);
    observe(exchange, head_bytes_[i] + (body ? body_of(*exchange.reply_).size() : 0), now);
    if (exchange.flow_) {
      streaming_ = true;
      break;
    }
    exchanges_.pop_front();
  }
  if (waiting_ == Waiting::next_request) waiting_since_ = now;
  wake();
}

/// The connection is of no further use. What is answered later goes nowhere.
void Session::broken() {
  if (broken_) return;
  broken_ = true;
  auto const now = std::chrono::steady_clock::now();
  for (auto const& exchange : exchanges_) {
    bool const told = streaming_ && exchange == exchanges_.front();
    if (exchange->reply_ && !told) observe(*exchange, 0, now);
    if (exchange->flow_) exchange->flow_->abandon();
  }
  if (!writing_) exchanges_.clear();  // else send_rest() does, once it no longer needs them
  stop_receiving();
  wake();
}

void Session::wake() {
  changed_.cancel();
}

asio::awaitable<void> Session::changed() {
  boost::system::error_code ignored;
  co_await changed_.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
}

}  // namespace throughline::http

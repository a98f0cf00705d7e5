// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include "platform/http/io_thread.hpp"

#include <sys/socket.h>

#include <algorithm>

#include "platform/http/session.hpp"

namespace throughline::http {

namespace {

using std::chrono::milliseconds;

constexpr std::size_t refusing_max = 64;  // a thread; beyond, connections are closed unanswered
constexpr milliseconds accept_pause{50};  // after running out of descriptors

/// Often enough to keep the shortest deadline to a quarter.
milliseconds tick_interval(config::Limits const& limits) {
  auto const shortest = std::min(
      {limits.header_timeout, limits.body_timeout, limits.idle_timeout, limits.write_timeout});
  return std::clamp(shortest / 4, milliseconds{10}, milliseconds{250});
}

}  // namespace

void post_after(asio::io_context& loop, std::chrono::milliseconds delay,
                std::function<void()> task) {
  asio::post(loop, [&loop, delay, task = std::move(task)]() mutable {
    auto const timer = std::make_shared<asio::steady_timer>(loop, delay);
    timer->async_wait([timer, task = std::move(task)](boost::system::error_code) { task(); });
  });
}

bool Seats::take() {
  std::lock_guard const lock(mutex_);
  if (taken_ == max_) return false;
  open_.set(static_cast<double>(++taken_));
  return true;
}

void Seats::leave() {
  std::lock_guard const lock(mutex_);
  open_.set(static_cast<double>(--taken_));
  if (taken_ == 0) left_.notify_all();
}

bool Seats::wait_until_empty(milliseconds longest) {
  std::unique_lock lock(mutex_);
  return left_.wait_for(lock, longest, [&] { return taken_ == 0; });
}

IoThread::IoThread(ServerState& state, std::size_t index)
    : state_(state),
      index_(index),
      work_(asio::make_work_guard(loop_)),
      acceptor_(loop_),
      ticker_(loop_),
      pause_(loop_),
      observer_(state.options, state.log, state.metrics) {}

IoThread::~IoThread() {
  stop();
}

std::uint16_t IoThread::listen(asio::ip::tcp::endpoint const& at) {
  acceptor_.open(at.protocol());
  acceptor_.set_option(asio::socket_base::reuse_address(true));
  int const yes = 1;
  ::setsockopt(acceptor_.native_handle(), SOL_SOCKET, SO_REUSEPORT, &yes, sizeof yes);
  acceptor_.bind(at);
  acceptor_.listen(asio::socket_base::max_listen_connections);
  return acceptor_.local_endpoint().port();
}

void IoThread::run() {
  auto const report = [this](std::exception_ptr const& thrown) {
    if (thrown) problem(thrown, "", state_.log);
  };
  asio::co_spawn(loop_, accept_all(), report);
  asio::co_spawn(loop_, tick(), report);
  thread_ = std::thread([this] { loop_.run(); });
}

asio::awaitable<void> IoThread::accept_all() {
  while (acceptor_.is_open()) {
    boost::system::error_code error;
    asio::ip::tcp::socket socket(loop_);
    co_await acceptor_.async_accept(socket, asio::redirect_error(asio::use_awaitable, error));
    if (!error) {
      begin(std::move(socket));
    } else if (error != asio::error::operation_aborted &&
               error != asio::error::connection_aborted) {
      state_.log.warning("accept_failed", {{"reason", error.message()}});
      pause_.expires_after(accept_pause);
      co_await pause_.async_wait(asio::redirect_error(asio::use_awaitable, error));
    }
  }
}

void IoThread::begin(asio::ip::tcp::socket socket) {
  boost::system::error_code error;
  socket.set_option(asio::ip::tcp::no_delay(true), error);
  if (!error) socket.non_blocking(true, error);
  if (error) return;  // gone already
  bool const seated = state_.seats.take();
  if (!seated) {
    state_.refused.add();
    if (refusing_ == refusing_max) return;
    ++refusing_;
  }
  auto const session = std::make_shared<Session>(*this, std::move(socket));
  sessions_.insert(session.get());
  auto const ended = [this, session, seated](std::exception_ptr const& thrown) {
    if (thrown) {
      problem(thrown, "", state_.log);
      session->cut();
    }
    sessions_.erase(session.get());
    if (seated) state_.seats.leave();
    if (!seated) --refusing_;
  };
  asio::co_spawn(loop_, seated ? session->run() : session->refuse(), ended);
}

asio::awaitable<void> IoThread::tick() {
  auto const interval = tick_interval(state_.options.limits);
  boost::system::error_code error;
  while (!error) {
    ticker_.expires_after(interval);
    co_await ticker_.async_wait(asio::redirect_error(asio::use_awaitable, error));
    auto const now = std::chrono::steady_clock::now();
    for (auto* const session : sessions_) session->look(now);
  }
}

/// Connections that the kernel has accepted for us, but not we from it.
void IoThread::accept_what_is_left() {
  boost::system::error_code error;
  acceptor_.non_blocking(true, error);
  while (!error) {
    asio::ip::tcp::socket socket(loop_);
    acceptor_.accept(socket, error);
    if (!error) begin(std::move(socket));
  }
  acceptor_.close(error);
}

void IoThread::drain() {
  asio::post(loop_, [this] {
    if (draining_) return;
    draining_ = true;
    accept_what_is_left();
    for (auto* const session : sessions_) session->drain();
  });
}

void IoThread::cut() {
  asio::post(loop_, [this] {
    for (auto* const session : sessions_) session->cut();
  });
}

void IoThread::stop() {
  work_.reset();
  loop_.stop();
  if (thread_.joinable()) thread_.join();
}

}  // namespace throughline::http

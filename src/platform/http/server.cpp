// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include <stdexcept>
#include <utility>
#include <vector>

#include "platform/http/asio.hpp"
#include "platform/http/io_thread.hpp"
#include "throughline/platform/http_server.hpp"

namespace throughline::http {

using asio::ip::tcp;

namespace {

constexpr std::chrono::milliseconds cut_timeout{2000};

tcp::endpoint resolve(std::string const& listen, asio::io_context& loop) {
  auto const address = config::parse_address(listen);
  if (!address) throw std::runtime_error("the address is not host:port");
  tcp::resolver resolver(loop);
  auto const found = resolver.resolve(address->host, std::to_string(address->port),
                                      tcp::resolver::numeric_service | tcp::resolver::passive);
  return found.begin()->endpoint();
}

/// SO_REUSEPORT would let this server share a port with another one of the same account, each
/// getting a part of the connections. Without it, binding fails as it should.
void ensure_free(tcp::endpoint const& at, asio::io_context& loop) {
  if (at.port() == 0) return;
  tcp::acceptor probe(loop, at.protocol());
  probe.set_option(asio::socket_base::reuse_address(true));
  probe.bind(at);
}

}  // namespace

struct Server::Impl {
  Impl(ServerOptions given, Clock const& clock, log::Logger& log, metrics::Registry& metrics)
      : state{given,
              clock,
              log,
              metrics,
              {},
              Seats(given.limits.connections,
                    metrics.gauge("throughline_http_connections", "Connections open.",
                                  {{"server", given.name}})),
              metrics.counter("throughline_http_connections_refused_total",
                              "Connections refused because too many were open.",
                              {{"server", given.name}})} {
    for (std::size_t i = 0; i < given.threads; ++i) {
      threads.push_back(std::make_unique<IoThread>(state, i));
    }
  }

  ServerState state;
  std::vector<std::unique_ptr<IoThread>> threads;
  std::uint16_t port = 0;
  bool running = false;
  bool drained = false;
};

Server::Server(ServerOptions options, Clock const& clock, log::Logger& log,
               metrics::Registry& metrics)
    : impl_(std::make_unique<Impl>(std::move(options), clock, log, metrics)) {}

Server::~Server() {
  stop();
}

std::size_t Server::threads() const {
  return impl_->threads.size();
}

asio::io_context& Server::loop(std::size_t thread) {
  return impl_->threads.at(thread)->loop();
}

void Server::post(std::size_t thread, std::function<void()> task) {
  asio::post(loop(thread), std::move(task));
}

void Server::post_after(std::size_t thread, std::chrono::milliseconds delay,
                        std::function<void()> task) {
  http::post_after(loop(thread), delay, std::move(task));
}

void Server::start(Handler handler) {
  auto const& listen = impl_->state.options.listen;
  try {
    auto at = resolve(listen, loop(0));
    ensure_free(at, loop(0));
    for (auto const& thread : impl_->threads) {
      at.port(thread->listen(at));
    }
    impl_->port = at.port();
  } catch (std::exception const& failure) {
    throw std::runtime_error("can't listen on " + listen + ": " + failure.what());
  }
  impl_->state.handler = std::move(handler);
  impl_->running = true;
  for (auto const& thread : impl_->threads) thread->run();
}

std::uint16_t Server::port() const {
  return impl_->port;
}

void Server::drain() {
  if (!impl_->running || std::exchange(impl_->drained, true)) return;
  auto& state = impl_->state;
  for (auto const& thread : impl_->threads) thread->drain();
  if (state.seats.wait_until_empty(state.options.limits.drain_timeout)) return;
  state.log.warning("drain_cut_short", {{"server", state.options.name}});
  for (auto const& thread : impl_->threads) thread->cut();
  state.seats.wait_until_empty(cut_timeout);
}

void Server::stop() {
  drain();
  for (auto const& thread : impl_->threads) thread->stop();
  impl_->running = false;
}

}  // namespace throughline::http

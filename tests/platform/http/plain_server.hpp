// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// A server without routes, keys and database: what a session does can be tried with any handler.
#pragma once

#include <chrono>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "support/client.hpp"
#include "throughline/platform/http_server.hpp"
#include "throughline/platform/http_stream.hpp"

namespace throughline::http {

class PlainServer {
 public:
  /// Answers each path as echo() does.
  explicit PlainServer(config::Limits const& limits = {}, std::size_t threads = 2)
      : server_({"test", "127.0.0.1:0", threads, true, limits}, clock_, log_, metrics_) {
    server_.start([this](ExchangePtr const& exchange) { serve(exchange); });
  }
  ~PlainServer() {
    server_.stop();
    for (auto& thread : late_) thread.join();
  }

  support::Client client() {
    support::Client client(server_.port());
    client.recorded = false;
    return client;
  }
  /// Waits for the stream that was begun as this one, from 0.
  std::shared_ptr<Stream> stream(std::size_t number = 0) {
    for (;;) {
      {
        std::lock_guard const lock(mutex_);
        if (streams_.size() > number) return streams_[number];
      }
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
  }
  Server& server() { return server_; }
  metrics::Registry& metrics() { return metrics_; }
  int open_connections() {
    std::string const name = "\nthroughline_http_connections{server=\"test\"} ";
    auto const page = metrics_.render();
    return std::stoi(page.substr(page.find(name) + name.size()));
  }

 private:
  /// "/stream/<pieces>" begins a stream that holds so many, "/refused" none; "/late/<ms>" is
  /// answered that much later from another thread, "/big/<bytes>" is as large,
  /// "/throw" throws, everything else echoes its body.
  void serve(ExchangePtr const& exchange) {
    auto const& target = exchange->request.target;
    if (target == "/throw") throw std::runtime_error("thrown by the test");
    if (target.starts_with("/big/")) {
      return exchange->answer(Reply::json(std::string(std::stoul(target.substr(5)), 'x')));
    }
    if (target == "/refused") return void(Stream(exchange, {}));
    if (target.starts_with("/stream/")) return begin_stream(exchange, std::stoul(target.substr(8)));
    if (!target.starts_with("/late/")) return echo(exchange);
    auto const delay = std::chrono::milliseconds(std::stoi(target.substr(6)));
    std::lock_guard const lock(mutex_);
    late_.emplace_back([this, exchange, delay] {
      std::this_thread::sleep_for(delay);
      exchange->post([this, exchange] { echo(exchange); });
    });
  }

  void begin_stream(ExchangePtr const& exchange, std::size_t pieces) {
    auto stream = std::make_shared<Stream>(exchange, StreamLimits{pieces, 1 << 20});
    stream->begin();
    std::lock_guard const lock(mutex_);
    streams_.push_back(std::move(stream));
  }

  static void echo(ExchangePtr const& exchange) {
    auto const& request = exchange->request;
    exchange->answer(
        Reply::json(request.body.empty() ? request.target : request.body).with("X-Echo", "yes"));
  }

  SystemClock const clock_;
  log::Logger log_{""};
  metrics::Registry metrics_;
  std::mutex mutex_;
  std::vector<std::thread> late_;
  Server server_;
  std::vector<std::shared_ptr<Stream>> streams_;  // do not outlive the server
};

}  // namespace throughline::http

// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// A request on its route, from the key on: who asks, what for, and the place it takes among the
// requests of its key.
#pragma once

#include <chrono>
#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "platform/http/router.hpp"
#include "throughline/platform/auth.hpp"
#include "throughline/platform/http_server.hpp"

namespace throughline::http {

/// The key of "Authorization: Bearer <key>"; empty if that is not what the request says.
std::string_view presented_key(Request const& request);

/// Made on the I/O thread, used by one thread at a time.
class Visit {
 public:
  Visit(ExchangePtr exchange, Entry const& entry, std::vector<std::string> path_values);
  ~Visit();
  Visit(Visit const&) = delete;
  Visit& operator=(Visit const&) = delete;

  /// Lets the request in under this key. Throws unauthorized (nullptr), forbidden (the scope),
  /// invalid (the query) and not_acceptable (a body that is not JSON).
  void admit(std::shared_ptr<auth::Key> key);
  /// Takes one of the places that the key has for requests in flight, and keeps it until the
  /// answer. False if all are taken. Idempotent.
  bool take_place(std::size_t places);

  // After admit():
  Entry const& entry() const { return entry_; }
  Route const& route() const { return entry_.route; }
  auth::Key const& key() const { return *key_; }
  Request const& request() const { return exchange_->request; }
  Actor const& actor() const { return actor_; }
  Call const& call() const { return *call_; }
  ExchangePtr const& exchange() const { return exchange_; }
  std::size_t thread() const { return exchange_->thread(); }

  /// Any thread: runs `task` on the I/O thread.
  void post(std::function<void()> task) const { exchange_->post(std::move(task)); }
  void post_after(std::chrono::milliseconds delay, std::function<void()> task) const {
    exchange_->post_after(delay, std::move(task));
  }
  /// I/O thread: gives the key's place back and answers.
  void answer(Reply reply);
  /// Any thread.
  void answer_from_worker(std::shared_ptr<Visit> self, Reply reply);

 private:
  void leave();

  ExchangePtr const exchange_;
  Entry const& entry_;
  std::vector<std::string> path_values_;
  std::shared_ptr<auth::Key> key_;
  bool placed_ = false;  // it counts as in flight
  Actor actor_;
  std::optional<Call> call_;
};
using VisitPtr = std::shared_ptr<Visit>;

}  // namespace throughline::http

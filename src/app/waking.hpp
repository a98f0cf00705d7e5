// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// Wakes the live streams of all instances when something was committed on this one: its own hub
// directly, the others by Redis Pub/Sub where there is a Redis. What is lost there is found by
// their next look.
#pragma once

#include <cstddef>
#include <memory>
#include <mutex>
#include <set>
#include <span>
#include <string>

#include "throughline/domain/live.hpp"
#include "throughline/platform/http_server.hpp"
#include "throughline/platform/postgres.hpp"
#include "throughline/platform/redis.hpp"

namespace throughline::app {

class Waking : public std::enable_shared_from_this<Waking> {
 public:
  static constexpr char const* channel = "throughline:live";
  /// The I/O thread that publishes and listens.
  static constexpr std::size_t io_thread = 0;

  /// `publisher`: a client of that thread; nullptr without a Redis. All outlive their use here.
  Waking(live::Hub& hub, http::Server& server, redis::Client* publisher);

  /// Any thread; does not wait.
  void committed(std::span<postgres::Touched const> roots);
  /// A message of the channel.
  void heard(std::string const& message);

 private:
  void publish();

  live::Hub& hub_;
  http::Server& server_;
  redis::Client* const publisher_;
  std::string const sender_;  // its own messages need not be heard
  std::mutex mutex_;
  std::set<TenantId> unpublished_;  // guarded by mutex_, as is:
  bool publishing_ = false;
};

}  // namespace throughline::app

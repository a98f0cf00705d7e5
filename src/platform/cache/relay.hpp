// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// What brings Redis every committed change, and grants it the fence for having been told.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "platform/cache/redis_form.hpp"
#include "platform/cache/redis_line.hpp"
#include "platform/cache/store.hpp"
#include "throughline/platform/cache_protocol.hpp"
#include "throughline/platform/log.hpp"
#include "throughline/platform/metrics.hpp"

namespace throughline::cache {

/// Used by the keeper's thread. Assumes nothing of a relay before it but what stands in PostgreSQL.
class Relay {
 public:
  using Clock = std::chrono::steady_clock;

  Relay(RedisForm& form, RedisLine& redis, Timing const& timing, log::Logger& log,
        metrics::Registry& metrics);

  /// One cycle, if it is this relay's turn or it can get it. Throws what the session throws.
  void step(postgres::Session& session);
  /// The session is gone, and with it the turn.
  void lost();
  /// Gives the turn back.
  void leave(postgres::Session& session);
  bool active() const { return has_turn_; }

 private:
  struct Beginning {
    std::string run_id;
    std::int64_t epoch;
    Clock::time_point ready;  // no fence that was granted before it began is trusted any more
  };

  bool cycle(postgres::Session& session);
  void begin(postgres::Session& session);
  bool is_ready(store::Unseen const& unseen) const;
  bool tell(store::Unseen const& unseen);
  bool grant(store::Unseen const& unseen, std::string const& seconds,
             std::string const& microseconds);
  void heal(redis::Reply const& reply);
  void withdraw(postgres::Session& session);
  void note_turn(bool has);

  RedisForm& form_;
  RedisLine& redis_;
  Timing const timing_;
  log::Logger& log_;
  bool has_turn_ = false;
  std::optional<Beginning> beginning_;
  Clock::time_point last_good_{};  // the last cycle that did all it should, or the turn's begin
  Clock::time_point rests_until_{};
  metrics::Gauge active_, epoch_, authority_, lag_;
  metrics::Counter granted_, failed_, relayed_;
};

}  // namespace throughline::cache

// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// Live: the feed as server-sent events, for those who show a customer to somebody right now. A
// stream follows the customers it names across merges and their undo, and resumes exactly where it
// was left. Each fact comes with its customer's version: subscribe, read the context, and drop what
// that context shows already.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "throughline/base/time.hpp"
#include "throughline/platform/http.hpp"
#include "throughline/platform/http_stream.hpp"
#include "throughline/platform/log.hpp"
#include "throughline/platform/metrics.hpp"
#include "throughline/platform/postgres.hpp"

namespace throughline::live {

inline constexpr std::size_t customers_max = 100;  // that a stream can name
inline constexpr std::size_t queues_max = 20;      // likewise
/// Positions of the feed that a stream can be behind and still be brought up to date; beyond, and
/// where facts are no longer kept, it is told `reset`: reading the context anew costs less.
inline constexpr std::int64_t replay_max = 500'000;
/// A stream that is being brought up to date is sent no more while half of its queue waits; after
/// so long without taking any of it the reader is cut.
inline constexpr std::chrono::milliseconds replay_patience{10'000};
/// Between two looks for facts that are known to be coming: drawn and not to be shown yet.
inline constexpr std::chrono::milliseconds settling_interval{10};
/// Between two looks that Hub::wake() asks for, and for callers between two messages that ask
/// other instances for them, however much is committed.
inline constexpr std::chrono::milliseconds wake_spacing{5};
/// Between two looks whether the keys that streams stand under still hold.
inline constexpr std::chrono::milliseconds key_interval{300};
/// Keys not confirmed for so long are shown nothing more until they are.
inline constexpr std::chrono::milliseconds key_trusted_for{1000};
/// In which a ticket has to be used.
inline constexpr std::chrono::seconds ticket_lifetime{60};

struct Limits {
  std::size_t subscribers = 8000;          // of this instance; beyond: 503
  std::size_t subscribers_per_key = 4000;  // beyond: 429
  http::StreamLimits queue;                // beyond: cut, and told so
  std::chrono::milliseconds keep_alive{15'000};
  /// Between two looks for new facts that nothing woke the hub to, while anybody listens.
  std::chrono::milliseconds look_interval{100};
};

/// Everybody who listens to this instance. Owns one thread, which reads the feed of each tenant
/// that has listeners, once for all of them, and hands out what it read. Thread-safe.
class Hub {
 public:
  struct Parts {
    postgres::Pool& pool;          // under server_role; one connection
    postgres::Pool& service_pool;  // under service_role: keys and tickets
    Clock const& clock;
    log::Logger& log;
    metrics::Registry& metrics;
  };
  /// All of `parts` outlives this.
  Hub(Parts const& parts, Limits const& limits);
  ~Hub();  // stop()
  Hub(Hub const&) = delete;
  Hub& operator=(Hub const&) = delete;

  /// Ends every stream, having told its reader, and refuses new ones as unavailable. Idempotent.
  void stop();

  /// Something was committed for this tenant: those who listen to it are shown it now, not at the
  /// next look. Nothing depends on being told, or told once. Any thread; does not wait.
  void wake(TenantId tenant);

  /// A request for a stream: GET /v1/live. I/O thread; throws what is wrong with it at a glance,
  /// the rest is answered by the stream.
  void open(http::Call const& call, std::shared_ptr<http::Stream> stream);
  Limits const& limits() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// Deletes up to `limit` tickets that nobody used in time; how many. In a Tx of the service role.
std::size_t sweep_tickets(postgres::Tx& tx, Timestamp now, std::size_t limit);

/// GET /v1/live?customer_ids=&queue=&last_event_id=&ticket= · POST /v1/live/tickets. The hub
/// outlives the routes.
std::vector<http::Route> routes(Hub& hub);

}  // namespace throughline::live

// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// Configuration of one instance, by flag or environment; every limit has a name and a default.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace throughline::config {

struct Limits {
  std::size_t header_bytes = 16 * 1024;
  std::size_t body_bytes = 1024 * 1024;
  std::size_t connections = 10000;
  std::size_t queued_requests = 2000;         // waiting for a worker, all routes
  std::size_t pipelined_requests = 16;        // read ahead of the answers on one connection
  std::size_t batch_lanes = 2;                // writers that commit in groups, a connection each
  std::size_t batched_requests = 128;         // in one commit
  std::size_t in_flight_per_key = 256;        // beyond: 429
  std::size_t live_streams = 8000;            // of this instance; beyond: 503
  std::size_t live_streams_per_key = 4000;    // beyond: 429
  std::size_t live_queue_events = 1024;        // waiting for one reader; beyond: its stream is cut
  std::size_t live_queue_bytes = 1024 * 1024;  // likewise
  std::chrono::milliseconds live_keep_alive{15000};
  // For news that nothing woke live streams to.
  std::chrono::milliseconds live_look{100};
  std::chrono::milliseconds header_timeout{10000};
  std::chrono::milliseconds body_timeout{30000};
  std::chrono::milliseconds idle_timeout{75000};
  std::chrono::milliseconds write_timeout{30000};
  std::chrono::milliseconds queue_timeout{2000};  // a request not begun by then answers 503
  std::chrono::milliseconds drain_timeout{15000};
};

struct Config {
  std::string database_url;
  std::string redis_url;  // empty: the memory form of the cache
  std::string listen = "127.0.0.1:8080";
  std::string metrics_listen = "127.0.0.1:9464";  // empty: no metrics listener
  std::string advertise;  // the metrics listener as other instances reach it; empty: as listened
  std::size_t io_threads = 1;
  std::size_t workers = 8;  // each holds one PostgreSQL connection
  std::size_t cache_bytes = 256 * 1024 * 1024;
  std::chrono::milliseconds redis_timeout{250};
  std::chrono::hours idempotency_retention{24};
  std::string log_path = "-";
  bool access_log = true;    // a line for each request
  bool sampler = true;       // look for stale reads on all instances
  bool rings_alarms = true;  // commit what falls due; not where a test moves the clock
  std::vector<std::string> allowed_origins;  // whose pages may read answers (CORS)
  Limits limits;
};

/// Adds the flag and environment variable of every field to a command, with its default and range,
/// so that --help lists them all. A flag outranks the environment.
void add_options(CLI::App& command, Config& config);
/// Only what a command needs that does not serve.
void add_database_option(CLI::App& command, Config& config);

/// "host:port"; an IPv6 host stands in brackets. Port 0 asks for any free one.
struct Address {
  std::string host;
  std::uint16_t port = 0;
};
/// nullopt for anything else.
std::optional<Address> parse_address(std::string const& text);

}  // namespace throughline::config

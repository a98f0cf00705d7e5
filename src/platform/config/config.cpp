// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include "throughline/platform/config.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <charconv>

namespace throughline::config {

namespace {

// Every duration is a whole number whose unit stands in the name of its flag.
template <class Duration>
void add_duration(CLI::App& command, std::string const& flag, std::string const& variable,
                  Duration& value, std::string const& what, std::int64_t least, std::int64_t most) {
  command
      .add_option_function<std::int64_t>(
          flag, [&value](std::int64_t count) { value = Duration(count); }, what)
      ->envname(variable)
      ->check(CLI::Range(least, most))
      ->default_str(std::to_string(value.count()));
}

void add_size(CLI::App& command, std::string const& flag, std::string const& variable,
              std::size_t& value, std::string const& what, std::size_t least, std::size_t most) {
  command.add_option(flag, value, what)
      ->envname(variable)
      ->check(CLI::Range(least, most))
      ->capture_default_str();
}

std::string check_address(std::string const& text) {
  if (text.empty() || parse_address(text)) return {};
  return "must be host:port, e.g. 127.0.0.1:8080 or [::1]:8080";
}

/// As browsers send it: scheme and host, the port unless it is the scheme's own, no slash behind.
std::string check_origin(std::string const& text) {
  auto const host = text.find("://");
  bool const web = text.starts_with("https://") || text.starts_with("http://");
  bool const bare = web && text.size() > host + 3 && text.find('/', host + 3) == std::string::npos;
  bool const lower = std::none_of(text.begin(), text.end(), [](char c) {
    return c <= ' ' || c > '~' || c == '*' || (c >= 'A' && c <= 'Z');
  });
  if (bare && lower) return {};
  return "must be an origin, e.g. https://desk.example.com";
}

std::string check_database(std::string const& text) {
  if (text.starts_with("postgresql://") || text.starts_with("postgres://")) return {};
  return "must be postgresql://user@host:port/database";
}

std::string check_redis(std::string const& text) {
  if (text.empty() || text.starts_with("redis://")) return {};
  return "must be redis://host:port, or empty for the memory cache";
}

void add_limits(CLI::App& command, Limits& limits) {
  add_size(command, "--header-bytes", "THROUGHLINE_HEADER_BYTES", limits.header_bytes,
           "largest header block of a request", 1024, 1 << 20);
  add_size(command, "--body-bytes", "THROUGHLINE_BODY_BYTES", limits.body_bytes,
           "largest body of a request; beyond: 413", 1024, 64 << 20);
  add_size(command, "--connections", "THROUGHLINE_CONNECTIONS", limits.connections,
           "open connections; beyond: 503", 1, 1000000);
  add_size(command, "--queued-requests", "THROUGHLINE_QUEUED_REQUESTS", limits.queued_requests,
           "requests waiting for a worker; beyond: 503", 1, 1000000);
  add_size(command, "--batch-lanes", "THROUGHLINE_BATCH_LANES", limits.batch_lanes,
           "writers that commit in groups, a PostgreSQL connection each", 1, 64);
  add_size(command, "--batched-requests", "THROUGHLINE_BATCHED_REQUESTS", limits.batched_requests,
           "requests in one such commit", 1, 1024);
  add_size(command, "--pipelined-requests", "THROUGHLINE_PIPELINED_REQUESTS",
           limits.pipelined_requests, "requests read ahead on a connection", 1, 1024);
  add_size(command, "--in-flight-per-key", "THROUGHLINE_IN_FLIGHT_PER_KEY",
           limits.in_flight_per_key, "requests of one key being served; beyond: 429", 1, 1000000);
  add_size(command, "--live-streams", "THROUGHLINE_LIVE_STREAMS", limits.live_streams,
           "live streams open; beyond: 503", 1, 1000000);
  add_size(command, "--live-streams-per-key", "THROUGHLINE_LIVE_STREAMS_PER_KEY",
           limits.live_streams_per_key, "live streams of one key; beyond: 429", 1, 1000000);
  add_size(command, "--live-queue-events", "THROUGHLINE_LIVE_QUEUE_EVENTS",
           limits.live_queue_events, "events waiting for one reader; beyond: its stream is cut", 1,
           1000000);
  add_size(command, "--live-queue-bytes", "THROUGHLINE_LIVE_QUEUE_BYTES", limits.live_queue_bytes,
           "bytes of them; beyond: its stream is cut", 4096, 64 << 20);
  add_duration(command, "--live-keep-alive-ms", "THROUGHLINE_LIVE_KEEP_ALIVE_MS",
               limits.live_keep_alive, "between comments on a quiet live stream", 100, 600000);
  add_duration(command, "--live-look-ms", "THROUGHLINE_LIVE_LOOK_MS", limits.live_look,
               "between looks for news that nothing woke live streams to", 10, 600000);
  add_duration(command, "--header-timeout-ms", "THROUGHLINE_HEADER_TIMEOUT_MS",
               limits.header_timeout, "for a header block to arrive", 10, 600000);
  add_duration(command, "--body-timeout-ms", "THROUGHLINE_BODY_TIMEOUT_MS", limits.body_timeout,
               "for a body to arrive", 10, 600000);
  add_duration(command, "--idle-timeout-ms", "THROUGHLINE_IDLE_TIMEOUT_MS", limits.idle_timeout,
               "for the next request on a connection", 10, 3600000);
  add_duration(command, "--write-timeout-ms", "THROUGHLINE_WRITE_TIMEOUT_MS", limits.write_timeout,
               "for a reader to take an answer", 10, 600000);
  add_duration(command, "--queue-timeout-ms", "THROUGHLINE_QUEUE_TIMEOUT_MS", limits.queue_timeout,
               "for a worker to become free; beyond: 503", 1, 600000);
  add_duration(command, "--drain-timeout-ms", "THROUGHLINE_DRAIN_TIMEOUT_MS", limits.drain_timeout,
               "for accepted requests to be answered after SIGTERM", 0, 600000);
}

}  // namespace

std::optional<Address> parse_address(std::string const& text) {
  auto const colon = text.rfind(':');
  if (colon == std::string::npos || colon == 0) return std::nullopt;
  Address address{text.substr(0, colon), 0};
  if (address.host.front() == '[') {
    if (address.host.size() < 3 || address.host.back() != ']') return std::nullopt;
    address.host = address.host.substr(1, address.host.size() - 2);
  } else if (address.host.find(':') != std::string::npos) {
    return std::nullopt;
  }
  auto const* const end = text.data() + text.size();
  auto const [stop, error] = std::from_chars(text.data() + colon + 1, end, address.port);
  if (error != std::errc() || stop != end) return std::nullopt;
  return address;
}

void add_database_option(CLI::App& command, Config& config) {
  command
      .add_option("--database-url", config.database_url,
                  "PostgreSQL, as postgresql://user:password@host:port/database")
      ->envname("THROUGHLINE_DATABASE_URL")
      ->check(check_database)
      ->required();
}

void add_options(CLI::App& command, Config& config) {
  add_database_option(command, config);
  command
      .add_option("--redis-url", config.redis_url,
                  "Redis, as redis://host:port; empty: the memory cache, for one instance alone")
      ->envname("THROUGHLINE_REDIS_URL")
      ->check(check_redis)
      ->capture_default_str();
  command.add_option("--listen", config.listen, "where the API is served, host:port")
      ->envname("THROUGHLINE_LISTEN")
      ->check(check_address)
      ->capture_default_str();
  command
      .add_option("--metrics-listen", config.metrics_listen,
                  "where /metrics is served, host:port; empty: nowhere")
      ->envname("THROUGHLINE_METRICS_LISTEN")
      ->check(check_address)
      ->capture_default_str();
  command
      .add_option("--advertise", config.advertise,
                  "the metrics listener as other instances reach it, host:port; empty: as listened")
      ->envname("THROUGHLINE_ADVERTISE")
      ->check(check_address)
      ->capture_default_str();
  add_size(command, "--io-threads", "THROUGHLINE_IO_THREADS", config.io_threads,
           "threads that read and send", 1, 64);
  add_size(command, "--workers", "THROUGHLINE_WORKERS", config.workers,
           "threads that work, each with a PostgreSQL connection", 1, 256);
  add_size(command, "--cache-bytes", "THROUGHLINE_CACHE_BYTES", config.cache_bytes,
           "memory for contexts kept by this instance", 1 << 20, std::size_t(64) << 30);
  add_duration(command, "--redis-timeout-ms", "THROUGHLINE_REDIS_TIMEOUT_MS", config.redis_timeout,
               "for Redis to answer", 1, 60000);
  add_duration(command, "--idempotency-retention-hours", "THROUGHLINE_IDEMPOTENCY_RETENTION_HOURS",
               config.idempotency_retention, "how long an Idempotency-Key is kept", 1, 24 * 30);
  command.add_option("--log", config.log_path, "file for the log; - is standard error")
      ->envname("THROUGHLINE_LOG")
      ->capture_default_str();
  command.add_option("--access-log", config.access_log, "a line in the log for each request")
      ->envname("THROUGHLINE_ACCESS_LOG")
      ->capture_default_str();
  command
      .add_option("--sampler", config.sampler,
                  "look for stale reads on all instances, a few a second")
      ->envname("THROUGHLINE_SAMPLER")
      ->capture_default_str();
  command
      .add_option("--allowed-origins", config.allowed_origins,
                  "origins whose pages may read answers (CORS), comma-separated; empty: none")
      ->envname("THROUGHLINE_ALLOWED_ORIGINS")
      ->delimiter(',')
      ->check(check_origin);
  add_limits(command, config.limits);
}

}  // namespace throughline::config

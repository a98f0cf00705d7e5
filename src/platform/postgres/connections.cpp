// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include "platform/postgres/connections.hpp"

#include <algorithm>

#include "throughline/base/error.hpp"

namespace throughline::postgres {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds backoff_min{50};
/// Well below the 2 s within which all is well again once PostgreSQL is back; one try at a time.
constexpr milliseconds backoff_max{500};
constexpr std::chrono::seconds retry_soon{1};

[[noreturn]] void refuse(char const* detail) {
  throw Error(Code::unavailable, detail).retry_after(retry_soon);
}

}  // namespace

ConnectionOptions connection_options(PoolOptions const& options) {
  return {options.url,
          options.role,
          options.application_name,
          options.connect_timeout,
          options.statement_timeout,
          options.lock_timeout,
          options.idle_in_transaction_timeout};
}

Connections::Connections(PoolOptions const& options, log::Logger& log, metrics::Registry& metrics)
    : options_(connection_options(options)),
      size_(options.size),
      name_(options.role.empty() ? "owner" : options.role),
      log_(log),
      used_(metrics.gauge("throughline_postgres_connections_in_use",
                          "Connections held by a transaction.", {{"role", name_}})),
      waited_(metrics.histogram("throughline_postgres_acquire_seconds",
                                "Time a transaction waited for its connection.",
                                {{"role", name_}})),
      opened_(metrics.counter("throughline_postgres_connects_total",
                              "Attempts to open a connection.",
                              {{"role", name_}, {"result", "opened"}})),
      refused_(metrics.counter("throughline_postgres_connects_total",
                               "Attempts to open a connection.",
                               {{"role", name_}, {"result", "failed"}})) {}

Connections::Lease Connections::acquire(milliseconds timeout) {
  auto const started = Clock::now();
  auto connection = take(timeout);
  if (!connection) {
    try {
      connection = open();
    } catch (...) {
      release(nullptr);
      throw;
    }
  }
  waited_.observe(std::chrono::duration<double>(Clock::now() - started).count());
  return Lease(*this, std::move(connection));
}

/// Takes the right to a connection, and with it one that lies idle, if there is one.
std::unique_ptr<Connection> Connections::take(milliseconds timeout) {
  std::unique_lock lock(mutex_);
  if (!freed_.wait_for(lock, timeout, [this] { return in_use_ < size_; }))
    refuse("Every database connection is busy; repeat the request.");
  ++in_use_;
  used_.add(1);
  if (idle_.empty()) return nullptr;
  auto connection = std::move(idle_.back());
  idle_.pop_back();
  return connection;
}

std::unique_ptr<Connection> Connections::open() {
  auto const started = Clock::now();
  {
    std::lock_guard const lock(mutex_);
    if (backoff_ > milliseconds(0) && (probing_ || started < last_failure_ + backoff_))
      refuse("The database is away; repeat the request.");
    probing_ = true;
  }
  try {
    auto connection = std::make_unique<Connection>(options_);
    opened_.add();
    std::lock_guard const lock(mutex_);
    backoff_ = milliseconds(0);
    probing_ = false;
    return connection;
  } catch (std::exception const& failure) {
    log_.warning("postgres_connect_failed", {{"pool", name_}, {"reason", failure.what()}});
    note_failure(started);
    refuse("The database is away; repeat the request.");
  }
}

/// Attempts that ran side by side count as one.
void Connections::note_failure(Clock::time_point started) {
  refused_.add();
  std::lock_guard const lock(mutex_);
  probing_ = false;
  if (backoff_ > milliseconds(0) && last_failure_ > started) return;
  backoff_ = std::clamp(backoff_ * 2, backoff_min, backoff_max);
  last_failure_ = Clock::now();
}

void Connections::release(std::unique_ptr<Connection> connection) noexcept {
  bool const keep = connection && connection->idle();
  {
    std::lock_guard const lock(mutex_);
    --in_use_;
    if (keep) idle_.push_back(std::move(connection));
  }
  used_.add(-1);
  freed_.notify_one();
}

void Connections::Lease::renew() {
  std::vector<std::unique_ptr<Connection>> dropped;
  {
    std::lock_guard const lock(owner_.mutex_);
    dropped.swap(owner_.idle_);
  }
  connection_.reset();
  connection_ = owner_.open();
}

std::size_t Connections::in_use() const {
  std::lock_guard const lock(mutex_);
  return in_use_;
}

}  // namespace throughline::postgres

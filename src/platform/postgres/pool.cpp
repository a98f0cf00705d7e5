// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include <random>
#include <thread>

#include "platform/postgres/connections.hpp"
#include "platform/postgres/transaction.hpp"
#include "throughline/base/broken.hpp"
#include "throughline/base/error.hpp"

namespace throughline::postgres {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr std::chrono::seconds retry_soon{1};
constexpr milliseconds retry_delay_unit{2};  // doubled with each attempt, then jittered

[[noreturn]] void refuse(char const* detail) {
  throw Error(Code::unavailable, detail).retry_after(retry_soon);
}

bool is_conflict(StatementFailed const& failure) {
  return failure.sqlstate == "40001" || failure.sqlstate == "40P01";
}

// The primary has become a standby: this session will never write again.
bool is_standby(StatementFailed const& failure, Mode mode) {
  return mode == Mode::write && failure.sqlstate == "25006";
}

void pause_after(int attempt) {
  std::random_device random;
  auto const longest = retry_delay_unit * (1 << attempt);
  std::uniform_int_distribution<std::int64_t> delay(1, longest.count());
  std::this_thread::sleep_for(milliseconds(delay(random)));
}

}  // namespace

struct Pool::Impl {
  Impl(PoolOptions const& from, log::Logger& logger, metrics::Registry& metrics)
      : options(from),
        connections(from, logger, metrics),
        log(logger),
        registry(metrics),
        took(metrics.histogram("throughline_postgres_transaction_seconds",
                               "Time from BEGIN to COMMIT's answer, or to COMMIT where only was "
                               "read.")),
        retried(metrics.counter("throughline_postgres_retries_total",
                                "Transactions run again after a conflict.")) {}

  Committed attempt(Connections::Lease& lease, Mode mode, TenantId tenant,
                    std::function<void(Tx&)> const& body);
  Committed attempts(Connections::Lease& lease, Mode mode, TenantId tenant,
                     std::function<void(Tx&)> const& body);

  PoolOptions const options;
  Connections connections;
  log::Logger& log;
  metrics::Registry& registry;
  metrics::Histogram took;
  metrics::Counter retried;
};

/// One attempt; leaves the connection outside any transaction, or lost. A session that fails before
/// it has answered anything broke while it lay idle: nothing has been done, so another one serves
/// as well.
Committed Pool::Impl::attempt(Connections::Lease& lease, Mode mode, TenantId tenant,
                              std::function<void(Tx&)> const& body) {
  for (bool renewed = false;; renewed = true) {
    Tx::Impl state(*lease, tenant, mode);
    try {
      Tx tx(state);
      body(tx);
      auto committed = state.commit(options.hooks);
      state.conclude(registry);
      return committed;
    } catch (ConnectionLost const&) {
      if (renewed || state.answered) throw;
      lease.renew();
    } catch (...) {
      (*lease).rollback();
      throw;
    }
  }
}

Committed Pool::Impl::attempts(Connections::Lease& lease, Mode mode, TenantId tenant,
                               std::function<void(Tx&)> const& body) {
  for (int count = 0;; ++count) {
    try {
      return attempt(lease, mode, tenant, body);
    } catch (Retry const&) {
      if (count == retries_max) break;
    } catch (StatementFailed const& failure) {
      if (is_standby(failure, mode)) throw ConnectionLost(failure.what());
      if (!is_conflict(failure)) throw;
      if (count == retries_max) break;
    }
    retried.add();
    pause_after(count);
  }
  refuse("Others kept changing the same records; repeat the request.");
}

InDoubt::InDoubt(std::vector<Touched> roots)
    : Error(Error(Code::unavailable,
                  "The database connection was lost; repeat the request with its Idempotency-Key.")
                .retry_after(retry_soon)),
      touched(std::move(roots)) {}

Pool::Pool(PoolOptions options, log::Logger& log, metrics::Registry& metrics)
    : impl_(std::make_unique<Impl>(options, log, metrics)) {}

Pool::~Pool() = default;

Committed Pool::transact(Mode mode, TenantId tenant, std::function<void(Tx&)> const& body) {
  auto lease = impl_->connections.acquire(impl_->options.acquire_timeout);
  auto const started = Clock::now();
  try {
    auto committed = impl_->attempts(lease, mode, tenant, body);
    impl_->took.observe(std::chrono::duration<double>(Clock::now() - started).count());
    return committed;
  } catch (CommitLost const& failure) {
    (*lease).abandon();
    impl_->log.warning("postgres_commit_in_doubt", {{"reason", failure.what()}});
    if (is_broken("doubt")) return {failure.touched, {}, std::nullopt, Clock::now()};
    throw InDoubt(failure.touched);
  } catch (ConnectionLost const& failure) {
    (*lease).abandon();
    impl_->log.warning("postgres_connection_lost", {{"reason", failure.what()}});
    refuse("The database connection was lost; repeat the request with its Idempotency-Key.");
  }
}

bool Pool::reachable() {
  try {
    auto lease = impl_->connections.acquire(impl_->options.connect_timeout);
    try {
      (*lease).run("select 1");
    } catch (ConnectionLost const&) {
      lease.renew();
    }
    return true;
  } catch (std::exception const&) {
    return false;
  }
}

std::size_t Pool::in_use() const {
  return impl_->connections.in_use();
}

}  // namespace throughline::postgres

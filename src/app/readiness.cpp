// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include "app/readiness.hpp"

#include <algorithm>
#include <utility>

#include "app/wire.hpp"

namespace throughline::app {

namespace {

std::string postgres_problem(postgres::Pool& pool) {
  try {
    if (!pool.reachable()) return "PostgreSQL is away";
    return postgres::schema_problem(pool);
  } catch (std::exception const&) {
    return "PostgreSQL is away";
  }
}

/// A transaction of a request is over sooner, one way or the other.
constexpr std::chrono::seconds horizon_age_usual{5};

}  // namespace

Readiness::Readiness(Watched watched, metrics::Registry& metrics)
    : watched_(std::move(watched)),
      horizon_age_(metrics.gauge("throughline_feed_horizon_age_seconds",
                                 "For how long the oldest transaction that writes has been open, "
                                 "to a second: the change feed goes no further.")) {
  findings_->problems = {"starting"};
  findings_->degraded.assign(watched_.stores.size(), "the cache is starting");
}

void Readiness::look() {
  std::vector<std::string> problems;
  for (auto& problem : {postgres_problem(watched_.pool), watched_.keeper.problem()}) {
    if (!problem.empty()) problems.push_back(problem);
  }
  {
    std::lock_guard const lock(findings_->mutex);
    findings_->problems = std::move(problems);
  }
  look_at_horizon();
}

void Readiness::look_at_horizon() {
  std::optional<std::chrono::microseconds> age;
  try {
    watched_.pool.transact(postgres::Mode::read, TenantId{}, [&](postgres::Tx& tx) {
      horizon_.advance(changes::observe(tx), watched_.clock.now());
    });
    age = horizon_.trails();
    horizon_age_.set(std::chrono::duration<double>(*age).count());
  } catch (std::exception const&) {
    // PostgreSQL is away: a problem that is told already.
  }
  std::lock_guard const lock(findings_->mutex);
  findings_->horizon_age = age;
}

void Readiness::ask_stores() {
  for (std::size_t i = 0; i < watched_.stores.size(); ++i) {
    watched_.server.post(i, [findings = findings_, store = watched_.stores[i], i] {
      auto word = store->degraded();
      std::lock_guard const lock(findings->mutex);
      findings->degraded[i] = std::move(word);
    });
  }
}

http::Reply Readiness::answer() const {
  std::lock_guard const lock(findings_->mutex);
  ReadinessFound found{findings_->problems, {}, watched_.form, true, findings_->horizon_age};
  auto& degraded = found.degraded;
  for (auto const& word : findings_->degraded) {
    bool const said = std::find(degraded.begin(), degraded.end(), word) != degraded.end();
    if (!word.empty() && !said) degraded.push_back(word);
  }
  found.cache_trusted = degraded.empty();
  if (found.horizon_age > horizon_age_usual) {
    degraded.emplace_back("the change feed stands still: a transaction has been writing for long");
  }
  int const status = found.problems.empty() ? 200 : 503;
  return http::Reply::json(readiness_json(found), status);
}

}  // namespace throughline::app

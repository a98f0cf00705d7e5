// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include "app/readiness.hpp"

#include <algorithm>

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

}  // namespace

Readiness::Readiness(postgres::Pool& pool, http::Server& server, cache::Keeper const& keeper,
                     std::vector<std::shared_ptr<cache::Store>> const& stores)
    : pool_(pool), server_(server), keeper_(keeper), stores_(stores) {
  findings_->problems = {"starting"};
  findings_->degraded.assign(stores.size(), "the cache is starting");
}

void Readiness::look() {
  std::vector<std::string> problems;
  for (auto& problem : {postgres_problem(pool_), keeper_.problem()}) {
    if (!problem.empty()) problems.push_back(problem);
  }
  std::lock_guard const lock(findings_->mutex);
  findings_->problems = std::move(problems);
}

void Readiness::ask_stores() {
  for (std::size_t i = 0; i < stores_.size(); ++i) {
    server_.post(i, [findings = findings_, store = stores_[i], i] {
      auto word = store->degraded();
      std::lock_guard const lock(findings->mutex);
      findings->degraded[i] = std::move(word);
    });
  }
}

http::Reply Readiness::answer() const {
  std::lock_guard const lock(findings_->mutex);
  std::vector<std::string> degraded;
  for (auto const& word : findings_->degraded) {
    bool const said = std::find(degraded.begin(), degraded.end(), word) != degraded.end();
    if (!word.empty() && !said) degraded.push_back(word);
  }
  int const status = findings_->problems.empty() ? 200 : 503;
  return http::Reply::json(readiness_json(findings_->problems, degraded), status);
}

}  // namespace throughline::app

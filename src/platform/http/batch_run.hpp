// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// One batch in one transaction.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "platform/http/visit.hpp"
#include "throughline/platform/http_batch.hpp"
#include "throughline/platform/idempotency.hpp"

namespace throughline::http {

/// A request that waits to be run with others.
struct BatchJob {
  VisitPtr visit;
  std::shared_ptr<Batched const> write;
  std::shared_ptr<void const> asked;          // what prepare() made of it, once it has
  std::optional<idempotency::Request> claim;  // under the key that the caller sent
  std::chrono::steady_clock::time_point deadline;
  int postponed = 0;  // how often
};

struct BatchOutcome {
  std::vector<std::optional<Reply>> replies;  // one per job; none: postponed
  postgres::Committed committed;
};

/// Runs jobs of one kind, no two under one key. Tenants follow one another in one transaction, each
/// under its own setting and with the locks of all its items taken at once. Throws what
/// Pool::transact throws: then nothing is committed, or it is in doubt.
BatchOutcome run_batch(postgres::Pool& pool, std::span<BatchJob const> jobs);

/// The answer to a request that fails in the same way whenever it comes, before or outside of a
/// batch: kept under its key, if one was sent.
Reply refuse_for_good(postgres::Pool& pool, BatchJob const& job, Error const& error,
                      log::Logger& log);

}  // namespace throughline::http

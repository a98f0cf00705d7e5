// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// What a worker does for a Read or a Write. Blocks; leaves answering to the caller.
#pragma once

#include <optional>
#include <vector>

#include "platform/http/visit.hpp"
#include "throughline/platform/cache.hpp"
#include "throughline/platform/idempotency.hpp"
#include "throughline/platform/log.hpp"
#include "throughline/platform/postgres.hpp"

namespace throughline::http {

/// The claim of a write under the key that its caller sent; none was: nullopt. Throws invalid for a
/// key that is none.
std::optional<idempotency::Request> sent_claim(Visit const& visit);
/// The same request will get the same answer whenever it comes: the state has no part in it.
bool is_deterministic(Error const& error);

/// Everything that the operation throws goes through.
Reply run_read(postgres::Pool& pool, Visit const& visit, Read const& route);

struct Written {
  Reply reply;
  /// To be settled before the answer is sent; without roots there is nothing to settle.
  cache::Commit commit;
  /// Touched by a transaction that may or may not take effect; the reply says so.
  std::vector<postgres::Touched> doubtful;
};
/// Never throws what the operation threw: an error is answered under the request's key, too.
Written run_write(postgres::Pool& pool, Visit const& visit, Write const& route, log::Logger& log);

}  // namespace throughline::http

// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// Idempotency-Key for every write (the semantics of draft-ietf-httpapi-idempotency-key-header,
// narrowed by the design): scope tenant, method and path; kept 24 hours. A record holds the status
// and the ids of what was made, never a text that somebody wrote, so a repeat renders the answer
// afresh.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "throughline/base/actor.hpp"
#include "throughline/base/error.hpp"
#include "throughline/platform/postgres.hpp"

namespace throughline::idempotency {

inline constexpr std::size_t key_bytes_max = 255;

struct Request {
  std::string method;
  std::string path;  // as routed, with its query
  std::string key;   // as sent, or made by the server
  std::string body;  // hashed with SHA-256; not stored
};

/// What the first request came to.
struct Record {
  int status = 0;
  std::string refs;  // compact JSON of ids; empty where the outcome was an error
  /// A deterministic 4xx: its code, detail and fields. What was added by Error::with is not kept,
  /// as it may name people.
  std::optional<Error> error;
};

/// Claims the key inside the request's own transaction, before any other lock
/// (LockRank::idempotency). nullopt: the key is now this transaction's and record() must follow. A
/// Record: the first outcome, to be rendered again; the roots that the first request touched are
/// touched again, because it may have died between COMMIT and telling the caches. Waits for a first
/// request that is still running (lock_timeout, then Code::unavailable). Throws
/// idempotency_mismatch when the key was used with another body.
std::optional<Record> claim(postgres::Tx& tx, Actor const& actor, Request const& request);

/// Stores the outcome under a key claimed in this transaction.
void record(postgres::Tx& tx, Actor const& actor, Request const& request, Record const& outcome);

/// Deletes records older than `before`, at most `limit`; returns how many. Called in chunks by the
/// sweeper of every instance, under service_role, over all tenants.
std::size_t sweep(postgres::Tx& tx, Timestamp before, std::size_t limit);

}  // namespace throughline::idempotency

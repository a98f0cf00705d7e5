// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// Idempotency-Key for every write (the semantics of draft-ietf-httpapi-idempotency-key-header,
// narrowed by the design): scope tenant, method and path; kept 24 hours. A record holds the status
// and the ids of what was made, never a text that somebody wrote, so a repeat renders the answer
// afresh.
#pragma once

#include <optional>
#include <span>
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

/// One request of a batch and who makes it. Points to what outlives it.
struct Asked {
  Actor const* actor;
  Request const* request;
};

/// What became of a claim. Neither: the key is this transaction's now and record() must follow,
/// unless the request fails in a way that may be asked again: then it leaves nothing behind.
struct Claim {
  std::optional<Record> first;   // the first outcome under the key, to be rendered again
  std::optional<Error> refused;  // idempotency_mismatch: the key was used with another body
};

/// Claims keys inside the requests' own transaction, before any other lock
/// (LockRank::idempotency): their numbers are locked in order, then looked up. No two requests of
/// one call may share method, path and key. Waits for a first request that is still running
/// (lock_timeout, then Code::unavailable).
class Claims {
 public:
  /// Travels with the transaction's next statement.
  Claims(postgres::Tx& tx, std::span<Asked const> asked);
  /// One claim for each, in order. The roots that a first request touched are touched again,
  /// because it may have died between COMMIT and telling the caches.
  std::vector<Claim> settle();

 private:
  void touch_again(Request const& request);
  postgres::Tx& tx_;
  std::vector<Asked> const asked_;
  std::optional<postgres::Answer> records_;
};

/// One claim, settled at once; what refuses it is thrown.
std::optional<Record> claim(postgres::Tx& tx, Actor const& actor, Request const& request);

struct Outcome {
  Asked asked;
  Record record;
  std::vector<postgres::Touched> touched;  // by this request
};
/// Stores outcomes under keys claimed in this transaction.
void record(postgres::Tx& tx, std::span<Outcome const> outcomes);
/// One outcome, by which the whole transaction came about.
void record(postgres::Tx& tx, Actor const& actor, Request const& request, Record const& outcome);

/// Deletes records older than `before`, at most `limit`; returns how many. Called in chunks by the
/// sweeper of every instance, under service_role, over all tenants.
std::size_t sweep(postgres::Tx& tx, Timestamp before, std::size_t limit);

}  // namespace throughline::idempotency

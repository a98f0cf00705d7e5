// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// Commitments: what somebody promised a customer, and by when. Made on a case by any agent, shown
// in every context until it is settled, whatever becomes of the case; that its due time passed is a
// committed fact of that moment.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "throughline/base/actor.hpp"
#include "throughline/base/page.hpp"
#include "throughline/domain/alarms.hpp"
#include "throughline/platform/http.hpp"
#include "throughline/platform/postgres.hpp"

namespace throughline {

using CommitmentId = Id<struct CommitmentTag>;

}  // namespace throughline

namespace throughline::commitments {

/// A promise further ahead is none.
inline constexpr std::chrono::days due_ahead_max{3653};

struct NewCommitment {
  std::string what;
  Timestamp due_at;                             // later than `at`, at most due_ahead_max from now
  std::string channel;                          // empty: the interaction's, if one is named
  std::optional<Agent> agent;                   // who promises
  std::optional<InteractionId> interaction_id;  // in which it is made
  std::optional<ExternalId> external_id;
  std::optional<Timestamp> at;  // when it was made: the past, with customers:write
};
struct Made {
  CommitmentId id;
  bool repeated = false;  // external_id was known: `id` is the first one's, nothing was written
};
/// Makes an open commitment on a case in whatever state; it belongs to the case's part. One made in
/// the past that fell due since is overdue from the start. Throws not_found for the case;
/// Code::invalid naming the field for a due time out of its range, an unknown interaction or
/// another customer's.
Made make(postgres::Tx& tx, Actor const& actor, CaseId case_id, NewCommitment const& asked);

struct Commitment {
  CommitmentId id;
  CaseId case_id;
  CustomerId part;
  CustomerId root;
  std::int64_t version = 0;
  std::string what, status, channel;  // status: open kept broken cancelled
  Timestamp due_at;
  /// Its due time passed while it was open. Once settled: it was settled no sooner than due.
  bool overdue = false;
  std::optional<Agent> agent;
  std::optional<InteractionId> interaction_id;
  Timestamp at;
  std::optional<Timestamp> settled_at;
  std::optional<Agent> settled_by;
  Timestamp updated_at;
  std::optional<ExternalId> external_id;
};
/// Throws not_found.
Commitment get(postgres::Tx& tx, CommitmentId id);

struct Patch {
  std::optional<std::string> what;
  std::optional<Timestamp> due_at;      // in the future, as above; it is overdue no longer
  std::optional<std::string> status;    // kept broken cancelled: settles it, late or not
  std::optional<Timestamp> settled_at;  // beside such a status: the past, with customers:write
  std::optional<Agent> agent;           // who says so; becomes settled_by
};
/// What the patch leaves as it is writes nothing. A due time that has passed by then (by
/// settled_at, if that is given) is recorded first, whether its alarm has rung or not: what is told
/// does not depend on how late the sweeper is. Throws not_found, version_mismatch, conflict for one
/// that is settled already, Code::invalid naming the field.
void update(postgres::Tx& tx, Actor const& actor, CommitmentId id, Patch const& patch,
            std::optional<std::int64_t> expected);

struct Filter {
  std::optional<std::string> status;
  std::optional<Timestamp> due_before;  // due_at < due_before
  std::optional<CustomerId> customer;   // by any of its ids, over all its parts
  std::optional<CaseId> case_id;
};
/// Soonest due first, ties by id. Of status, customer and case_id one picks the index; the others
/// are tried on what it yields.
Page<Commitment> list(postgres::Tx& tx, Filter const& filter, PageRequest const& page);

/// commitment_due: an open commitment becomes overdue at its due time.
std::vector<alarms::Handler> alarms();

/// POST /v1/cases/{id}/commitments · GET /v1/commitments · GET, PATCH /v1/commitments/{id}
std::vector<http::Route> routes();

}  // namespace throughline::commitments

// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// Cases: the problem being solved, across interactions; the unit of work.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "throughline/base/actor.hpp"
#include "throughline/base/page.hpp"
#include "throughline/domain/alarms.hpp"
#include "throughline/domain/customers.hpp"
#include "throughline/domain/parts.hpp"
#include "throughline/platform/http.hpp"
#include "throughline/platform/postgres.hpp"

namespace throughline::cases {

/// How long contexts go on showing a case that was resolved.
inline constexpr std::chrono::hours resolved_visible{24 * 7};

struct Open {
  std::optional<CustomerId> customer;        // exactly one of these two
  std::optional<InteractionId> interaction;  // opens on its part and links both
  std::string subject;
  std::string intent;               // empty if not given
  std::string priority = "normal";  // low normal high urgent
  std::string assignee;
  std::string attributes = "{}";  // JSON object
  std::optional<ExternalId> external_id;
  std::optional<Timestamp> opened_at;  // the past, with customers:write
};
struct Opened {
  CaseId id;
  bool repeated = false;  // external_id was known
};
/// Gives the case the tenant's next number (from 1000, gaps where a transaction rolled back are
/// impossible: the counter's row is locked last). Throws Code::invalid naming the field for an
/// unknown customer or interaction.
Opened open(postgres::Tx& tx, Actor const& actor, Open const& open);

struct Case {
  CaseId id;
  std::int64_t number = 0;
  CustomerId part;
  CustomerId root;
  std::optional<InteractionId> opening_interaction;
  std::int64_t version = 0;
  std::string subject, intent, status, priority, assignee, open_question, attributes;
  Timestamp opened_at;
  std::optional<Timestamp> resolved_at, closed_at;
  bool aged = false;  // it has been resolved for resolved_visible
  Timestamp updated_at;
  std::optional<ExternalId> external_id;
};
/// Throws not_found.
Case get(postgres::Tx& tx, CaseId id);

struct Patch {
  std::optional<std::string> subject, status, priority;
  customers::Patched<std::string> intent, assignee, open_question;
  std::string attributes;  // RFC 7396 patch as JSON text; empty: untouched
};
/// status: open pending resolved closed. A closed case stays closed (conflict). Throws
/// version_mismatch.
void update(postgres::Tx& tx, Actor const& actor, CaseId id, Patch const& patch,
            std::optional<std::int64_t> expected);

struct Filter {
  std::optional<std::string> status, assignee;
  std::optional<CustomerId> customer;  // by any of its ids, over all its parts
  std::optional<std::int64_t> number;
};
/// Newest first.
Page<Case> list(postgres::Tx& tx, Filter const& filter, PageRequest const& page);

/// Locks the case's customer (LockRank::customers) and returns the case as it is under the lock.
/// For modules whose records belong to a case. Throws not_found.
struct LockedCase {
  Case value;
  parts::Locked locked;
};
LockedCase lock(postgres::Tx& tx, Actor const& actor, CaseId id);
/// Sets the open question; the case's root must be locked. The caller records the change. For
/// notes.
void set_open_question(postgres::Tx& tx, Actor const& actor, CaseId id,
                       std::string const& question);

/// case_aged: a case that is still resolved leaves the contexts.
std::vector<alarms::Handler> alarms();

/// POST, GET /v1/cases · GET, PATCH /v1/cases/{id}
std::vector<http::Route> routes();

}  // namespace throughline::cases

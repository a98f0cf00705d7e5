// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// Events: facts from elsewhere worth showing (page viewed, order placed, call missed), in batches.
#pragma once

#include <chrono>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "throughline/base/actor.hpp"
#include "throughline/base/error.hpp"
#include "throughline/domain/identity.hpp"
#include "throughline/platform/http.hpp"
#include "throughline/platform/postgres.hpp"

namespace throughline::events {

inline constexpr std::size_t events_per_request_max = 1000;
inline constexpr std::size_t type_length_max = 64;    // characters
inline constexpr std::chrono::hours ahead_max{1};  // an event may lie this far in the future

struct NewEvent {
  identity::Subject subject;
  std::string type;     // "order_placed": the tenant's own words, ^[a-z][a-z0-9_.]*$
  Timestamp at;         // any past time, or at most ahead_max from now
  std::string channel;  // empty if none
  std::optional<CaseId> case_id;
  std::optional<ExternalId> external_id;
  std::string attributes = "{}";  // JSON object
};

/// One per event, in order. One bad item fails alone.
struct Result {
  enum class Status { created, repeated, failed } status = Status::failed;
  std::optional<EventId> id;             // created, repeated
  std::optional<CustomerId> customer;    // the root; created, repeated
  /// failed: every bad field; pointers start at the event. Never repeats a value.
  std::vector<FieldError> errors;
  std::vector<identity::Candidate> candidates;  // failed, where the identifiers were in doubt
};

/// Records a batch in one transaction with set-based statements: identifiers and customers of all
/// items are locked once, in order. An unknown subject becomes a new customer; a subject in doubt
/// fails as ambiguous, naming candidates. An unknown customer_id or a case of another customer
/// fails its item.
std::vector<Result> record(postgres::Tx& tx, Actor const& actor, std::span<NewEvent const> events);

/// POST /v1/events
std::vector<http::Route> routes();

}  // namespace throughline::events

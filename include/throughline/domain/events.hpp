// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// Events: facts from elsewhere worth showing (page viewed, order placed, call missed), in batches.
#pragma once

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

struct NewEvent {
  identity::Subject subject;
  std::string type;     // "order_placed": the tenant's own words, ^[a-z][a-z0-9_.]*$
  Timestamp at;         // any past time, and at most an hour ahead of the request
  std::string channel;  // empty if none
  std::optional<CaseId> case_id;
  std::optional<ExternalId> external_id;
  std::string attributes = "{}";  // JSON object
};

/// One per event, in order. One bad item fails alone.
struct Result {
  enum class Status { created, repeated, failed } status;
  std::optional<EventId> id;
  std::optional<CustomerId> customer;
  std::optional<Error> error;  // failed: ambiguous (with candidates), invalid
};

/// Records a batch in one transaction with set-based statements: identifiers and customers of all
/// items are locked once, in order. An unknown subject becomes a new customer; a subject in doubt
/// fails as ambiguous, naming candidates. An unknown customer_id or a case of another customer
/// fails its item.
std::vector<Result> record(postgres::Tx& tx, Actor const& actor, std::span<NewEvent const> events);

/// POST /v1/events
std::vector<http::Route> routes();

}  // namespace throughline::events

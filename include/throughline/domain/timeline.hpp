// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// Everything that happened to one customer, newest first, over all channels and parts. An entry is
// written in the fact's own transaction and holds ids and kinds; what was said is read from the
// record itself when a page is shown.
#pragma once

#include <array>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "throughline/base/actor.hpp"
#include "throughline/base/page.hpp"
#include "throughline/platform/http.hpp"
#include "throughline/platform/postgres.hpp"

namespace throughline::timeline {

/// The channels that records name.
inline constexpr std::array<std::string_view, 8> channels{"voice",  "chat",   "email", "sms",
                                                          "social", "in_app", "web",   "store"};

/// "interaction" "message" "case" "note" "event" "identity"
enum class Kind { interaction, message, case_, note, event, identity };
std::string_view name(Kind kind);

struct Entry {
  CustomerId part;
  Timestamp at;  // when it happened, which may lie in the past
  Kind kind;
  std::string_view fact;  // "started" "ended" "added" "opened" "resolved" "attached" …
  Uuid resource;          // the record
  std::string channel;    // empty if it has none
  std::optional<CaseId> case_id;
  std::optional<InteractionId> interaction_id;
};

/// Appends entries; the roots of their parts must be locked by this transaction.
void append(postgres::Tx& tx, Actor const& actor, std::span<Entry const> entries);

struct Filter {
  std::optional<std::string> channel;
  std::optional<std::string> kind;
  std::optional<CaseId> case_id;
  std::optional<Timestamp> since;  // at >= since
  std::optional<Timestamp> until;  // at < until
};

/// Rendered entries of a customer (by any of its ids), newest first; ties by id. Page 1,000 costs
/// what page 1 costs: read per part through an index on (part, at, id) for each filter, then
/// merged. Throws not_found for an unknown customer.
Page<std::string> list(postgres::Tx& tx, CustomerId customer, Filter const& filter,
                       PageRequest const& page);

/// GET /v1/customers/{id}/timeline
std::vector<http::Route> routes();

}  // namespace throughline::timeline

// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// Everything that happened to one customer, newest first, over all channels and parts. An entry is
// written in the fact's own transaction and holds ids and kinds; what was said is read from the
// record itself when a page is shown.
#pragma once

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

using throughline::channels;  // what an entry's channel may be

/// "interaction" "message" "case" "note" "event" "identity" "commitment" "handoff" "sla"
enum class Kind { interaction, message, case_, note, event, identity, commitment, handoff, sla };
std::string_view name(Kind kind);
/// All names, in the order above.
std::span<std::string_view const> kind_names();

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

/// Appends entries; the roots of their parts must be locked by this transaction. Entries of one
/// call that happened at the same time keep their order. `actor`: for a batch, any of those who
/// brought it.
void append(postgres::Tx& tx, Actor const& actor, std::span<Entry const> entries);

struct Filter {
  std::optional<std::string> channel;
  std::optional<std::string> kind;
  std::optional<CaseId> case_id;
  std::optional<Timestamp> since;  // at >= since
  std::optional<Timestamp> until;  // at < until
};

/// Rendered entries of a customer (by any of its ids), newest first; ties by id. Page 1,000 costs
/// what page 1 costs: read per part through an index on (part, at, id), for channel, kind and
/// case_id through one that begins with them, then merged. Where several filters are set, one picks
/// the index and the others are tried on what it yields. Throws not_found for an unknown customer.
///
/// An entry: {"id","kind","fact","at","channel","part_id","resource_id","case_id","interaction_id"}
/// and, under the name of its kind, details of the record as it is now:
///   message {seq, role, text, sentiment} · note {kind, text, agent} · event {type, attributes}
///   case {number, subject, status, priority} · commitment {what, status, overdue, due_at}
///   interaction {status, intent, outcome, summary, direction} · identity {}
///   handoff {status, from, to, reason, answered_by}
Page<std::string> list(postgres::Tx& tx, CustomerId customer, Filter const& filter,
                       PageRequest const& page);

/// GET /v1/customers/{id}/timeline
std::vector<http::Route> routes();

}  // namespace throughline::timeline

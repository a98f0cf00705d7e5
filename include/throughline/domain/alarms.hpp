// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// Alarms: how time passing becomes a committed fact. A record to which something happens at a
// moment (a promise falls due, a clock breaches, a window ends) sets an alarm in the transaction
// that writes it; every instance looks for what is due a few times a second and has the record's
// own module commit the fact. Nothing that anybody reads depends on the time of reading.
//
// Exactly once: an alarm is taken away in the transaction that commits its fact, under the lock of
// its customer. Whoever comes second waits for that lock and finds no alarm.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <span>
#include <string_view>
#include <vector>

#include "throughline/base/actor.hpp"
#include "throughline/domain/parts.hpp"
#include "throughline/platform/postgres.hpp"

namespace throughline::alarms {

enum class Kind {
  interaction_silent,
  case_aged,
  commitment_due,
  sla_at_risk,
  sla_breach,
  handoff_expires,
  warning_ends
};
std::string_view name(Kind kind);

struct Alarm {
  Kind kind;
  Uuid resource;    // one alarm of a kind for each
  CustomerId part;  // that the record belongs to, for good
  Timestamp at;
};

/// Sets alarms, and moves those that are set already; of a kind and resource one at most in a call.
/// The roots of their parts must be locked. Travels with the transaction's next statement.
void set(postgres::Tx& tx, std::span<Alarm const> alarms);
/// Takes them away; those that are not set are passed over. The same holds.
void clear(postgres::Tx& tx, Kind kind, std::span<Uuid const> resources);

/// What a module does at the moment, as it registers it: one line in app/alarms.cpp.
struct Handler {
  Kind kind;
  /// Alarms of one tenant that are due at actor.now, soonest first, gone already; the roots of
  /// their parts are locked. Looks at its records, which may have changed since: then it does
  /// nothing, or sets the alarm anew. Otherwise writes, and records its facts (changes::record).
  /// The actor has no scopes and the key id of zeros: the server itself.
  std::function<void(postgres::Tx&, Actor const&, parts::Locked&, std::span<Alarm const>)> ring;
};

inline constexpr std::size_t look_max = 500;  // alarms seen by one look
inline constexpr std::size_t ring_max = 100;  // rung in one transaction
/// An alarm whose handler fails is tried again after this long; its record is not touched by that.
inline constexpr std::chrono::minutes postponed_by{1};

/// Alarms of one tenant and kind, at most ring_max, soonest first.
struct Due {
  TenantId tenant;
  Kind kind;
  std::vector<Alarm> alarms;
};
/// What is due at `now` over all tenants, the soonest look_max of it. Under service_role; takes no
/// lock, so that others may be looking at the same.
std::vector<Due> due(postgres::Tx& tx, Timestamp now);

/// Locks the customers, takes away those of the alarms that are still set and still due, and hands
/// them over. Returns how many. Throws postgres::Retry as parts::lock, and what the handler throws.
std::size_t ring(postgres::Tx& tx, Actor const& actor, Handler const& handler,
                 std::span<Alarm const> alarms);

/// Puts an alarm off by postponed_by from actor.now, if it is still due.
void postpone(postgres::Tx& tx, Actor const& actor, Alarm const& alarm);

}  // namespace throughline::alarms

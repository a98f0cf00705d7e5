// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// Who acts, for whom, and when: the second parameter of every operation.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "throughline/base/ids.hpp"
#include "throughline/base/time.hpp"

namespace throughline {

/// What a key may do. A route asks for exactly one; `all` grants every one of them.
enum class Scope : std::uint16_t {
  none = 0,  // no key needed
  interactions_read = 1 << 0,
  interactions_write = 1 << 1,
  context_read = 1 << 2,
  cases_read = 1 << 3,
  cases_write = 1 << 4,
  customers_read = 1 << 5,
  customers_write = 1 << 6,
  identity_write = 1 << 7,
  sync_read = 1 << 8,
  admin = 1 << 9
};

/// "interactions:write" and its like; nullopt for a word that is no scope. "all" is not one scope
/// and is read by parse_scopes alone.
std::optional<Scope> parse_scope(std::string_view word);
std::string_view name(Scope scope);

/// A set of scopes.
struct Scopes {
  std::uint16_t bits = 0;
  bool allows(Scope scope) const {
    auto const bit = static_cast<std::uint16_t>(scope);
    return (bits & bit) == bit;
  }
};
/// Comma-separated words, or "all"; nullopt if any word is unknown or none is given.
std::optional<Scopes> parse_scopes(std::string_view words);
std::string to_string(Scopes scopes);

/// The request's identity. Made once when the key has been checked; never changed afterwards.
struct Actor {
  TenantId tenant;
  KeyId key;
  Scopes scopes;
  /// The moment of the request: the only clock an operation may read.
  Timestamp now;
  /// ISO 3166-1 alpha-2 of the tenant, for phone numbers in national format; empty if none is set.
  std::string default_region;
  /// W3C trace context as received and found well-formed; kept on what the request writes.
  std::string traceparent;
};

/// How far a caller's clock may be off from ours: times within it count as the present.
inline constexpr std::chrono::seconds clock_skew_max{60};

/// The time that a record gets: the one asked for, else that of the request. A time in the past
/// needs the scope customers:write (throws forbidden); one in the future is invalid at `pointer`,
/// unless it is within clock_skew_max and so means now.
Timestamp record_time(Actor const& actor, std::optional<Timestamp> asked,
                      std::string_view pointer);

/// The bot or person who speaks or writes, as the vocabulary has it; sent by the caller.
struct Agent {
  std::string kind;  // "bot" or "human"
  std::string id;
  std::string model;            // bots only; empty if not given
  std::string prompt_version;   // bots only
  std::string persona_version;  // bots only
  bool operator==(Agent const&) const = default;
};
/// Whether both are one and the same bot or person, whichever model and versions it runs with.
bool same_agent(Agent const& one, Agent const& other);
/// {"kind":…,"id":…} without what was not given: how an agent stands in answers and in columns.
std::string to_json(Agent const& agent);
/// What to_json() wrote. Throws std::logic_error for anything else.
Agent parse_agent(std::string_view json);

/// The channels a contact, note or event can name.
inline constexpr std::array<std::string_view, 8> channels{"voice",  "chat",   "email", "sms",
                                                          "social", "in_app", "web",   "store"};

/// The id a foreign system gave a record. Unique per tenant and kind of record.
struct ExternalId {
  std::string system;
  std::string id;
};

}  // namespace throughline

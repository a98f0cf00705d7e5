// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// Identifiers of records: UUIDs (RFC 9562), strongly typed so that a case is never taken for a
// customer. New ones are version 7, made by the server, so they sort by arrival.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "throughline/base/time.hpp"

namespace throughline {

struct Uuid {
  std::array<std::uint8_t, 16> bytes{};
  auto operator<=>(Uuid const&) const = default;
};

/// Reads the 36-character form with hyphens, either case; anything else is nullopt.
std::optional<Uuid> parse_uuid(std::string_view text);
/// The 36-character lower-case form.
std::string to_string(Uuid const& uuid);
/// A version 7 UUID whose time part is `at` to about a quarter of a microsecond's millisecond
/// fraction (rand_a carries the sub-millisecond time, RFC 9562 6.2 method 3), the rest random.
/// Thread-safe; does not read a clock.
Uuid make_uuid7(Timestamp at);

/// A Uuid that knows what it names. Compares and hashes as its value.
template <class Tag>
struct Id {
  Uuid value{};
  static Id make(Timestamp at) { return Id{make_uuid7(at)}; }
  static std::optional<Id> parse(std::string_view text) {
    auto const uuid = parse_uuid(text);
    return uuid ? std::optional<Id>(Id{*uuid}) : std::nullopt;
  }
  std::string str() const { return to_string(value); }
  auto operator<=>(Id const&) const = default;
};

using CustomerId = Id<struct CustomerTag>;  // a customer, a root or a part: one id space
using InteractionId = Id<struct InteractionTag>;
using MessageId = Id<struct MessageTag>;
using CaseId = Id<struct CaseTag>;
using NoteId = Id<struct NoteTag>;
using EventId = Id<struct EventTag>;
using HandoffId = Id<struct HandoffTag>;
using MergeId = Id<struct MergeTag>;
using MatchId = Id<struct MatchTag>;
using ChangeId = Id<struct ChangeTag>;
using KeyId = Id<struct KeyTag>;

/// One company's closed world. Comes from the API key, never from the URL.
struct TenantId {
  std::int32_t value = 0;
  auto operator<=>(TenantId const&) const = default;
};

}  // namespace throughline

template <>
struct std::hash<throughline::Uuid> {
  std::size_t operator()(throughline::Uuid const& uuid) const noexcept;
};
template <class Tag>
struct std::hash<throughline::Id<Tag>> {
  std::size_t operator()(throughline::Id<Tag> const& id) const noexcept {
    return std::hash<throughline::Uuid>{}(id.value);
  }
};
template <>
struct std::hash<throughline::TenantId> {
  std::size_t operator()(throughline::TenantId const& tenant) const noexcept {
    return std::hash<std::int32_t>{}(tenant.value);
  }
};

// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// Time is a parameter: operations read the moment of their request from the Actor, never a clock.
// Only the edge of the program (http, sweepers) holds a Clock, which tests replace.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace throughline {

/// UTC, microseconds: what PostgreSQL's timestamptz holds.
using Timestamp = std::chrono::sys_time<std::chrono::microseconds>;

/// Reads RFC 3339 with any offset and up to nine fraction digits (cut to six). Years 1900 to 9999;
/// an impossible date (February 30th, 25:00) or a missing offset is nullopt. A leap second (:60)
/// reads as the first moment of the next minute.
std::optional<Timestamp> parse_rfc3339(std::string_view text);
/// "2026-11-21T08:30:00.123456Z"; always six digits, so that texts sort as times do.
std::string format_rfc3339(Timestamp at);

class Clock {
 public:
  virtual ~Clock() = default;
  /// Thread-safe.
  virtual Timestamp now() const = 0;
};

class SystemClock final : public Clock {
 public:
  Timestamp now() const override;
};

}  // namespace throughline

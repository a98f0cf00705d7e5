// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// How the customer of a contact feels, from what their lines felt like: two averages of them, of
// which one follows at once and the other slowly. Where the mood is going is told by the one
// against the other (mood_trend() in SQL). Pure.
#pragma once

#include <optional>

namespace throughline::interactions {

struct Mood {
  std::optional<double> now;     // what is shown; unset while nobody has said
  std::optional<double> before;  // the slow average
  bool operator==(Mood const&) const = default;

  static constexpr double weight_now = 0.5;     // of a line, against all before it
  static constexpr double weight_before = 0.2;  // the same, in the slow average

  /// One more line of the customer.
  void hear(double sentiment);
  /// Somebody has said how they feel; unset: that nobody knows.
  void set(std::optional<double> sentiment);
};

}  // namespace throughline::interactions

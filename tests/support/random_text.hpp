// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <random>
#include <span>
#include <string>
#include <string_view>

namespace throughline::test {

/// Makes texts that are likely to be troublesome: the same ones from the same seed.
class RandomText {
 public:
  explicit RandomText(std::uint64_t seed) : engine_(seed) {}

  /// 0 … count - 1
  std::size_t below(std::size_t count);
  /// Any code point that UTF-8 can hold, the first few hundred as often as all others.
  std::string character();
  std::string bytes(std::size_t size_max);
  /// Up to `pieces_max` of the fragments, single characters between them now and then.
  std::string from(std::span<std::string_view const> fragments, std::size_t pieces_max);
  /// The text with a byte overwritten, dropped, doubled, or its end cut off.
  std::string damaged(std::string text);

 private:
  std::mt19937_64 engine_;
};

/// True for `budget` of time from its making: the loop condition of a randomised test.
class Budget {
 public:
  explicit Budget(std::chrono::milliseconds budget) : end_(Clock::now() + budget) {}
  bool lasts() const { return Clock::now() < end_; }

 private:
  using Clock = std::chrono::steady_clock;
  Clock::time_point end_;
};

}  // namespace throughline::test

// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <iterator>
#include <random>
#include <stdexcept>

namespace throughline::support {

/// One client's dice.
class Dice {
 public:
  explicit Dice(std::uint64_t seed) : engine_(seed) {}
  /// Throws std::logic_error for 0: a client who chooses from nothing has stumbled.
  std::size_t below(std::size_t count) {
    if (count == 0) throw std::logic_error("nothing to choose from");
    return static_cast<std::size_t>(engine_() % count);
  }
  bool one_in(std::size_t count) { return below(count) == 0; }
  template <class Range>
  auto const& pick(Range const& range) {
    return *std::next(std::begin(range), static_cast<std::ptrdiff_t>(below(std::size(range))));
  }

 private:
  std::mt19937_64 engine_;
};

}  // namespace throughline::support

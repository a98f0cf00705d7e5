// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// The parts of a protocol, each of which a test may take away.
#pragma once

#include <cstdint>
#include <initializer_list>

namespace throughline::protocol {

template <class Part>
class Rules {
 public:
  Rules() = default;
  static Rules without(std::initializer_list<Part> parts) {
    Rules rules;
    for (Part const part : parts) rules.missing_ |= bit(part);
    return rules;
  }
  bool has(Part part) const { return (missing_ & bit(part)) == 0; }

 private:
  static std::uint64_t bit(Part part) { return std::uint64_t{1} << static_cast<unsigned>(part); }
  std::uint64_t missing_ = 0;
};

}  // namespace throughline::protocol

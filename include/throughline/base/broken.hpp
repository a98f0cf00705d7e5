// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// What keeps the promises, broken on purpose, one part at a time, to see that tests/faults notices:
// in a build for that (-DTHROUGHLINE_BREAKABLE=ON) the part that the environment variable
// THROUGHLINE_BREAK names is out of order. tests/faults/broken.txt lists the parts. In every other
// build this is a constant, and nothing of it is left.
#pragma once

#include <cstdlib>
#include <string_view>

namespace throughline {

// Two names, so that sources with and without the definition can be linked together.
#ifdef THROUGHLINE_BREAKABLE
inline namespace breakable {
inline bool is_broken(std::string_view part) {
  static char const* const chosen = std::getenv("THROUGHLINE_BREAK");
  return chosen != nullptr && part == chosen;
}
}  // namespace breakable
#else
inline namespace sound {
constexpr bool is_broken(std::string_view) {
  return false;
}
}  // namespace sound
#endif

}  // namespace throughline

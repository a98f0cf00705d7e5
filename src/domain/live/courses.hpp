// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// Which customer a part belonged to at each position of the feed. Merges and undos are facts of the
// feed themselves, so from where a part stands now, and the turns between there and now, its course
// is told backwards without doubt.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "throughline/base/ids.hpp"

namespace throughline::live {

/// A merge, by which `moved` went from `before` to `root`, or an undo, by which what is under
/// `root` since left `before` (which may be the same).
struct Turn {
  enum class Kind { joined, parted } kind = Kind::joined;
  std::int64_t position = 0;
  CustomerId root;
  CustomerId before;
  std::vector<CustomerId> moved;  // of a merge
};

/// From `position` on, the fact there included.
struct Step {
  std::int64_t position = 0;
  CustomerId root;
};
struct Course {
  CustomerId first;         // root until the first step
  std::vector<Step> steps;  // in order
};

/// `now` is the part's root in the snapshot that shows exactly these turns; the newest comes first.
/// Turns at or below `after` are left out.
Course course_of(CustomerId part, CustomerId now, std::span<Turn const> newest_first,
                 std::int64_t after);

}  // namespace throughline::live

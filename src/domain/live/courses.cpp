// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include "domain/live/courses.hpp"

#include <algorithm>

namespace throughline::live {

namespace {

bool turned(Turn const& turn, CustomerId part, CustomerId root) {
  if (turn.root != root || turn.before == root) return false;
  if (turn.kind == Turn::Kind::parted) return true;
  return std::find(turn.moved.begin(), turn.moved.end(), part) != turn.moved.end();
}

}  // namespace

Course course_of(CustomerId part, CustomerId now, std::span<Turn const> newest_first,
                 std::int64_t after) {
  Course course{now, {}};
  for (Turn const& turn : newest_first) {
    if (turn.position <= after) break;
    if (!turned(turn, part, course.first)) continue;
    course.steps.push_back({turn.position, course.first});
    course.first = turn.before;
  }
  std::reverse(course.steps.begin(), course.steps.end());
  return course;
}

}  // namespace throughline::live

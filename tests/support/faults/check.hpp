// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// Holds a history against what was promised.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "support/faults/history.hpp"

namespace throughline::faults {

struct Verdict {
  std::vector<std::string> broken;  // the first few promises, each with the evidence
  Micros broken_at = never;         // the first of them that a read or the feed has shown
  std::size_t writes = 0;
  std::size_t acknowledged = 0;
  std::size_t repeated = 0;  // took more than one attempt
  std::size_t reads = 0;
  std::size_t facts = 0;  // that the feed delivered
  Micros feed_trails_median = 0;  // of several chapters: the highest of theirs
  Micros feed_trails_most = 0;
  Micros slowest_write = 0;  // from its first attempt to its acknowledgement

  std::string told() const;
  /// This and what came after it, told as one.
  void add(Verdict const& next);
};

/// - What was acknowledged before a read began is seen by it: in every view the token, in a view of
///   one value that value or a later one.
/// - Nothing is seen that nobody sent, and nothing twice.
/// - The feed delivers every acknowledged fact, each once, in order of position and, per customer,
///   of version.
Verdict check(History::Records const& records);

}  // namespace throughline::faults

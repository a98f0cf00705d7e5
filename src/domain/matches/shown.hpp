// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// A match as a reviewer sees it: the customer in doubt and those it could be, side by side.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "throughline/base/actor.hpp"

namespace throughline::matches {

inline constexpr std::size_t decisions_shown_max = 10;  // of one match, the latest
inline constexpr std::array<std::string_view, 5> statuses{"open", "later", "merged", "not_same",
                                                          "superseded"};

struct Held {
  std::string type, value, assurance;
  bool shared = false;
};

/// A part, and the customer that answers for it now.
struct Person {
  CustomerId part;
  CustomerId customer;
  std::string display_name;
  std::string profile = "{}";  // JSON text
  std::vector<Held> identifiers;
};

struct ShownCandidate {
  Person person;
  std::string verdict;  // "same" "not_same", empty: not decided
  std::string grade;
  double score = 0;
  std::string evidence;  // JSON texts
  std::string against;
};

struct Said {
  std::string decision;
  std::optional<CustomerId> part;  // of the candidate; nullopt: all that were left
  std::optional<Timestamp> until;
  std::string reason;
  std::optional<Agent> agent;
  KeyId key;
  Timestamp at;
};

struct Shown {
  MatchId id;
  std::string status;  // as stored: "later" though its time has come
  std::string reason;
  std::int64_t weights_version = 0;
  std::int64_t more = 0;
  Timestamp raised_at;
  Timestamp at;
  std::optional<MergeId> merge;        // it became, or that is in question
  std::optional<Timestamp> undone_at;  // of that merge
  std::optional<MatchId> superseded_by;
  Person person;  // in doubt
  std::vector<ShownCandidate> candidates;
  std::vector<Said> decisions;  // the latest first
};

}  // namespace throughline::matches

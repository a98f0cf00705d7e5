// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// What became of a customer's parts: one entry for each time that two were joined, or told apart.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "throughline/domain/merges.hpp"

namespace throughline::merges {

/// Who decided, when, and in which words.
struct Said {
  Timestamp at;
  std::string reason;  // empty if not given
  std::optional<Agent> agent;
  KeyId key;
};

/// One of the two parts that an entry is about, and what it is called on its own.
struct Side {
  CustomerId part;
  std::string name;  // empty if it has none of its own
};

struct Entry {
  bool joined = true;  // false: told apart
  Uuid id;             // of the merge, or of the parting
  Side one, other;
  Said said;
  // joined:
  CustomerId survivor, loser;
  std::string moved_parts_json;  // that answered under the loser
  std::string rule, evidence_json;
  std::optional<double> score;
  std::int64_t weights_version = 0;
  std::optional<InteractionId> interaction;
  std::optional<UndoId> undo;  // that took it back; of a parting: that left it behind
  std::string how;             // of that undo
  std::optional<Said> undone;
  // told apart:
  std::string source;
  std::optional<MergeId> merge;  // that was cut
  std::optional<Timestamp> lifted_at;
  std::optional<MergeId> lifted_by;
};

/// The entry in a sentence or two. `evidence`: what agreed, in words.
std::string summary(Entry const& entry, std::vector<std::string> const& evidence);

}  // namespace throughline::merges

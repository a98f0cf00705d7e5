// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// What is said in interactions that are on cases: the customer's word reopens a resolved one, and
// the case's clocks listen.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "throughline/domain/changes.hpp"
#include "throughline/domain/interactions.hpp"
#include "throughline/domain/parts.hpp"
#include "throughline/domain/sla.hpp"
#include "throughline/domain/timeline.hpp"

namespace throughline::interactions {

/// The case that an interaction is on, as it is under the lock.
struct OnCase {
  sla::Case value;
  std::optional<Timestamp> resolved_at;
  bool has_clocks = false;  // the tenant has set something about SLA
};

/// The lines of one batch.
class CaseWords {
 public:
  struct Line {
    Actor const* actor;
    InteractionId interaction;
    std::string const& role;
    std::optional<Agent> const& agent;  // of an agent's line
    Timestamp at;
    std::string const& channel;
  };
  /// In the order of their numbers.
  void hear(OnCase const& on, Line const& line);
  /// Writes, and adds its facts to those of the batch.
  void write(postgres::Tx& tx, parts::Locking& locking, std::vector<timeline::Entry>& entries,
             std::vector<changes::Deed>& deeds);

 private:
  bool reopens(OnCase const& on, Line const& line);

  struct Reopened {
    Actor const* actor;
    sla::Case value;
    Timestamp at;
    std::string channel;
    InteractionId interaction;
  };
  std::map<CaseId, Reopened> reopened_;
  std::vector<sla::Heard> heard_;
};

}  // namespace throughline::interactions

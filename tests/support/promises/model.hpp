// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// What becomes of promises as time passes: commitments that fall due, and the clock of each case by
// which it is to be solved. Small enough to be seen right by reading it.
#pragma once

#include <chrono>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "support/handoffs/model.hpp"
#include "throughline/base/time.hpp"

namespace throughline::promises {

using handoffs::Moment;
using nlohmann::json;

/// In which each case is to be solved, around the clock; it stands still while that is pending.
inline constexpr std::chrono::minutes time_to_solve{5};

struct Commitment {
  std::string id;
  Timestamp due_at;
  std::string status = "open";
  std::optional<Timestamp> settled_at;

  /// Whether it is a fact that its time has passed: by then it must be, once sweepers have been
  /// through, or once it was settled.
  bool may_be_overdue(Timestamp now) const { return due_at <= settled_at.value_or(now); }
  bool must_be_overdue(Moment const& moment) const {
    return settled_at ? due_at <= *settled_at : due_at <= moment.rung;
  }
};

/// A case and its clock.
struct Problem {
  std::string id;
  std::string status = "open";
  Timestamp since;                       // it has been in this status
  std::chrono::microseconds spent{0};    // of the time to solve it, before that
  std::optional<Timestamp> breached_at;  // committed, whoever told it
  std::vector<Commitment> commitments;

  bool runs() const { return status == "open"; }
  /// While it runs.
  Timestamp due_at() const { return since + (time_to_solve - spent); }
  /// What had to be told before something else happens to the case.
  void catch_up(Timestamp now);
  void change(std::string const& to, Timestamp now);
};

/// What is wrong with a record as it was read, empty if nothing. What a sweeper is to tell may be
/// there as soon as it is due, and must once `moment.rung` has come so far.
std::string fault_in_commitment(Commitment const& expected, Moment const& moment,
                                json const& document);
std::string fault_in_clock(Problem const& expected, Moment const& moment, json const& document);
/// With what a context shows of the case; null if it is not shown.
std::string fault_in_case(Problem const& expected, Moment const& moment, json const& shown);

}  // namespace throughline::promises

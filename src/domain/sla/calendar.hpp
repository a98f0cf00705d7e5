// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// Business time: the time during which a company is at work. Pure arithmetic.
#pragma once

#include <array>
#include <chrono>
#include <string>
#include <vector>

#include "domain/sla/zone.hpp"
#include "throughline/base/time.hpp"

namespace throughline::sla {

/// From a time of day up to another, exclusive, as clocks on the wall show it. Never over midnight;
/// `to` may be 24:00.
struct Block {
  std::chrono::minutes from;
  std::chrono::minutes to;
  bool operator==(Block const&) const = default;
};

struct Holiday {
  std::chrono::local_days date;  // off as a whole, in the calendar's zone
  std::string name;              // empty if not given
  bool operator==(Holiday const&) const = default;
};

struct Calendar {
  std::string time_zone;
  std::array<std::vector<Block>, 7> week;  // from Monday on; each day's in order, apart
  std::vector<Holiday> holidays;           // by date, each once

  std::chrono::minutes weekly() const;
};

/// A moment counts if the clocks of the zone show a time within a block of a day that is no
/// holiday. So an hour that is skipped counts nothing, and one that comes twice counts twice.
class BusinessTime {
 public:
  /// Throws std::runtime_error if the machine does not know the zone (any more), std::logic_error
  /// for a week without work.
  explicit BusinessTime(Calendar const& calendar);

  /// The first moment by which so much time has counted since `from`; `from` itself for none.
  Timestamp after(Timestamp from, std::chrono::microseconds amount) const;
  /// How much time counts between two moments; none if `to` is not after `from`.
  std::chrono::microseconds between(Timestamp from, Timestamp to) const;

 private:
  template <class Visit>
  void walk(Timestamp from, Visit visit) const;
  std::vector<Block> const& hours_of(std::chrono::local_days day) const;

  Calendar calendar_;
  Zone zone_;
};

}  // namespace throughline::sla

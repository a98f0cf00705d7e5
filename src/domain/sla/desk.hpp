// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// Watches brought out of the database, and what they came to taken back.
#pragma once

#include <map>
#include <span>
#include <vector>

#include "domain/sla/store.hpp"
#include "domain/sla/watch.hpp"
#include "throughline/domain/sla.hpp"

namespace throughline::sla {

/// Who did what the facts came of, and where.
struct Origin {
  Actor const* actor;
  std::string_view channel;  // empty: on none
  std::optional<InteractionId> interaction;
};

class Desk {
 public:
  explicit Desk(postgres::Tx& tx);
  /// Cases whose watches will be asked for; the roots of their parts are locked.
  Desk(postgres::Tx& tx, std::span<CaseId const> cases);
  Desk(Desk const&) = delete;
  Desk& operator=(Desk const&) = delete;

  /// The watch of a case. One that the clocks have not known so far was opened before the tenant
  /// had any: it begins with `talk`.
  Watch& watch(Case const& value, Talk const& talk);
  /// A case like that, as far as anybody knows: it counts from now, and was answered before.
  static Talk adopted(Timestamp now);
  /// Clocks by themselves, whose time may have come.
  Watch& watch(std::vector<Clock> clocks);

  /// Takes down what a watch has come to since.
  void note_down(Watch& watch, Origin const& origin, Facts& facts);
  /// Writes what is another than it was, and sets the alarms accordingly.
  void save();

 private:
  Book load(std::optional<std::int64_t> version);
  struct Watched {
    Watch watch;
    std::optional<CaseId> id;
    std::optional<Talk> talk;   // as it was; none: unknown
    std::vector<Clock> clocks;  // likewise
  };
  void set_alarms(std::span<Clock const> changed);

  postgres::Tx& tx_;
  Books books_;
  store::Kept kept_;
  std::map<CaseId, Watched> watched_;
  std::vector<store::NewEvent> events_;
  std::map<std::int64_t, std::string> said_;  // of the versions read as the settings are now
};

}  // namespace throughline::sla

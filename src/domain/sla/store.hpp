// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// The SQL of SLA clocks.
#pragma once

#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "domain/sla/watch.hpp"
#include "throughline/domain/sla.hpp"

namespace throughline::sla::store {

// --- what is kept of cases (store.cpp)
// ------------------------------------------------------------

/// Whether the section was ever set: one row if so.
postgres::Answer ask_settings(postgres::Tx& tx);

struct Said {
  std::int64_t version = 0;
  std::string said;  // empty: never set
};
/// The settings as they are, or of a version that was kept.
Said said(postgres::Tx& tx);
Said kept(postgres::Tx& tx, std::int64_t version);
/// Keeps what was said, if that is not kept yet.
void keep(postgres::Tx& tx, Said const& what);

std::string tier_of(postgres::Tx& tx, CustomerId root);

/// Of each case that is known here: who waits, and the clocks that may still move.
struct Kept {
  std::map<CaseId, Talk> talks;
  std::map<CaseId, std::vector<Clock>> clocks;
};
Kept of_cases(postgres::Tx& tx, std::span<CaseId const> cases);
std::vector<Clock> clocks(postgres::Tx& tx, std::span<Uuid const> ids);

void save(postgres::Tx& tx, std::map<CaseId, Talk> const& talks);
void save(postgres::Tx& tx, std::span<Clock const> clocks);
struct NewEvent {
  ClockId clock;
  std::int64_t seq;
  Occurred occurred;
};
void append(postgres::Tx& tx, std::span<NewEvent const> events);

/// What of a transcript matters to clocks, in order: the customer's first line, the first and the
/// last answer of each kind, and the first line that waits for one.
struct Line {
  std::int64_t seq = 0;
  bool customer = false;
  bool human = false;
  bool waits_for_human = false;
  bool waits_for_any = false;
  Timestamp at;
  std::string channel;
};
inline constexpr std::int64_t lines_looked_at = 1000;  // of an interaction, its latest
std::vector<Line> transcript(postgres::Tx& tx, InteractionId interaction);
/// The channel of an interaction.
std::string channel_of(postgres::Tx& tx, InteractionId interaction);

// --- lists (store_lists.cpp)
// ----------------------------------------------------------------------

bool has_case(postgres::Tx& tx, CaseId id);
std::vector<Clock> of_case(postgres::Tx& tx, CaseId id, TimeKey const& below, std::size_t limit);
std::vector<Clock> list(postgres::Tx& tx, Filter const& filter, TimeKey const& above,
                        std::size_t limit);
/// The latest history_max of each clock, oldest first.
std::map<ClockId, std::vector<Occurred>> history(postgres::Tx& tx, std::span<Clock const> clocks);

/// How a row of sla_clocks is read, as `clock_columns` selects it from `sla_clocks c` and its
/// part's `parts p`.
extern std::string_view const clock_columns;
Clock read_clock(postgres::Rows::Row const& row);

}  // namespace throughline::sla::store

// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// Who may speak as the agent of an interaction that was handed over. What a line is judged by is
// the moment it was said: late lines of before are taken, whoever speaks now.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "throughline/domain/interactions.hpp"

namespace throughline::interactions {

/// An accepted handoff, as the interaction keeps it.
struct HandOver {
  Timestamp at;
  std::optional<Agent> from;  // the current agent until then
  Agent to;
};
/// Oldest first; the newest hand_overs_max of them.
using HandOvers = std::vector<HandOver>;

/// The one that was in force at that moment; nullptr before the first.
HandOver const* in_force(HandOvers const& all, Timestamp at);

/// Throws handed_off unless `agent` is named and is the one who speaks at that moment.
void check_speaker(HandOvers const& all, std::optional<Agent> const& agent, Timestamp at);

/// Who said an agent's line at that moment: `named`, else who was the current agent then.
std::optional<Agent> speaker(HandOvers const& all, std::optional<Agent> const& named,
                             std::optional<Agent> const& current, Timestamp at);

/// The first message of who accepted a handoff, as the handoff keeps it.
struct FirstWords {
  HandoffId handoff;
  CustomerId part;  // of the handoff
  Timestamp accepted_at, at;
  bool packet_read = false;
};
/// Counts the loss where it happens, once committed.
void measure(postgres::Tx& tx, FirstWords const& told);

}  // namespace throughline::interactions

// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include "handing.hpp"

#include <utility>

#include "store.hpp"
#include "throughline/platform/metrics.hpp"

namespace throughline::interactions {

HandOver const* in_force(HandOvers const& all, Timestamp at) {
  HandOver const* found = nullptr;
  for (HandOver const& one : all) {
    if (one.at <= at) found = &one;
  }
  return found;
}

void check_speaker(HandOvers const& all, std::optional<Agent> const& agent, Timestamp at) {
  auto const* const over = in_force(all, at);
  if (over == nullptr || (agent && same_agent(*agent, over->to))) return;
  throw Error(Code::handed_off,
              agent ? "The interaction was handed over: only the agent who took it speaks here."
                    : "The interaction was handed over: name the agent who speaks.")
      .with("agent", to_json(all.back().to));
}

std::optional<Agent> speaker(HandOvers const& all, std::optional<Agent> const& named,
                             std::optional<Agent> const& current, Timestamp at) {
  if (named || all.empty() || in_force(all, at) != nullptr) return named ? named : current;
  return all.front().from;
}

void check_agent(postgres::Tx& tx, Actor const& actor, InteractionId id,
                 std::optional<Agent> const& agent) {
  check_speaker(store::handed(tx, id).all, agent, actor.now);
}

void hand_over(postgres::Tx& tx, Actor const& actor, std::span<InteractionId const> ids,
               Agent const& to, HandoffId handoff) {
  for (InteractionId const id : ids) {
    auto [agent, all] = store::handed(tx, id);
    all.push_back({actor.now, std::move(agent), to});
    if (all.size() > hand_overs_max) all.erase(all.begin());
    store::hand_over(tx, id, all, handoff);
  }
}

void measure(postgres::Tx& tx, FirstWords const& told) {
  std::chrono::duration<double> const wait = told.at - told.accepted_at;
  tx.after_commit([seconds = wait.count(), read = told.packet_read](metrics::Registry& metrics) {
    metrics
        .histogram("throughline_handoff_first_message_wait_seconds",
                   "From a handoff's acceptance to the first words of who accepted it, by whether "
                   "they had read its packet.",
                   {{"packet", read ? "read" : "unread"}}, metrics::Scale::people)
        .observe(seconds);
  });
}

}  // namespace throughline::interactions

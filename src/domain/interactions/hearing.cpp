// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include "hearing.hpp"

#include <algorithm>

namespace throughline::interactions {
namespace {

using Asked = Appending::Asked;

/// A line of somebody who is there; a system's line says nothing of that.
bool is_sign_of_life(NewMessage const& message) {
  return message.role == "customer" || message.role == "agent";
}

/// A late line, from before it fell silent, wakes nobody.
bool revive(Timestamp newest_sign, store::Tail& tail) {
  if (!tail.silent_since || newest_sign < *tail.silent_since) return false;
  tail.silent_since.reset();
  tail.live = true;
  tail.revived = true;
  return true;
}

bool take_over(Asked const& one, store::Tail& tail) {
  if (!one.agent || !tail.live || one.agent == tail.agent) return false;
  if (!tail.hand_overs.empty() && !same_agent(*one.agent, tail.hand_overs.back().to)) return false;
  tail.agent = one.agent;
  tail.taken_over = true;
  return true;
}

bool tells(NewMessage const& message) {
  return message.role == "customer" && message.sentiment;
}

}  // namespace

std::vector<InteractionId> contacts_that_tell(std::span<Asked const> asked) {
  std::vector<InteractionId> ids;
  for (Asked const& one : asked) {
    if (std::any_of(one.messages.begin(), one.messages.end(), tells)) ids.push_back(one.id);
  }
  return ids;
}

Heard hear(Asked const& one, std::span<Appended const> appended, std::span<Timestamp const> at,
           store::Tail& tail) {
  Heard heard;
  Mood const mood = tail.mood;
  std::optional<Timestamp> newest_sign;
  for (std::size_t k = 0; k < appended.size(); ++k) {
    auto const& message = one.messages[k];
    if (appended[k].repeated || !is_sign_of_life(message)) continue;
    newest_sign = std::max(newest_sign.value_or(at[k]), at[k]);
    if (!tells(message)) continue;
    heard.felt = true;
    tail.mood.hear(*message.sentiment);
  }
  heard.revived = newest_sign && revive(*newest_sign, tail);
  if (newest_sign) tail.heard = std::max(tail.heard.value_or(one.actor->now), one.actor->now);
  if (take_over(one, tail)) heard.fields.emplace_back("agent");
  if (tail.mood.now != mood.now) heard.fields.emplace_back("sentiment");
  if (heard.revived || !heard.fields.empty()) ++tail.version;
  return heard;
}

}  // namespace throughline::interactions

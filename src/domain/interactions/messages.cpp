// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include "locking.hpp"
#include "store.hpp"
#include "throughline/domain/interactions.hpp"

namespace throughline::interactions {

std::vector<Appended> append(postgres::Tx& tx, Actor const& actor, InteractionId id,
                             std::span<NewMessage const> messages,
                             std::optional<Agent> const& agent) {
  auto outcome = Appending(tx, {{&actor, id, messages, agent}}).finish({true}).front();
  if (outcome.moved) throw postgres::Retry{};
  if (outcome.error) throw Error(*outcome.error);
  return std::move(outcome.appended);
}

Page<Message> messages(postgres::Tx& tx, InteractionId id, PageRequest const& page) {
  part_of(tx, id);
  return store::messages(tx, id, page);
}

std::vector<Message> messages(postgres::Tx& tx, std::vector<MessageId> const& ids) {
  return store::messages(tx, ids);
}

}  // namespace throughline::interactions

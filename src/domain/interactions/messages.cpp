// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include <stdexcept>

#include "locking.hpp"
#include "store.hpp"
#include "throughline/domain/changes.hpp"
#include "throughline/domain/interactions.hpp"
#include "throughline/domain/timeline.hpp"
#include "throughline/platform/external_ids.hpp"

namespace throughline::interactions {
namespace {

std::vector<Appended> new_ids(Actor const& actor, std::size_t count) {
  std::vector<Appended> appended;
  for (std::size_t i = 0; i < count; ++i) appended.push_back({MessageId::make(actor.now), false});
  return appended;
}

/// Replaces the ids of messages whose external id was known, or stands earlier in the request.
void find_repeats(postgres::Tx& tx, Actor const& actor, std::span<NewMessage const> messages,
                  std::vector<Appended>& appended) {
  std::vector<external_ids::Claim> claims;
  std::vector<std::size_t> places;
  for (std::size_t i = 0; i < messages.size(); ++i) {
    if (!messages[i].external_id) continue;
    claims.push_back({*messages[i].external_id, appended[i].id.value});
    places.push_back(i);
  }
  if (claims.empty()) return;
  auto const firsts = external_ids::claim(tx, actor, "message", claims);
  for (std::size_t i = 0; i < firsts.size(); ++i) {
    if (firsts[i]) appended[places[i]] = {MessageId{*firsts[i]}, true};
  }
}

/// The messages to be written, each with its time.
store::Batch batch_of(Actor const& actor, std::span<NewMessage const> messages,
                      std::vector<Appended> const& appended) {
  store::Batch batch;
  for (std::size_t i = 0; i < messages.size(); ++i) {
    auto const at = record_time(actor, messages[i].at, "/messages/" + std::to_string(i) + "/at");
    if (appended[i].repeated) continue;
    batch.ids.push_back(appended[i].id);
    batch.messages.push_back(messages[i]);
    batch.messages.back().at = at;
  }
  return batch;
}

void record(postgres::Tx& tx, Actor const& actor, InteractionId id, CustomerId part,
            parts::Locked& locked, store::Batch const& batch, store::Tail const& tail) {
  std::vector<timeline::Entry> entries;
  std::vector<changes::Change> facts;
  for (std::size_t i = 0; i < batch.ids.size(); ++i) {
    auto const& message = batch.messages[i];
    entries.push_back({part, *message.at, timeline::Kind::message, "added", batch.ids[i].value,
                       tail.channel, tail.case_id, id});
    facts.push_back({changes::Type::message_added,
                     part,
                     batch.ids[i].value,
                     {},
                     message.role == "agent" ? tail.speaker : std::nullopt});
  }
  if (tail.taken_over) {
    facts.push_back({changes::Type::interaction_updated, part, id.value, {"agent"}, tail.speaker});
  }
  timeline::append(tx, actor, entries);
  changes::record(tx, actor, locked, facts);
}

}  // namespace

std::vector<Appended> append(postgres::Tx& tx, Actor const& actor, InteractionId id,
                             std::span<NewMessage const> messages,
                             std::optional<Agent> const& agent) {
  CustomerId const part = part_of(tx, id);
  auto appended = new_ids(actor, messages.size());
  find_repeats(tx, actor, messages, appended);
  store::Batch const batch = batch_of(actor, messages, appended);
  if (batch.ids.empty()) return appended;

  auto locked = parts::lock(tx, actor, {&part, 1});
  store::Tail const tail = store::extend(tx, id, batch, agent);
  store::insert(tx, actor, id, batch, tail);
  record(tx, actor, id, part, locked, batch, tail);
  return appended;
}

Page<Message> messages(postgres::Tx& tx, InteractionId id, PageRequest const& page) {
  part_of(tx, id);
  return store::messages(tx, id, page);
}

std::vector<Message> messages(postgres::Tx& tx, std::vector<MessageId> const& ids) {
  return store::messages(tx, ids);
}

}  // namespace throughline::interactions

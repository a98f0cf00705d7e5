// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// The spine: one row per committed fact, written in the fact's own transaction. Sync jobs, live
// streams and caches read it, so records never know who watches them. A row holds ids, kinds and
// field names, never what was said.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "throughline/base/actor.hpp"
#include "throughline/domain/parts.hpp"
#include "throughline/platform/http.hpp"
#include "throughline/platform/postgres.hpp"

namespace throughline::changes {

/// The closed list of types; a consumer may rely on it. "<resource>.<fact>".
enum class Type {
  customer_created,
  customer_updated,
  customer_merged,  // identify joined a part to this customer; data names both former roots
  identifier_attached,
  identifier_detached,
  identifier_confirmed,  // seen again with a higher assurance
  interaction_started,
  interaction_updated,
  interaction_identified,
  interaction_ended,
  message_added,
  case_opened,
  case_updated,
  note_added,
  event_recorded
};
std::string_view name(Type type);  // "interaction.started"

struct Change {
  Type type;
  /// The part that the fact belongs to; its root must be locked.
  CustomerId part;
  /// The record itself: for identifiers the part again.
  Uuid resource;
  /// Names of the fields that changed (updates only).
  std::vector<std::string> fields;
  /// Who did it, where the caller said so.
  std::optional<Agent> agent;
};

/// Appends the facts, in this order, each raising its root's version by one. Positions are drawn
/// here: after the transaction has its id and all its customer locks, so per customer the order of
/// positions is the order of commit and of versions. Call it last in an operation, once, with
/// everything.
void record(postgres::Tx& tx, Actor const& actor, parts::Locked& locked,
            std::span<Change const> changes);

/// One row of the feed.
struct Item {
  std::int64_t position = 0;
  ChangeId id;
  std::string type;
  Timestamp at;
  CustomerId root;  // as committed
  CustomerId part;
  Uuid resource;
  std::int64_t version = 0;
  std::vector<std::string> fields;
  KeyId key;
  std::optional<Agent> agent;
  std::string traceparent;
};

struct Batch {
  std::vector<Item> items;
  std::int64_t next_position = 0;  // read on from here: never less than what was asked
  bool has_more = false;
};

inline constexpr std::size_t batch_max = 1000;

/// How far a reader may go: no open transaction can still write at or below it. Remembers
/// candidates between calls (a position m read first, then in a later statement a snapshot S: m is
/// final once the oldest running transaction is at or past S.xmax). Thread-safe, one per instance,
/// kept by app.
class Horizon {
 public:
  Horizon();
  ~Horizon();
  /// Moves the bound as far as it goes now and returns it. Never goes back.
  std::int64_t advance(postgres::Tx& tx);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// The tenant's facts with position > `after`, in order, up to the bound. `tx` must have begun
/// after the bound was read.
Batch read(postgres::Tx& tx, std::int64_t after, std::int64_t bound, std::size_t limit);

/// GET /v1/changes?cursor=&limit=&types=
std::vector<http::Route> routes();

}  // namespace throughline::changes

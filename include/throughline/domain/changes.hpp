// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// The spine: one row per committed fact, written in the fact's own transaction. Sync jobs, live
// streams and caches read it, so records never know who watches them. A row holds ids, kinds and
// field names, never what was said.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
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
  customer_merged,  // a part joined this customer: root survives, part was a root, resource: merge
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
  event_recorded,
  customer_parted,      // an undo left this customer: root and part are it, resource: the undo
  note_updated,         // a link of it was taken away: see `fields`
  event_updated,        // likewise
  match_raised,         // a question for people about this part; resource: the match
  match_decided,        // what they said
  identifier_shared,    // seen with different people: it no longer decides
  interaction_revived,  // it had fallen silent and spoke again
  commitment_made,
  commitment_updated,
  commitment_settled,  // kept, broken or cancelled
  commitment_overdue,  // its due time passed while it was open
  sla_activated,
  sla_paused,
  sla_resumed,
  sla_retargeted,  // another priority: the same start, another due time
  sla_at_risk,     // near its due time
  sla_fulfilled,
  sla_breached,
  sla_cancelled,  // no policy applies any more
  handoff_offered,
  handoff_accepted,
  handoff_declined,
  handoff_cancelled,
  handoff_expired,
  handoff_read,  // its packet was shown
  warning_raised,
  warning_cleared,  // its reason or its window ended
  case_aged,        // resolved so long ago that contexts leave it out
  handoff_updated   // its receiver has spoken, or a link of it was taken away: see `fields`
};
std::string_view name(Type type);  // "interaction.started"
std::optional<Type> parse_type(std::string_view name);
/// All names, in the order above.
std::span<std::string_view const> type_names();

struct Change {
  Type type;
  /// The part that the fact belongs to; its root must be locked.
  CustomerId part;
  /// The record itself: for customers and identifiers the part again, for a merge the merge.
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
/// The same for a batch, each fact with who brought it about.
struct Deed {
  Actor const* actor;
  Change change;
};
void record(postgres::Tx& tx, parts::Locked& locked, std::span<Deed const> deeds);

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
  std::optional<Agent> agent;  // kind and id alone
  std::string traceparent;
};

/// How far a reader may go: no open transaction can still write at or below it.
///
/// A position is drawn by a transaction that has its id already. So when a snapshot sees a fact,
/// every lower position has been drawn, by transactions with ids below the next one to be given;
/// and once a later snapshot finds all of those ended, it sees everything at or below that fact
/// that will ever be committed. A Horizon remembers such pairs (newest fact seen, next id) between
/// looks, so that it moves on although there is always some transaction open.
///
/// Two things that look simpler lose facts, tried:
/// - The snapshot's own xmax instead of the next id: it is one past the highest id that has ended,
///   and a writer still open above it may hold a lower position than one that committed below it.
/// - The sequence's last_value instead of a fact seen: positions drawn by whoever never committed
///   can be forgotten when PostgreSQL crashes; then they are drawn again, below a bound that is
///   remembered here. The position of a fact seen is as durable as the fact.
///
/// Positions and transaction ids belong to the whole database, so one Horizon serves all tenants of
/// an instance. Thread-safe.
class Horizon {
 public:
  /// What one snapshot shows, read by a Tx of Mode::read.
  struct View {
    std::int64_t newest = 0;       // position of the tenant's newest fact; 0: none
    std::int64_t oldest_open = 0;  // every transaction with a lower id has ended
    std::int64_t next_id = 0;      // to be given to a transaction; read after the snapshot
  };
  struct Reach {
    std::int64_t bound = 0;   // facts up to here are complete, in this snapshot and ever after
    bool first_look = false;  // a fact is held back that no earlier look waits for
  };
  /// How far the reader of this snapshot may go; remembers the view. In order of the snapshots the
  /// bound never goes back.
  Reach advance(View const& view, Timestamp now);

  /// How far the feed trails, for the metrics: at the latest look, the age of the oldest one whose
  /// facts were held back still. It is the age of the oldest transaction that writes, if somebody
  /// keeps reading.
  std::chrono::microseconds trails() const;

  /// Looks remembered at a time. When they are all waiting, the newest gives way to a newer one.
  static constexpr std::size_t marks_max = 16;

 private:
  struct Mark {
    std::int64_t newest;
    std::int64_t next_id;
    Timestamp at;
  };
  mutable std::mutex mutex_;
  std::vector<Mark> marks_;  // by `newest`, each greater than the one before
  std::chrono::microseconds trails_{0};
};

/// For a Horizon of the caller's own, which no reader of the feed need move: all tenants' facts as
/// one, the id to be given next standing for the newest. Its trails() is the age of the oldest
/// transaction that writes: as long as that is open, no feed goes on. In a Tx of Mode::read.
Horizon::View observe(postgres::Tx& tx);

inline constexpr std::size_t batch_default = 100;
inline constexpr std::size_t batch_max = 1000;
/// Facts looked through for one batch of certain types.
inline constexpr std::size_t scan_max = 10'000;

struct Query {
  std::optional<std::int64_t> after;  // a position reached before; none: before the first fact kept
  std::vector<Type> types;            // empty: all
  std::size_t limit = batch_default;
};

struct Batch {
  std::vector<Item> items;
  std::int64_t next = 0;  // read on after this position: never less than what was asked
  /// There is more behind `next`: ask again now. False while all that is there is held back.
  bool has_more = false;
  /// Facts are there that an open transaction may still precede.
  bool held_back = false;
};

/// The tenant's facts in order of their positions, as far as the horizon goes. In a Tx of
/// Mode::read; throws Code::gone where facts behind `after` may have been detached with their
/// partition, and postgres::Retry, once, where a second look is likely to show what the first holds
/// back.
Batch read(postgres::Tx& tx, Actor const& actor, Horizon& horizon, Query const& query);

/// How far the feed reaches, for one who begins to read where it ends.
/// Who wants all that is still to come begins at `complete`, once that has reached what was
/// `newest` at its first look.
struct Extent {
  std::int64_t complete = 0;   // facts up to here are
  std::int64_t newest = 0;     // the tenant's newest fact
  std::int64_t kept_from = 0;  // facts below are no longer kept; 0: all are
};
/// In a Tx of Mode::read.
Extent extent(postgres::Tx& tx, Actor const& actor, Horizon& horizon);

/// An item as GET /v1/changes shows it, and the cursor behind it: the same there and wherever else
/// facts are shown. position_of() is nullopt for what is no cursor of this tenant's feed.
std::string to_json(Item const& item);
std::string cursor_of(TenantId tenant, std::int64_t position);
std::optional<std::int64_t> position_of(TenantId tenant, std::string_view cursor);

/// GET /v1/changes?cursor=&limit=&types=
std::vector<http::Route> routes(std::shared_ptr<Horizon> horizon = std::make_shared<Horizon>());

}  // namespace throughline::changes

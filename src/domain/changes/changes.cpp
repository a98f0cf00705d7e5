// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include "throughline/domain/changes.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "domain/changes/store.hpp"
#include "domain/changes/wire.hpp"
#include "throughline/base/error.hpp"

namespace throughline::changes {
namespace {

constexpr std::array<std::string_view, 44> names{
    "customer.created",    "customer.updated",    "customer.merged",
    "identifier.attached", "identifier.detached", "identifier.confirmed",
    "interaction.started", "interaction.updated", "interaction.identified",
    "interaction.ended",   "message.added",       "case.opened",
    "case.updated",        "note.added",          "event.recorded",
    "customer.parted",     "note.updated",        "event.updated",
    "match.raised",        "match.decided",       "identifier.shared",
    "interaction.revived", "commitment.made",     "commitment.updated",
    "commitment.settled",  "commitment.overdue",  "sla.activated",
    "sla.paused",          "sla.resumed",         "sla.retargeted",
    "sla.at_risk",         "sla.fulfilled",       "sla.breached",
    "sla.cancelled",       "handoff.offered",     "handoff.accepted",
    "handoff.declined",    "handoff.cancelled",   "handoff.expired",
    "handoff.read",        "warning.raised",      "warning.cleared",
    "case.aged",           "handoff.updated"};
static_assert(names.size() == static_cast<std::size_t>(Type::handoff_updated) + 1);

/// Where to read on; without a cursor, where what is kept begins.
std::int64_t start_of(Query const& query, std::int64_t kept_from) {
  auto const first = std::max<std::int64_t>(0, kept_from - 1);
  if (query.after && *query.after < first) {
    throw Error(Code::gone,
                "What followed this cursor is no longer kept, so no copy can be brought up to date "
                "from here. Ask without a cursor for what is kept, and read the records anew.");
  }
  return query.after.value_or(first);
}

}  // namespace

std::span<std::string_view const> type_names() {
  return names;
}

std::string_view name(Type type) {
  return names.at(static_cast<std::size_t>(type));
}

std::optional<Type> parse_type(std::string_view name) {
  auto const found = std::find(names.begin(), names.end(), name);
  if (found == names.end()) return std::nullopt;
  return static_cast<Type>(found - names.begin());
}

void record(postgres::Tx& tx, Actor const& actor, parts::Locked& locked,
            std::span<Change const> changes) {
  std::vector<Deed> deeds;
  for (Change const& change : changes) deeds.push_back({&actor, change});
  record(tx, locked, deeds);
}

void record(postgres::Tx& tx, parts::Locked& locked, std::span<Deed const> deeds) {
  if (!deeds.empty()) store::append(tx, locked, deeds);
}

Extent extent(postgres::Tx& tx, Actor const& actor, Horizon& horizon) {
  auto const [view, kept_from] = store::observe(tx);
  return {horizon.advance(view, actor.now).bound, view.newest, kept_from};
}

std::string to_json(Item const& item) {
  return wire::to_json(item);
}

std::string cursor_of(TenantId tenant, std::int64_t position) {
  return wire::write_cursor(tenant, position);
}

std::optional<std::int64_t> position_of(TenantId tenant, std::string_view cursor) {
  return wire::find_position(tenant, cursor);
}

Horizon::View observe(postgres::Tx& tx) {
  return store::observe_all(tx);
}

Batch read(postgres::Tx& tx, Actor const& actor, Horizon& horizon, Query const& query) {
  auto const [view, kept_from] = store::observe(tx);
  auto const after = start_of(query, kept_from);
  auto const reach = horizon.advance(view, actor.now);
  auto const scan = query.types.empty() ? query.limit + 1 : scan_max;
  auto found = store::find(tx, after, reach.bound, query.types, scan, query.limit + 1);

  Batch batch{std::move(found.items), std::max(after, reach.bound), true};
  if (batch.items.size() > query.limit) {
    batch.items.resize(query.limit);
    batch.next = batch.items.back().position;
  } else if (found.scanned == scan) {
    batch.next = found.last_scanned;
  } else {
    batch.held_back = view.newest > batch.next;
    bool const moved = batch.next > after;
    // The transactions that hold it back are mostly over within milliseconds: rather than tell a
    // reader who comes once an hour to come again, look a second time.
    if (batch.held_back && !moved && reach.first_look) throw postgres::Retry{};
    // Only with progress: a reader that is to ask again at once must not turn in circles.
    batch.has_more = batch.held_back && moved;
  }
  return batch;
}

}  // namespace throughline::changes

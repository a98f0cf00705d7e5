// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include "throughline/domain/alarms.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <utility>

#include "domain/alarms/store.hpp"

namespace throughline::alarms {
namespace {

constexpr std::array<std::string_view, 7> names{
    "interaction_silent", "case_aged",       "commitment_due", "sla_at_risk",
    "sla_breach",         "handoff_expires", "warning_ends"};
static_assert(names.size() == static_cast<std::size_t>(Kind::warning_ends) + 1);

}  // namespace

std::string_view name(Kind kind) {
  return names.at(static_cast<std::size_t>(kind));
}

void set(postgres::Tx& tx, std::span<Alarm const> alarms) {
  if (!alarms.empty()) store::upsert(tx, alarms);
}

void clear(postgres::Tx& tx, Kind kind, std::span<Uuid const> resources) {
  if (!resources.empty()) store::remove(tx, kind, resources);
}

std::vector<Due> due(postgres::Tx& tx, Timestamp now) {
  std::vector<Due> groups;
  std::map<std::pair<TenantId, std::size_t>, std::size_t> open;  // the group that still takes some
  for (auto const& row : store::due(tx, now, look_max)) {
    auto const known = std::find(names.begin(), names.end(), row.kind);
    if (known == names.end()) continue;  // a newer instance's
    auto const place = static_cast<std::size_t>(known - names.begin());
    auto const kind = static_cast<Kind>(place);
    auto [group, is_new] = open.try_emplace({row.tenant, place}, groups.size());
    if (!is_new && groups[group->second].alarms.size() == ring_max) {
      group->second = groups.size();
      is_new = true;
    }
    if (is_new) groups.push_back({row.tenant, kind, {}});
    groups[group->second].alarms.push_back({kind, row.resource, row.part, row.at});
  }
  return groups;
}

std::size_t ring(postgres::Tx& tx, Actor const& actor, Handler const& handler,
                 std::span<Alarm const> alarms) {
  std::vector<CustomerId> owners;
  for (Alarm const& alarm : alarms) owners.push_back(alarm.part);
  auto locked = parts::lock(tx, actor, owners);
  auto const taken = store::take(tx, handler.kind, alarms, actor.now);
  if (!taken.empty()) handler.ring(tx, actor, locked, taken);
  return taken.size();
}

void postpone(postgres::Tx& tx, Actor const& actor, Alarm const& alarm) {
  store::move(tx, alarm, actor.now, actor.now + postponed_by);
}

}  // namespace throughline::alarms

// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include "store.hpp"

namespace throughline::interactions::store {

using postgres::Param;

constexpr std::string_view waiting_sql = R"sql(
  select id, part_id, channel, case_id, last_heartbeat_at
  from interactions
  where tenant_id = $1 and id = any($2::uuid[]) and status = 'live'
  order by last_heartbeat_at, id
)sql";

std::vector<Waiting> waiting(postgres::Tx& tx, std::span<alarms::Alarm const> alarms) {
  auto const ids = Param::array_of(alarms, [](alarms::Alarm const& one) { return one.resource; });
  std::vector<Waiting> found;
  for (auto const row : tx.exec(waiting_sql, {tx.tenant(), ids})) {
    found.push_back({row[0].id<InteractionId>(), row[1].id<CustomerId>(), row[2].text(),
                     row[3].optional_id<CaseId>(), row[4].time(), {}});
  }
  return found;
}

// A heartbeat that has the row first is waited for and seen.
constexpr std::string_view end_silent_sql = R"sql(
  update interactions i
  set status = 'ended', outcome = 'abandoned', fell_silent = true, version = i.version + 1,
      ended_at = silent.since
  from unnest($2::uuid[], $3::timestamptz[], $4::timestamptz[]) silent(id, last_sign, since)
  where i.tenant_id = $1 and i.id = silent.id and i.status = 'live'
    and i.last_heartbeat_at = silent.last_sign
  returning i.id
)sql";

std::set<InteractionId> end_silent(postgres::Tx& tx, std::span<Waiting const> contacts) {
  std::set<InteractionId> ended;
  if (contacts.empty()) return ended;
  auto const list = [&](auto column) { return Param::array_of(contacts, column); };
  auto const rows =
      tx.exec(end_silent_sql,
              {tx.tenant(), list([](Waiting const& one) { return one.id; }),
               list([](Waiting const& one) { return one.last_sign; }),
               list([](Waiting const& one) { return one.silent_since; })});
  for (auto const row : rows) ended.insert(row[0].id<InteractionId>());
  return ended;
}

}  // namespace throughline::interactions::store

// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include "domain/alarms/store.hpp"

namespace throughline::alarms::store {

using postgres::Param;

constexpr std::string_view upsert_sql = R"sql(
  insert into alarms (tenant_id, kind, resource_id, part_id, at)
  select $1, alarm.*
    from unnest($2::text[], $3::uuid[], $4::uuid[], $5::timestamptz[]) alarm
  on conflict (tenant_id, kind, resource_id) do update set at = excluded.at)sql";

void upsert(postgres::Tx& tx, std::span<Alarm const> alarms) {
  auto const list = [&](auto column) { return Param::array_of(alarms, column); };
  tx.write(upsert_sql, {tx.tenant(), list([](Alarm const& one) { return name(one.kind); }),
                        list([](Alarm const& one) { return one.resource; }),
                        list([](Alarm const& one) { return one.part; }),
                        list([](Alarm const& one) { return one.at; })});
}

constexpr std::string_view remove_sql = R"sql(
  delete from alarms where tenant_id = $1 and kind = $2 and resource_id = any($3::uuid[]))sql";

void remove(postgres::Tx& tx, Kind kind, std::span<Uuid const> resources) {
  tx.write(remove_sql, {tx.tenant(), name(kind),
                        Param::array_of(resources, [](Uuid const& id) { return id; })});
}

constexpr std::string_view due_sql = R"sql(
  select tenant_id, kind, resource_id, part_id, at from alarms
   where at <= $1 order by at limit $2)sql";

std::vector<Row> due(postgres::Tx& tx, Timestamp now, std::size_t limit) {
  std::vector<Row> found;
  for (auto const row : tx.exec(due_sql, {now, limit})) {
    found.push_back({TenantId{static_cast<std::int32_t>(row[0].integer())}, row[1].text(),
                     row[2].id<CustomerId>().value, row[3].id<CustomerId>(), row[4].time()});
  }
  return found;
}

constexpr std::string_view take_sql = R"sql(
  with taken as (
    delete from alarms
     where tenant_id = $1 and kind = $2 and resource_id = any($3::uuid[]) and at <= $4
    returning resource_id, part_id, at)
  select resource_id, part_id, at from taken order by at, resource_id)sql";

std::vector<Alarm> take(postgres::Tx& tx, Kind kind, std::span<Alarm const> alarms, Timestamp now) {
  std::vector<Alarm> taken;
  auto const resources = Param::array_of(alarms, [](Alarm const& one) { return one.resource; });
  for (auto const row : tx.exec(take_sql, {tx.tenant(), name(kind), resources, now})) {
    taken.push_back({kind, row[0].id<CustomerId>().value, row[1].id<CustomerId>(), row[2].time()});
  }
  return taken;
}

constexpr std::string_view move_sql = R"sql(
  update alarms set at = $5
   where tenant_id = $1 and kind = $2 and resource_id = $3 and at <= $4)sql";

void move(postgres::Tx& tx, Alarm const& alarm, Timestamp now, Timestamp to) {
  tx.write(move_sql, {tx.tenant(), name(alarm.kind), alarm.resource, now, to});
}

}  // namespace throughline::alarms::store

// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include "support/alarms.hpp"

#include <vector>

#include "app/alarms.hpp"

namespace throughline::support {
namespace {

using alarms::Alarm;
using postgres::Mode;
using postgres::Tx;

std::vector<Alarm> due(Database& database, TenantId tenant, alarms::Kind kind, Timestamp now) {
  std::vector<Alarm> found;
  database.pool().transact(Mode::read, tenant, [&](Tx& tx) {
    found.clear();
    for (auto const row : tx.exec("select resource_id, part_id, at from alarms where "
                                  "tenant_id = $1 and kind = $2 and at <= $3 order by at",
                                  {tenant, alarms::name(kind), now})) {
      found.push_back(
          {kind, row[0].id<CustomerId>().value, row[1].id<CustomerId>(), row[2].time()});
    }
  });
  return found;
}

}  // namespace

std::size_t ring(Database& database, TenantId tenant, Timestamp now) {
  Actor const server{tenant, {}, {}, now, {}, {}};
  std::size_t rung = 0;
  for (bool some = true; some;) {
    some = false;
    for (auto const& handler : app::alarm_handlers()) {
      auto const alarms = due(database, tenant, handler.kind, now);
      if (alarms.empty()) continue;
      database.pool().transact(Mode::write, tenant,
                               [&](Tx& tx) { alarms::ring(tx, server, handler, alarms); });
      rung += alarms.size();
      some = true;
    }
  }
  return rung;
}

std::size_t alarms_set(Database& database, TenantId tenant) {
  std::size_t count = 0;
  database.pool().transact(Mode::read, tenant, [&](Tx& tx) {
    auto const rows = tx.exec("select count(*) from alarms where tenant_id = $1", {tenant});
    count = static_cast<std::size_t>(rows[0][0].integer());
  });
  return count;
}

}  // namespace throughline::support

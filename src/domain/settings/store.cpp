// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include "domain/settings/store.hpp"

namespace throughline::settings::store {
namespace {

constexpr std::string_view find_sql = R"sql(
select s.value, s.version, s.updated_at, t.default_region
from tenants t left join settings s on s.tenant_id = t.id and s.section = $2
where t.id = $1
)sql";

}  // namespace

Stored find(postgres::Tx& tx, std::string_view section) {
  auto const row = tx.exec(find_sql, {tx.tenant(), section})[0];
  Stored stored;
  if (!row[0].is_null()) stored.value = row[0].text();
  if (!row[1].is_null()) stored.version = row[1].integer();
  stored.updated_at = row[2].optional_time();
  stored.default_region = row[3].text_or_empty();
  return stored;
}

namespace {

constexpr std::string_view value_sql = R"sql(
select value from settings where tenant_id = $1 and section = $2
)sql";

}  // namespace

postgres::Answer ask_value(postgres::Tx& tx, std::string_view section) {
  return tx.ask(value_sql, {tx.tenant(), section});
}

namespace {

constexpr std::string_view lock_tenant_sql = R"sql(
select from tenants where id = $1 for no key update
)sql";

}  // namespace

void lock_tenant(postgres::Tx& tx) {
  tx.lock(postgres::LockRank::rest, lock_tenant_sql, {tx.tenant()});
}

namespace {

constexpr std::string_view write_sql = R"sql(
insert into settings (tenant_id, section, value, version, updated_at, key_id)
values ($1, $2, $3, $4, $5, $6)
on conflict (tenant_id, section) do update set
  value = excluded.value, version = excluded.version, updated_at = excluded.updated_at,
  key_id = excluded.key_id
)sql";

constexpr std::string_view raise_sql = R"sql(
update tenants set settings_version = settings_version + 1, default_region = nullif($2, '')
where id = $1
)sql";

}  // namespace

void write(postgres::Tx& tx, Actor const& actor, std::string_view section, Stored const& stored) {
  tx.write(write_sql,
           {tx.tenant(), section, stored.value, stored.version, stored.updated_at, actor.key});
  tx.write(raise_sql, {tx.tenant(), stored.default_region});
}

}  // namespace throughline::settings::store

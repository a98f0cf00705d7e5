// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include "platform/auth/store.hpp"

#include <stdexcept>

namespace throughline::auth {

using postgres::Param;
using postgres::Tx;

constexpr std::string_view find_keys_sql = R"sql(
select wanted.place, k.tenant_id, k.id, k.scopes, t.default_region, t.settings_version
from unnest($1::bytea[]) with ordinality as wanted (hash, place)
join api_keys k on k.hash = wanted.hash and k.revoked_at is null
join tenants t on t.id = k.tenant_id)sql";

std::vector<std::optional<StoredKey>> find_keys(Tx& tx, std::span<KeyHash const> hashes) {
  std::vector<std::optional<StoredKey>> found(hashes.size());
  auto const wanted = Param::array_of(hashes, [](auto const& hash) { return Param::bytes(hash); });
  for (auto const row : tx.exec(find_keys_sql, {wanted})) {
    auto const scopes = parse_scopes(row[3].view());
    if (!scopes) throw std::logic_error("a key has unknown scopes");
    auto const place = static_cast<std::size_t>(row[0].integer()) - 1;
    found.at(place) = {TenantId{static_cast<std::int32_t>(row[1].integer())}, row[2].id<KeyId>(),
                       *scopes, row[4].text_or_empty(), row[5].integer()};
  }
  return found;
}

constexpr std::string_view standing_sql = R"sql(
select id, scopes from api_keys where id = any($1::uuid[]) and revoked_at is null)sql";

std::map<KeyId, Scopes> standing(Tx& tx, std::span<KeyId const> keys) {
  std::map<KeyId, Scopes> found;
  auto const ids = Param::array_of(keys, [](KeyId id) { return id; });
  for (auto const row : tx.exec(standing_sql, {ids})) {
    auto const scopes = parse_scopes(row[1].view());
    if (scopes) found.emplace(row[0].id<KeyId>(), *scopes);
  }
  return found;
}

constexpr std::string_view insert_tenant_sql = R"sql(
insert into tenants (name, default_region, created_at)
values ($1, nullif($2, ''), $3)
on conflict (name) do nothing)sql";

void insert_tenant_if_new(Tx& tx, std::string const& name, std::string const& region,
                          Timestamp now) {
  tx.exec(insert_tenant_sql, {name, region, now});
}

constexpr std::string_view select_tenant_sql = "select id from tenants where name = $1";

std::optional<TenantId> select_tenant(Tx& tx, std::string const& name) {
  auto const rows = tx.exec(select_tenant_sql, {name});
  if (rows.empty()) return std::nullopt;
  return TenantId{static_cast<std::int32_t>(rows[0][0].integer())};
}

constexpr std::string_view insert_key_sql = R"sql(
insert into api_keys (tenant_id, id, hash, scopes, created_at)
select id, $2, $3, $4, $5 from tenants where name = $1)sql";

void insert_key(Tx& tx, std::string const& tenant, KeyHash const& hash, Scopes scopes,
                Timestamp now) {
  tx.exec(insert_key_sql, {tenant, KeyId::make(now), Param::bytes(hash), to_string(scopes), now});
}

constexpr std::string_view select_keys_sql = R"sql(
select k.id, t.name, k.scopes, k.created_at, k.revoked_at
from api_keys k join tenants t on t.id = k.tenant_id
order by k.created_at, k.id)sql";

std::vector<KeyInfo> select_keys(Tx& tx) {
  std::vector<KeyInfo> keys;
  for (auto const row : tx.exec(select_keys_sql)) {
    keys.push_back(
        {row[0].id<KeyId>(), row[1].text(), row[2].text(), row[3].time(), row[4].optional_time()});
  }
  return keys;
}

constexpr std::string_view revoke_key_sql = R"sql(
update api_keys set revoked_at = $2 where id = $1 and revoked_at is null)sql";

bool revoke(Tx& tx, KeyId id, Timestamp now) {
  return tx.exec(revoke_key_sql, {id, now}).affected() == 1;
}

}  // namespace throughline::auth

// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include <stdexcept>

#include "platform/auth/key_text.hpp"
#include "throughline/platform/auth.hpp"

namespace throughline::auth {
namespace {

using postgres::Mode;
using postgres::Param;
using postgres::Tx;

constexpr std::string_view insert_tenant_sql = R"sql(
insert into tenants (name, default_region, created_at)
values ($1, nullif($2, ''), $3)
on conflict (name) do nothing)sql";

constexpr std::string_view insert_key_sql = R"sql(
insert into api_keys (tenant_id, id, hash, scopes, created_at)
select id, $2, $3, $4, $5 from tenants where name = $1)sql";

}  // namespace

std::string create_key(postgres::Pool& owner, std::string const& tenant, Scopes scopes,
                       std::string const& region, Timestamp now) {
  auto const text = make_key_text();
  auto const hash = Param::bytes(KeyHasher()(text).value());
  owner.transact(Mode::write, TenantId{}, [&](Tx& tx) {
    tx.exec(insert_tenant_sql, {tenant, region, now});
    tx.exec(insert_key_sql, {tenant, KeyId::make(now), hash, to_string(scopes), now});
  });
  return text;
}

namespace {

constexpr std::string_view select_all_keys_sql = R"sql(
select k.id, t.name, k.scopes, k.created_at, k.revoked_at
from api_keys k join tenants t on t.id = k.tenant_id
order by k.created_at, k.id)sql";

}  // namespace

std::vector<KeyInfo> list_keys(postgres::Pool& owner) {
  std::vector<KeyInfo> keys;
  owner.transact(Mode::read, TenantId{}, [&](Tx& tx) {
    keys.clear();
    for (auto const row : tx.exec(select_all_keys_sql)) {
      keys.push_back({row[0].id<KeyId>(), row[1].text(), row[2].text(), row[3].time(),
                      row[4].optional_time()});
    }
  });
  return keys;
}

namespace {

constexpr std::string_view revoke_key_sql = R"sql(
update api_keys set revoked_at = $2 where id = $1 and revoked_at is null)sql";

}  // namespace

bool revoke_key(postgres::Pool& owner, KeyId id, Timestamp now) {
  bool revoked = false;
  owner.transact(Mode::write, TenantId{}, [&](Tx& tx) {
    revoked = tx.exec(revoke_key_sql, {id, now}).affected() == 1;
  });
  return revoked;
}

}  // namespace throughline::auth

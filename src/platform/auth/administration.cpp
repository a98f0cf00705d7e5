// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include "platform/auth/key_text.hpp"
#include "platform/auth/store.hpp"
#include "throughline/platform/auth.hpp"

namespace throughline::auth {

using postgres::Mode;
using postgres::Tx;

std::string create_key(postgres::Pool& owner, std::string const& tenant, Scopes scopes,
                       std::string const& region, Timestamp now) {
  auto const text = make_key_text();
  auto const hash = KeyHasher()(text).value();
  owner.transact(Mode::write, TenantId{}, [&](Tx& tx) {
    insert_tenant_if_new(tx, tenant, region, now);
    insert_key(tx, tenant, hash, scopes, now);
  });
  return text;
}

std::vector<KeyInfo> list_keys(postgres::Pool& owner) {
  std::vector<KeyInfo> keys;
  owner.transact(Mode::read, TenantId{}, [&](Tx& tx) { keys = select_keys(tx); });
  return keys;
}

std::optional<TenantId> find_tenant(postgres::Pool& any, std::string const& name) {
  std::optional<TenantId> tenant;
  any.transact(Mode::read, TenantId{}, [&](Tx& tx) { tenant = select_tenant(tx, name); });
  return tenant;
}

bool revoke_key(postgres::Pool& owner, KeyId id, Timestamp now) {
  bool revoked = false;
  owner.transact(Mode::write, TenantId{}, [&](Tx& tx) { revoked = revoke(tx, id, now); });
  return revoked;
}

}  // namespace throughline::auth

// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include "support/api/api.hpp"

#include <set>
#include <stdexcept>

#include "throughline/platform/auth.hpp"

namespace throughline::support {

Api::Api(Cache cache, std::size_t instances)
    : redis_(cache == Cache::redis ? std::make_unique<RedisServer>() : nullptr) {
  for (std::size_t i = 0; i < instances; ++i) {
    ServerOptions options;
    options.database = &database_;
    if (redis_) options.redis_url = redis_->url();
    servers_.push_back(std::make_unique<Server>(std::move(options)));
  }
}

Api::Tenant Api::make_tenant() {
  Tenant tenant;
  tenant.name = Server::make_tenant_name();
  tenant.key = make_key(tenant, "all");
  database_.owner_pool().transact(postgres::Mode::read, TenantId{}, [&](postgres::Tx& tx) {
    auto const rows = tx.exec("select id from tenants where name = $1", {tenant.name});
    tenant.id.value = static_cast<std::int32_t>(rows[0][0].integer());
  });
  return tenant;
}

std::string Api::make_key(Tenant const& tenant, std::string_view scopes) {
  auto& owner = database_.owner_pool();
  std::set<KeyId> before;
  for (auto const& known : auth::list_keys(owner)) before.insert(known.id);
  auto key = servers_.front()->make_key(tenant.name, std::string(scopes));
  for (auto const& known : auth::list_keys(owner)) {
    if (!before.contains(known.id)) keys_.emplace(key, known.id);
  }
  return key;
}

void Api::revoke(std::string const& key) {
  bool const revoked = auth::revoke_key(database_.owner_pool(), keys_.at(key), test_now);
  if (!revoked) throw std::runtime_error("the key was revoked before");
}

Client Api::client(std::string const& key, std::size_t instance) const {
  return servers_.at(instance)->client_with(key);
}

void Api::set_clocks() {
  set_clocks(SystemClock().now());
}

void Api::set_clocks(Timestamp now) {
  for (auto const& server : servers_) server->clock().set(now);
}

void Api::ring(std::size_t instance) {
  servers_.at(instance)->ring();
}

}  // namespace throughline::support

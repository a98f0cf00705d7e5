// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// One or several instances of the whole server over one database, for tests that cross modules.
#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "support/client.hpp"
#include "support/database.hpp"
#include "support/redis_server.hpp"
#include "support/server.hpp"

namespace throughline::support {

class Api {
 public:
  enum class Cache { memory, redis };

  /// The instances share a Redis of their own in the redis form; the memory form is for one.
  explicit Api(Cache cache = Cache::memory, std::size_t instances = 1);

  struct Tenant {
    TenantId id;
    std::string name;
    std::string key;  // all scopes
  };
  /// A tenant that no other test knows.
  Tenant make_tenant();
  std::string make_key(Tenant const& tenant, std::string_view scopes);
  /// A key made by make_key().
  void revoke(std::string const& key);

  std::size_t size() const { return servers_.size(); }
  Client client(std::string const& key, std::size_t instance = 0) const;
  Database& database() { return database_; }
  /// Brings the instances' clocks, which stand still, to the time of day.
  void set_clocks();
  /// Brings them to this moment.
  void set_clocks(Timestamp now);
  /// Has an instance commit what has fallen due; one thread at a time for each.
  void ring(std::size_t instance);

 private:
  Database database_;
  std::unique_ptr<RedisServer> redis_;
  std::vector<std::unique_ptr<Server>> servers_;
  std::map<std::string, KeyId> keys_;
};

}  // namespace throughline::support

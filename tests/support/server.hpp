// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// A whole server in the test's own process, on the test database, on a free port.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "support/client.hpp"
#include "support/clock.hpp"
#include "support/database.hpp"
#include "throughline/platform/cache_protocol.hpp"
#include "throughline/platform/config.hpp"
#include "throughline/platform/http.hpp"

namespace throughline::app {
class Instance;
}

namespace throughline::support {

struct ServerOptions {
  /// Another server's, or one of the test's own; without it the database that all tests share.
  Database* database = nullptr;
  /// Empty: the memory form of the cache.
  std::string redis_url;
  /// Only these, for tests of the platform; without it everything the API serves.
  std::optional<std::vector<http::Route>> routes;
  /// Changes the configuration before the start, e.g. to small limits.
  std::function<void(config::Config&)> configure = [](config::Config&) {};
  /// Of the cache protocol. Looks are frequent, so that a server with Redis trusts it soon.
  cache::Timing timing{.interval = std::chrono::milliseconds(40)};
  /// Whether the constructor waits until contexts are served from the cache.
  bool wait_until_fresh = true;
};

class Server {
 public:
  explicit Server(ServerOptions options = {});
  ~Server();  // drains
  Server(Server const&) = delete;
  Server& operator=(Server const&) = delete;

  /// What every request takes for the present: test_now until it is moved.
  ManualClock& clock() { return clock_; }
  Database& database() { return *database_; }
  std::uint16_t port() const;
  std::uint16_t metrics_port() const;

  /// The name of a tenant that no other test knows; it comes to be with its first key.
  static std::string make_tenant_name();
  /// A key for a tenant, which is made if it is new. "all" or comma-separated scopes; `region` is
  /// the new tenant's default for phone numbers.
  std::string make_key(std::string const& tenant, std::string const& scopes = "all",
                       std::string const& region = {});
  /// A client with a key for everything, in a tenant of its own.
  Client client();
  /// A client with this key; empty: none.
  Client client_with(std::string const& key) const;

  /// Commits everything that has fallen due by the clock; nothing does so by itself.
  void ring();
  /// Until /readyz names nothing that is degraded. Throws std::runtime_error if that takes long.
  void wait_until_fresh();
  /// Drains and stops; afterwards nothing listens.
  void stop();

 private:
  void forget_servers_before();

  std::unique_ptr<Database> own_database_;  // unless one was given
  Database* database_;
  ManualClock clock_{test_now};
  bool const records_;
  std::unique_ptr<app::Instance> instance_;
};

}  // namespace throughline::support

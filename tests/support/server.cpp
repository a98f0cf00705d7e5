// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include "support/server.hpp"

#include <stdexcept>
#include <thread>

#include "app/instance.hpp"
#include "app/routes.hpp"
#include "throughline/platform/auth.hpp"

namespace throughline::support {

namespace {

constexpr std::chrono::seconds fresh_timeout{20};

}  // namespace

Server::Server(ServerOptions options)
    : own_database_(options.database ? nullptr : std::make_unique<Database>()),
      database_(options.database ? options.database : own_database_.get()),
      records_(!options.routes) {
  config::Config config;
  config.database_url = database_->url();
  config.redis_url = options.redis_url;
  config.listen = "127.0.0.1:0";
  config.metrics_listen = "127.0.0.1:0";
  config.io_threads = 2;
  config.workers = 4;
  config.log_path = "";
  config.rings_alarms = false;
  // On a busy machine a worker may be long in coming; tests of the queue set their own.
  config.limits.queue_timeout = std::chrono::seconds(30);
  options.configure(config);
  auto const make_routes = [&](metrics::Registry& metrics) {
    return options.routes ? std::move(*options.routes) : app::routes(metrics);
  };
  forget_servers_before();
  instance_ = std::make_unique<app::Instance>(config, clock_, make_routes, options.timing);
  instance_->start();
  if (options.wait_until_fresh) wait_until_fresh();
}

/// A server of an earlier test, gone for good, may have been trusted until the end: unless another
/// one lives, nobody need wait until that trust has lapsed.
void Server::forget_servers_before() {
  database_->service_pool().transact(postgres::Mode::write, TenantId{}, [](postgres::Tx& tx) {
    tx.exec(R"sql(
update cache_authority set run_id = '', active = false, deactivated_at = 'epoch'
where pg_try_advisory_xact_lock(hashtext('throughline cache'), 1))sql");
  });
}

void Server::wait_until_fresh() {
  auto const deadline = std::chrono::steady_clock::now() + fresh_timeout;
  auto asking = client_with({});
  asking.recorded = false;
  while (asking.get("/readyz").body.find("\"degraded\":[]") == std::string::npos) {
    if (std::chrono::steady_clock::now() > deadline) {
      throw std::runtime_error("the cache is not trusted: " + asking.get("/readyz").body);
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
}

Server::~Server() = default;

std::uint16_t Server::port() const {
  return instance_->port();
}
std::uint16_t Server::metrics_port() const {
  return instance_->metrics_port();
}
void Server::stop() {
  instance_->stop();
}
void Server::ring() {
  instance_->ring_alarms();
}

std::string Server::make_tenant_name() {
  return "tenant " + to_string(make_uuid7(SystemClock().now()));
}

std::string Server::make_key(std::string const& tenant, std::string const& scopes,
                             std::string const& region) {
  return auth::create_key(database_->owner_pool(), tenant, parse_scopes(scopes).value(), region,
                          clock_.now());
}

Client Server::client() {
  return client_with(make_key(make_tenant_name()));
}

Client Server::client_with(std::string const& key) const {
  Client client(port(), key);
  client.recorded = records_;
  return client;
}

}  // namespace throughline::support

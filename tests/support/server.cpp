// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include "support/server.hpp"

#include "app/instance.hpp"
#include "app/routes.hpp"
#include "throughline/platform/auth.hpp"

namespace throughline::support {

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
  // On a busy machine a worker may be long in coming; tests of the queue set their own.
  config.limits.queue_timeout = std::chrono::seconds(30);
  options.configure(config);
  auto const make_routes = [&](metrics::Registry& metrics) {
    return options.routes ? std::move(*options.routes) : app::routes(metrics);
  };
  instance_ = std::make_unique<app::Instance>(config, clock_, make_routes);
  instance_->start();
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

// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include "identity.hpp"

#include <CLI/CLI.hpp>
#include <functional>
#include <iostream>
#include <memory>

#include "throughline/domain/identity.hpp"
#include "throughline/platform/auth.hpp"
#include "throughline/platform/config.hpp"
#include "throughline/platform/log.hpp"
#include "throughline/platform/metrics.hpp"
#include "throughline/platform/postgres.hpp"

namespace throughline::app {

namespace {

postgres::PoolOptions options_of(config::Config const& config, std::string_view role) {
  postgres::PoolOptions options;
  options.url = config.database_url;
  options.role = role;
  options.size = 1;
  return options;
}

/// The tenant's customers, as the server sees them.
struct Tenant {
  Tenant(config::Config const& config, std::string const& name)
      : pool(options_of(config, postgres::server_role), log, metrics) {
    postgres::Pool service(options_of(config, postgres::service_role), log, metrics);
    auto const found = auth::find_tenant(service, name);
    if (!found) throw std::runtime_error("there is no tenant of this name");
    id = *found;
  }
  log::Logger log{"-", log::Level::error};
  metrics::Registry metrics;
  postgres::Pool pool;
  TenantId id;
};

void estimate(Tenant& tenant) {
  auto const estimated = identity::estimate(tenant.pool, tenant.id, SystemClock().now());
  std::cerr << "version " << estimated.version << ", from " << estimated.records
            << " records: " << estimated.pairs_found << " pairs that share a key, "
            << estimated.pairs_random << " at random\n";
  std::cout << estimated.weights_json << "\n";
}

void index(Tenant& tenant) {
  std::cout << identity::index(tenant.pool, tenant.id) << " customers have keys\n";
}

void add(CLI::App& commands, std::string const& name, std::string const& about,
         std::function<void(Tenant&)> const& run) {
  auto* command = commands.add_subcommand(name, about);
  auto const config = std::make_shared<config::Config>();
  auto const tenant = std::make_shared<std::string>();
  config::add_database_option(*command, *config);
  command->add_option("--tenant", *tenant, "whose")->required();
  command->callback([config, tenant, run] {
    Tenant chosen(*config, *tenant);
    run(chosen);
  });
}

}  // namespace

void add_identity_commands(CLI::App& program) {
  auto* identity = program.add_subcommand("identity", "Who is who.");
  identity->require_subcommand(1);
  add(*identity, "estimate",
      "Learns from a tenant's own customers, without labels, what agreement of each field is "
      "worth; scores go by it from then on.",
      estimate);
  add(*identity, "index",
      "Writes the keys by which a tenant's customers are found, for those that have none.", index);
}

}  // namespace throughline::app

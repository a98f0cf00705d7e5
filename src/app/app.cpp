// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include "throughline/app.hpp"

#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>

#include "app/serve.hpp"
#include "identity.hpp"
#include "keys.hpp"
#include "throughline/base/error.hpp"
#include "throughline/platform/config.hpp"
#include "throughline/platform/log.hpp"
#include "throughline/platform/metrics.hpp"
#include "throughline/platform/partitions.hpp"
#include "throughline/platform/postgres.hpp"

namespace throughline::app {

namespace {

std::vector<std::string> make_partitions(config::Config const& config, log::Logger& log) {
  postgres::PoolOptions options;
  options.url = config.database_url;
  options.role = postgres::service_role;
  options.size = 1;
  metrics::Registry metrics;
  postgres::Pool pool(options, log, metrics);
  std::vector<std::string> made;
  pool.transact(postgres::Mode::write, TenantId{},
                [&](postgres::Tx& tx) { made = partitions::make_ahead(tx, SystemClock().now()); });
  return made;
}

void add_migrate(CLI::App& program) {
  auto* command = program.add_subcommand(
      "migrate",
      "Applies the migrations that the database lacks and makes partitions ahead; several "
      "instances may at once.");
  auto const config = std::make_shared<config::Config>();
  config::add_database_option(*command, *config);
  command->callback([config] {
    log::Logger log("-", log::Level::warning);
    for (auto const& name : postgres::migrate(config->database_url, log)) {
      std::cout << "applied " << name << "\n";
    }
    for (auto const& name : make_partitions(*config, log)) std::cout << "made " << name << "\n";
  });
}

}  // namespace

int run(int argc, char const* const* argv) {
  CLI::App program("Throughline, the unified customer context store.");
  program.set_version_flag("--version", THROUGHLINE_VERSION);
  program.require_subcommand(1);
  // Each command has a Config of its own: CLI11 reads the environment of every command, after the
  // flags of the one that was given.
  add_serve_command(program);
  add_migrate(program);
  add_key_commands(program);
  add_identity_commands(program);
  try {
    program.parse(argc, argv);
    return 0;
  } catch (CLI::ParseError const& error) {
    return program.exit(error);
  } catch (std::exception const& error) {
    std::cerr << "throughline: " << error.what() << "\n";
    return 1;
  }
}

}  // namespace throughline::app

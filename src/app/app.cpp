// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include "throughline/app.hpp"

#include <CLI/CLI.hpp>
#include <iostream>

#include "app/serve.hpp"
#include "keys.hpp"
#include "throughline/base/error.hpp"
#include "throughline/platform/config.hpp"
#include "throughline/platform/log.hpp"
#include "throughline/platform/postgres.hpp"

namespace throughline::app {

namespace {

void add_migrate(CLI::App& program, config::Config& config) {
  auto* command = program.add_subcommand(
      "migrate", "Applies the migrations that the database lacks; several instances may at once.");
  config::add_database_option(*command, config);
  command->callback([&config] {
    log::Logger log("-", log::Level::warning);
    for (auto const& name : postgres::migrate(config.database_url, log)) {
      std::cout << "applied " << name << "\n";
    }
  });
}

}  // namespace

int run(int argc, char const* const* argv) {
  CLI::App program("Throughline, the unified customer context store.");
  program.set_version_flag("--version", THROUGHLINE_VERSION);
  program.require_subcommand(1);
  config::Config config;
  add_serve_command(program, config);
  add_migrate(program, config);
  add_key_commands(program, config);
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

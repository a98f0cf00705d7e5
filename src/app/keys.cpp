// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include "keys.hpp"

#include <CLI/CLI.hpp>
#include <cctype>
#include <iostream>
#include <memory>

#include "throughline/base/actor.hpp"
#include "throughline/platform/auth.hpp"
#include "throughline/platform/log.hpp"
#include "throughline/platform/metrics.hpp"
#include "throughline/platform/postgres.hpp"

namespace throughline::app {

namespace {

/// One connection as the owner of the database, for a command that soon ends.
struct Owner {
  explicit Owner(config::Config const& config) : pool(options(config), log, metrics) {}

  static postgres::PoolOptions options(config::Config const& config) {
    postgres::PoolOptions options;
    options.url = config.database_url;
    options.role = "";
    options.size = 1;
    return options;
  }
  log::Logger log{"-", log::Level::error};
  metrics::Registry metrics;
  postgres::Pool pool;
};

struct NewKey {
  std::string tenant;
  std::string scopes;
  std::string region;
};

void add_create(CLI::App& keys) {
  auto* command = keys.add_subcommand("create", "Makes a key and prints it, this once.");
  auto wanted = std::make_shared<NewKey>();
  auto const config = std::make_shared<config::Config>();
  config::add_database_option(*command, *config);
  command->add_option("--tenant", wanted->tenant, "whose; made if the name is new")->required();
  command->add_option("--scopes", wanted->scopes, "comma-separated, e.g. context:read, or all")
      ->check([](std::string const& words) -> std::string {
        return parse_scopes(words) ? "" : "names a scope that does not exist";
      })
      ->required();
  command
      ->add_option("--region", wanted->region,
                   "for a new tenant: how phone numbers in national format are read, e.g. GB")
      ->check([](std::string const& text) -> std::string {
        bool const fits = text.size() == 2 && std::isupper(text[0]) && std::isupper(text[1]);
        return fits ? "" : "must be two capital letters (ISO 3166-1)";
      });
  command->callback([config, wanted] {
    Owner owner(*config);
    std::cout << auth::create_key(owner.pool, wanted->tenant, *parse_scopes(wanted->scopes),
                                  wanted->region, SystemClock().now())
              << "\n";
  });
}

void add_list(CLI::App& keys) {
  auto* command = keys.add_subcommand("list", "Lists every key: id, tenant, scopes, since, until.");
  auto const config = std::make_shared<config::Config>();
  config::add_database_option(*command, *config);
  command->callback([config] {
    Owner owner(*config);
    for (auto const& key : auth::list_keys(owner.pool)) {
      std::cout << key.id.str() << '\t' << key.tenant << '\t' << key.scopes << '\t'
                << format_rfc3339(key.created_at) << '\t'
                << (key.revoked_at ? "revoked " + format_rfc3339(*key.revoked_at) : "valid")
                << '\n';
    }
  });
}

void add_revoke(CLI::App& keys) {
  auto* command =
      keys.add_subcommand("revoke", "Ends a key; every instance refuses it within a second.");
  auto id = std::make_shared<std::string>();
  auto const config = std::make_shared<config::Config>();
  config::add_database_option(*command, *config);
  command->add_option("id", *id, "as `key list` shows it")->required();
  command->callback([config, id] {
    auto const key = KeyId::parse(*id);
    if (!key) throw CLI::ValidationError("id", "must be a UUID");
    Owner owner(*config);
    if (!auth::revoke_key(owner.pool, *key, SystemClock().now())) {
      throw std::runtime_error("no valid key has this id");
    }
  });
}

}  // namespace

void add_key_commands(CLI::App& program) {
  auto* keys = program.add_subcommand("key", "Makes, lists and revokes API keys.");
  keys->require_subcommand(1);
  add_create(*keys);
  add_list(*keys);
  add_revoke(*keys);
}

}  // namespace throughline::app

// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include "support/migrating.hpp"

#include <array>
#include <stdexcept>
#include <string>

#include "platform/postgres/connection.hpp"
#include "platform/postgres/migrations.hpp"

namespace throughline::support {

void migrate_before(Database& database, std::string_view name) {
  postgres::Connection connection({.url = database.url(), .role = {}});
  connection.run(
      "create table schema_migrations (name text primary key, checksum text not null, "
      "oldest_binary text not null, applied_at timestamptz not null)");
  for (auto const& migration : postgres::built_in_migrations()) {
    if (migration.name == name) return;
    connection.run(std::string(migration.text));
    std::array<postgres::Param, 3> const params{migration.name, migration.checksum, test_now};
    connection.exec("insert into schema_migrations values ($1, $2, '0.1.0', $3)", params);
  }
  throw std::invalid_argument("there is no migration " + std::string(name));
}

}  // namespace throughline::support

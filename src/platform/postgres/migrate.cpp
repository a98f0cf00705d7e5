// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <map>
#include <stdexcept>

#include "platform/postgres/connection.hpp"
#include "platform/postgres/migrations.hpp"
#include "throughline/base/error.hpp"
#include "throughline/platform/log.hpp"

namespace throughline::postgres {
namespace {

constexpr std::string_view this_binary = THROUGHLINE_VERSION;
constexpr std::chrono::minutes others_migrate_max{10};  // how long another instance is waited for

using Version = std::array<int, 3>;

Version parse_version(std::string_view text) {
  Version version{};
  auto const* at = text.data();
  auto const* const end = at + text.size();
  for (std::size_t i = 0; i < version.size(); ++i) {
    if (i > 0 && (at == end || *at++ != '.')) throw std::runtime_error("no version: X.Y.Z");
    auto const [next, error] = std::from_chars(at, end, version[i]);
    if (error != std::errc()) throw std::runtime_error("no version: X.Y.Z");
    at = next;
  }
  if (at != end) throw std::runtime_error("no version: X.Y.Z");
  return version;
}

std::string oldest_binary(Migration const& migration) {
  constexpr std::string_view head = "-- oldest-binary: ";
  auto const line = migration.text.substr(0, migration.text.find('\n'));
  if (!line.starts_with(head))
    throw std::runtime_error(std::string(migration.name) +
                             ": its first line is not '-- oldest-binary: X.Y.Z'");
  return std::string(line.substr(head.size()));
}

struct Applied {
  std::string checksum;
  std::string oldest_binary;
};
using AppliedByName = std::map<std::string, Applied, std::less<>>;

constexpr std::string_view select_applied_sql =
    "select name, checksum, oldest_binary from schema_migrations";

AppliedByName read_applied(Rows const& rows) {
  AppliedByName applied;
  for (auto const row : rows) applied[row[0].text()] = {row[1].text(), row[2].text()};
  return applied;
}

/// What keeps this binary off the schema; empty if nothing does.
std::string incompatibility(AppliedByName const& applied) {
  for (auto const& [name, found] : applied) {
    if (parse_version(found.oldest_binary) > parse_version(this_binary))
      return "migration " + name + " needs binary " + found.oldest_binary + " or newer, this is " +
             std::string(this_binary);
  }
  for (auto const& migration : built_in_migrations()) {
    auto const found = applied.find(migration.name);
    if (found != applied.end() && found->second.checksum != migration.checksum)
      return "migration " + found->first + " was applied with another checksum";
  }
  return {};
}

constexpr auto create_schema_migrations_sql = R"sql(
create table if not exists schema_migrations (
  name text primary key,
  checksum text not null,
  oldest_binary text not null,
  applied_at timestamptz not null
))sql";

constexpr std::string_view insert_applied_sql = R"sql(
insert into schema_migrations (name, checksum, oldest_binary, applied_at)
values ($1, $2, $3, $4))sql";

void apply(Connection& connection, Migration const& migration) {
  auto const oldest = oldest_binary(migration);
  try {
    connection.run("begin");
    connection.run(std::string(migration.text));
    Timestamp const now =
        std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now());
    std::array<Param, 4> const params{migration.name, migration.checksum, oldest, now};
    connection.exec(insert_applied_sql, params);
    connection.commit();
  } catch (std::exception const& failure) {
    throw std::runtime_error("migration " + std::string(migration.name) + ": " + failure.what());
  }
}

std::vector<std::string> apply_missing(Connection& connection, log::Logger& log) {
  connection.run(create_schema_migrations_sql);
  auto const applied = read_applied(connection.exec(select_applied_sql, {}));
  if (auto const reason = incompatibility(applied); !reason.empty())
    throw std::runtime_error(reason);
  std::vector<std::string> names;
  for (auto const& migration : built_in_migrations()) {
    if (applied.contains(migration.name)) continue;
    apply(connection, migration);
    log.info("migration_applied", {{"migration", migration.name}});
    names.emplace_back(migration.name);
  }
  return names;
}

}  // namespace

// The lock belongs to the session and goes with it, however this ends.
std::vector<std::string> migrate(std::string const& url, log::Logger& log) {
  using std::chrono::milliseconds;
  ConnectionOptions options{.url = url, .role = {}, .application_name = "throughline migrate"};
  options.statement_timeout = milliseconds(0);
  options.idle_in_transaction_timeout = milliseconds(0);
  options.lock_timeout = others_migrate_max;
  Connection connection(options);
  connection.run("select pg_advisory_lock(hashtext('throughline migrate'))");
  return apply_missing(connection, log);
}

std::string schema_problem(Pool& pool) {
  AppliedByName applied;
  try {
    pool.transact(Mode::read, TenantId{},
                  [&](Tx& tx) { applied = read_applied(tx.exec(select_applied_sql)); });
  } catch (std::exception const& failure) {
    return failure.what();
  }
  if (auto const reason = incompatibility(applied); !reason.empty()) return reason;
  for (auto const& migration : built_in_migrations()) {
    if (!applied.contains(migration.name))
      return "migration " + std::string(migration.name) + " has not been applied";
  }
  return {};
}

}  // namespace throughline::postgres

// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <catch2/catch.hpp>
#include <mutex>
#include <thread>

#include "platform/postgres/migrations.hpp"
#include "support/database.hpp"

namespace throughline::postgres {
namespace {

using support::Database;
using Names = std::vector<std::string>;

Names built_in_names() {
  Names names;
  for (auto const& migration : built_in_migrations()) names.emplace_back(migration.name);
  return names;
}

void as_owner(Database& database, char const* sql) {
  database.owner_pool().transact(Mode::write, TenantId{}, [&](Tx& tx) { tx.exec(sql); });
}

std::string refusal(Database& database) {
  try {
    migrate(database.url(), database.log());
  } catch (std::runtime_error const& error) {
    return error.what();
  }
  return "nothing";
}

bool contains(std::string const& text, char const* part) {
  return text.find(part) != std::string::npos;
}

TEST_CASE("migrations are numbered without gaps and say whom they admit", "[migrate]") {
  int number = 0;
  for (auto const& migration : built_in_migrations()) {
    INFO(migration.name);
    CHECK(std::stoi(std::string(migration.name.substr(0, 4))) == ++number);
    CHECK(migration.text.starts_with("-- oldest-binary: "));
    CHECK(migration.checksum.size() == 64);
  }
  CHECK(number > 0);
}

TEST_CASE("an empty database gets every migration once", "[migrate]") {
  Database database(Database::Kind::empty);
  CHECK_FALSE(schema_problem(database.owner_pool()).empty());
  CHECK(migrate(database.url(), database.log()) == built_in_names());
  CHECK(schema_problem(database.pool()).empty());
  CHECK(schema_problem(database.service_pool()).empty());
  CHECK(migrate(database.url(), database.log()).empty());
}

TEST_CASE("several instances migrate at once", "[migrate]") {
  Database database(Database::Kind::empty);
  std::mutex mutex;
  Names applied;
  std::vector<std::thread> threads;
  for (int i = 0; i < 6; ++i) {
    threads.emplace_back([&] {
      auto const names = migrate(database.url(), database.log());
      std::lock_guard const lock(mutex);
      applied.insert(applied.end(), names.begin(), names.end());
    });
  }
  for (auto& thread : threads) thread.join();
  CHECK(applied == built_in_names());
}

TEST_CASE("several databases of one cluster migrate at once", "[migrate]") {
  Database one(Database::Kind::empty);
  Database two(Database::Kind::empty);
  std::string refusal_of_two;
  std::thread other([&] { refusal_of_two = refusal(two); });
  CHECK(refusal(one) == "nothing");
  other.join();
  CHECK(refusal_of_two == "nothing");
  CHECK(schema_problem(one.pool()).empty());
  CHECK(schema_problem(two.pool()).empty());
}

TEST_CASE("a migration that was changed after it was applied is refused", "[migrate]") {
  Database database(Database::Kind::fresh);
  as_owner(database, "update schema_migrations set checksum = 'other' where name like '0002%'");
  CHECK(contains(refusal(database), "0002_idempotency was applied with another checksum"));
  CHECK(contains(schema_problem(database.pool()), "0002_idempotency"));
}

TEST_CASE("a schema that outgrew this binary refuses it, one that admits it doesn't", "[migrate]") {
  Database database(Database::Kind::fresh);
  auto const add = [&](char const* sql) { as_owner(database, sql); };
  add("insert into schema_migrations values ('9998_admitting', 'x', '0.1.0', '2026-11-21')");
  CHECK(refusal(database) == "nothing");
  CHECK(schema_problem(database.pool()).empty());
  add("insert into schema_migrations values ('9999_newer', 'x', '0.10.0', '2026-11-21')");
  CHECK(contains(refusal(database), "9999_newer needs binary 0.10.0"));
  CHECK(contains(schema_problem(database.pool()), "9999_newer needs binary 0.10.0"));
}

TEST_CASE("what a binary brings and the database lacks is applied, or named", "[migrate]") {
  Database database(Database::Kind::fresh);
  as_owner(database, "delete from schema_migrations where name = '0003_external_ids'");
  CHECK(contains(schema_problem(database.pool()), "0003_external_ids has not been applied"));
  as_owner(database, "drop table external_ids");
  CHECK(migrate(database.url(), database.log()) == Names{"0003_external_ids"});
  CHECK(schema_problem(database.pool()).empty());
}

TEST_CASE("a migration that fails is named and leaves nothing behind", "[migrate]") {
  Database database(Database::Kind::empty);
  as_owner(database, "create table external_ids (id int)");
  CHECK(contains(refusal(database), "migration 0003_external_ids"));
  CHECK(contains(schema_problem(database.pool()), "0003_external_ids has not been applied"));
  as_owner(database, "drop table external_ids");
  auto names = built_in_names();
  names.erase(names.begin(), names.begin() + 2);
  CHECK(migrate(database.url(), database.log()) == names);
}

TEST_CASE("a database that is away has a schema problem, not a failure", "[migrate]") {
  Database database(Database::Kind::fresh);
  database.forbid_connections();
  CHECK_FALSE(schema_problem(database.pool()).empty());
  CHECK(refusal(database) != "nothing");
  database.allow_connections();
  CHECK(refusal(database) == "nothing");
}

}  // namespace
}  // namespace throughline::postgres

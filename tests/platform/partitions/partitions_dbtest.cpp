// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// What becomes of tables that have rows already, what is made ahead, what is detached.
#include <algorithm>
#include <catch2/catch.hpp>
#include <set>
#include <thread>

#include "platform/postgres/connection.hpp"
#include "support/database.hpp"
#include "support/migrating.hpp"
#include "throughline/platform/partitions.hpp"

namespace throughline::partitions {
namespace {

using postgres::Mode;
using postgres::Tx;
using support::Database;
using support::test_now;
using Texts = std::multiset<std::string>;

constexpr std::chrono::days width{30};

Texts texts(postgres::Pool& pool, TenantId tenant, char const* sql) {
  Texts found;
  pool.transact(Mode::read, tenant, [&](Tx& tx) {
    for (auto const row : tx.exec(sql)) found.insert(row[0].text());
  });
  return found;
}

std::vector<std::string> make(Database& database, Timestamp now) {
  std::vector<std::string> made;
  database.service_pool().transact(Mode::write, TenantId{},
                                   [&](Tx& tx) { made = make_ahead(tx, now); });
  return made;
}

void add_entry(Database& database, TenantId tenant, Timestamp arrived) {
  database.pool().transact(Mode::write, tenant, [&](Tx& tx) {
    tx.exec(
        "insert into timeline (tenant_id, part_id, at, id, kind, fact, resource_id) "
        "values ($1, $2, $3, $2, 'note', 'added', $2)",
        {tenant, CustomerId::make(arrived), test_now});
  });
}

/// SQLSTATE and text of a refusal; empty if there was none.
std::string refusal(std::function<void()> const& body) {
  try {
    body();
  } catch (postgres::StatementFailed const& failure) {
    return failure.sqlstate + " " + failure.what();
  }
  return {};
}

std::string detach(Database& database, std::string const& partition, Timestamp now) {
  return refusal([&] {
    database.owner_pool().transact(Mode::write, TenantId{}, [&](Tx& tx) {
      tx.exec("select throughline_detach_partition($1::text::regclass, $2)", {partition, now});
    });
  });
}

constexpr char const* detached_sql =
    "select c.relname from pg_class c where c.relkind = 'r' and not relispartition "
    "and c.relname ~ '^(timeline|messages|events|changes)_'";

constexpr char const* fill_sql = R"sql(
  with made as (select $2::uuid as id, $3::timestamptz as at),
  entry as (insert into timeline (tenant_id, part_id, at, id, kind, fact, resource_id)
            select $1, id, at, id, 'message', 'added', id from made),
  message as (insert into messages (tenant_id, id, interaction_id, seq, role, text, at, key_id)
              select $1, id, id, 1, 'customer', 'kept', at, id from made),
  event as (insert into events (tenant_id, id, part_id, type, at, attributes, key_id)
            select $1, id, id, 'page_viewed', at, '{}', id from made)
  insert into changes (tenant_id, position, id, type, at, root_id, part_id, version, resource_id,
                       fields, key_id)
  select $1, nextval('changes_position'), id, 'message.added', at, id, id, 1, id, '{}', id
    from made)sql";

constexpr char const* rows_sql =
    "select tableoid::regclass::text from timeline union all "
    "select tableoid::regclass::text from messages union all "
    "select tableoid::regclass::text from events union all "
    "select tableoid::regclass::text from changes";

TEST_CASE("tables that have rows keep them, their indexes and their wall", "[partitions]") {
  constexpr char const* indexes_sql =
      "select indexname from pg_indexes where tablename in "
      "('timeline', 'messages', 'events', 'changes')";
  Database database(Database::Kind::empty);
  support::migrate_before(database, "0015_partitions");
  auto const tenant = database.make_tenant();
  auto const fill = [&](Timestamp now) {
    database.pool().transact(Mode::write, tenant, [&](Tx& tx) {
      tx.exec(fill_sql, {tenant, CustomerId::make(now), now});
    });
  };
  for (int i = 0; i < 3; ++i) fill(test_now + i * width);
  auto const indexes = texts(database.owner_pool(), TenantId{}, indexes_sql);

  postgres::migrate(database.url(), database.log());
  CHECK(postgres::schema_problem(database.pool()).empty());
  // Later migrations may have added some.
  auto const after = texts(database.owner_pool(), TenantId{}, indexes_sql);
  CHECK(std::includes(after.begin(), after.end(), indexes.begin(), indexes.end()));
  Texts expected;
  for (auto const* table : {"timeline_first", "messages_first", "events_first", "changes_first"}) {
    for (int i = 0; i < 3; ++i) expected.insert(table);
  }
  CHECK(texts(database.pool(), tenant, rows_sql) == expected);
  CHECK(texts(database.pool(), database.make_tenant(), rows_sql).empty());

  make(database, test_now + 4 * width);
  fill(test_now + 4 * width);
  CHECK(texts(database.pool(), tenant, rows_sql).size() == 16);
  CHECK(texts(database.pool(), tenant, rows_sql).count("timeline_first") == 3);
}

TEST_CASE("two partitions are made ahead, once, whoever asks", "[partitions]") {
  Database database(Database::Kind::fresh);
  auto const later = std::max(test_now, SystemClock().now()) + 400 * width;
  std::mutex mutex;
  Texts made;
  std::vector<std::thread> threads;
  for (int i = 0; i < 6; ++i) {
    threads.emplace_back([&] {
      auto const names = make(database, later);
      std::lock_guard const lock(mutex);
      made.insert(names.begin(), names.end());
    });
  }
  for (auto& thread : threads) thread.join();
  // One that spans the time nobody asked for, the present one, two to come; the feed stood still.
  CHECK(made.size() == 3 * 4);
  CHECK(std::set(made.begin(), made.end()).size() == made.size());
  CHECK(make(database, later).empty());
  CHECK(make(database, later + width).size() == 3);

  auto const tenant = database.make_tenant();
  for (auto const& at : {Timestamp{}, test_now, later - 100 * width, later, later + 2 * width}) {
    CHECK(refusal([&] { add_entry(database, tenant, at); }).empty());
  }
}

TEST_CASE("the feed's partitions follow its positions", "[partitions]") {
  Database database(Database::Kind::fresh);
  database.owner_pool().transact(Mode::write, TenantId{}, [](Tx& tx) {
    tx.exec("select setval('changes_position', 5 * 16777216::bigint)");
  });
  CHECK(make(database, test_now) == std::vector<std::string>{"changes_50331648", "changes_83886080",
                                                             "changes_100663296",
                                                             "changes_117440512"});
}

TEST_CASE("a record that fits no partition is refused by a clear error", "[partitions]") {
  Database database(Database::Kind::fresh);
  auto const tenant = database.make_tenant();
  auto const far = std::max(test_now, SystemClock().now()) + 100 * width;
  auto const refused = refusal([&] { add_entry(database, tenant, far); });
  CHECK(refused.starts_with("23514"));
  make(database, far);
  CHECK(refusal([&] { add_entry(database, tenant, far); }).empty());
}

TEST_CASE("making partitions waits for no writer and stops none", "[partitions]") {
  Database database(Database::Kind::fresh);
  auto const tenant = database.make_tenant();
  auto const later = std::max(test_now, SystemClock().now()) + 10 * width;
  database.pool().transact(Mode::write, tenant, [&](Tx& tx) {
    tx.exec(
        "insert into timeline (tenant_id, part_id, at, id, kind, fact, resource_id) "
        "values ($1, $2, $3, $2, 'note', 'added', $2)",
        {tenant, CustomerId::make(test_now), test_now});
    CHECK(make(database, later).size() > 0);
    add_entry(database, tenant, later);
  });
  CHECK(texts(database.pool(), tenant, "select id::text from timeline").size() == 2);
}

TEST_CASE("only the oldest partition that nobody writes any more is detached", "[partitions]") {
  Database database(Database::Kind::fresh);
  auto const tenant = database.make_tenant();
  auto const now = std::max(test_now, SystemClock().now());
  make(database, now);
  add_entry(database, tenant, Timestamp{});
  add_entry(database, tenant, now);

  auto const has = [](std::string const& text, char const* words) {
    return text.find(words) != std::string::npos;
  };
  CHECK(has(detach(database, "tenants", now), "P0001"));
  CHECK(has(detach(database, "timeline_20261103", now), "P0001"));
  CHECK(has(detach(database, "timeline_first", Timestamp{}), "P0001"));
  CHECK(has(detach(database, "changes_first", now), "P0001"));
  CHECK(texts(database.owner_pool(), TenantId{}, detached_sql).empty());

  CHECK(detach(database, "timeline_first", now).empty());
  CHECK(texts(database.owner_pool(), TenantId{}, detached_sql) == Texts{"timeline_first"});
  CHECK(texts(database.pool(), tenant, "select id::text from timeline").size() == 1);
  CHECK(texts(database.owner_pool(), TenantId{}, "select id::text from timeline_first").size() ==
        1);
  CHECK(refusal([&] { add_entry(database, tenant, Timestamp{}); }).starts_with("23514"));
  for (auto* pool : {&database.pool(), &database.service_pool()}) {
    CHECK(refusal([&] {
            texts(*pool, tenant, "select id::text from timeline_first");
          }).starts_with("42501"));
  }
}

TEST_CASE("who serves requests can make and detach nothing", "[partitions]") {
  Database database;
  auto const tenant = database.make_tenant();
  for (auto const* sql : {"select throughline_make_partitions('2026-11-21')",
                          "select throughline_detach_partition('timeline_first', '2026-11-21')",
                          "update partitioned set width = 1", "select from partition_bounds",
                          "select from timeline_first"}) {
    INFO(sql);
    CHECK(refusal([&] {
            database.pool().transact(Mode::write, tenant, [&](Tx& tx) { tx.exec(sql); });
          }).starts_with("42501"));
  }
}

}  // namespace
}  // namespace throughline::partitions

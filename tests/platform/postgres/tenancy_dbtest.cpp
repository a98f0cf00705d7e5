// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// The second wall: what keeps tenants apart when a query forgets to. Tables are read from the
// catalogue, so one added later is covered, or fails here.
#include <catch2/catch.hpp>
#include <map>
#include <set>
#include <thread>

#include "platform/postgres/connection.hpp"
#include "support/database.hpp"
#include "throughline/platform/external_ids.hpp"

namespace throughline::postgres {
namespace {

using support::Database;
using Texts = std::set<std::string>;

Texts texts_of(Pool& pool, char const* sql) {
  Texts result;
  pool.transact(Mode::read, TenantId{}, [&](Tx& tx) {
    result.clear();
    for (auto const row : tx.exec(sql)) result.insert(row[0].text());
  });
  return result;
}

/// Two tenants, each with one foreign id "1".
struct World {
  Database database;
  TenantId mine = database.make_tenant();
  TenantId other = database.make_tenant();

  World() {
    for (auto const tenant : {mine, other}) {
      in(tenant, [&](Tx& tx) { tx.exec(insert_sql(), {tenant}); });
    }
  }
  static char const* insert_sql() {
    return "insert into external_ids values ($1, 'case', 'crm', '1', gen_random_uuid())";
  }
  void in(TenantId tenant, std::function<void(Tx&)> const& body) {
    database.pool().transact(Mode::write, tenant, body);
  }
  std::string refused(TenantId tenant, std::function<void(Tx&)> const& body) {
    try {
      in(tenant, body);
    } catch (StatementFailed const& failure) {
      return failure.sqlstate;
    }
    return "accepted";
  }
};

TEST_CASE("every table with a tenant has its wall", "[postgres][tenancy]") {
  Database database;
  CHECK(texts_of(database.owner_pool(), R"sql(
select c.relname from pg_class c
join pg_attribute a on a.attrelid = c.oid and a.attname = 'tenant_id' and not a.attisdropped
where c.relkind in ('r', 'p') and c.relnamespace = 'public'::regnamespace
  and not (c.relrowsecurity and c.relforcerowsecurity))sql") == Texts{});
  CHECK(texts_of(database.owner_pool(), R"sql(
select c.relname from pg_class c
where c.relkind in ('r', 'p', 'm', 'f') and c.relnamespace = 'public'::regnamespace
  and not exists (select from pg_attribute a where a.attrelid = c.oid and a.attname = 'tenant_id')
)sql") ==
        Texts{"cache_authority", "cache_instances", "tenants", "schema_migrations", "partitioned"});
}

TEST_CASE("the server is let in by one form of policy only", "[postgres][tenancy]") {
  Database database;
  auto const forms = texts_of(database.owner_pool(), R"sql(
select distinct coalesce(qual, '') || ' / ' || coalesce(with_check, '') || ' / ' || permissive
  || ' / ' || cmd
from pg_policies
where tablename not in ('tenants', 'cache_authority')
  and (roles @> '{throughline_server}' or roles @> '{public}'))sql");
  CHECK(forms ==
        Texts{"(tenant_id = ( SELECT (current_setting('throughline.tenant'::text))::integer "
              "AS current_setting)) /  / PERMISSIVE / ALL"});
  CHECK(texts_of(database.owner_pool(), R"sql(
select tablename || ' ' || policyname from pg_policies
where cardinality(roles) <> 1 or roles = '{public}')sql") == Texts{});
}

TEST_CASE("every table the server may use has a policy for it", "[postgres][tenancy]") {
  Database database;
  CHECK(texts_of(database.owner_pool(), R"sql(
select c.relname from pg_class c
where c.relkind in ('r', 'p') and c.relnamespace = 'public'::regnamespace
  and has_any_column_privilege('throughline_server', c.oid, 'select, insert, update')
  and c.relname not in ('schema_migrations', 'partitioned')
  and not exists (select from pg_policies p
                  where p.tablename = c.relname and p.roles = '{throughline_server}'))sql") ==
        Texts{});
}

TEST_CASE("no query reaches another tenant's rows", "[postgres][tenancy]") {
  World world;
  world.in(world.mine, [&](Tx& tx) {
    CHECK(tx.exec("select count(*) from external_ids")[0][0].integer() == 1);
    CHECK(tx.exec("select from external_ids where tenant_id = $1", {world.other}).empty());
    CHECK(tx.exec("select from external_ids where tenant_id <> $1 or true", {world.mine}).size() ==
          1);
    CHECK(tx.exec("select from tenants where id = $1", {world.other}).empty());
    CHECK(tx.exec("select count(*) from tenants")[0][0].integer() == 1);
    CHECK(tx.exec("select from tenants t full join external_ids e on true").size() == 1);
    CHECK(tx.exec("select from external_ids e where exists "
                  "(select from external_ids o where o.tenant_id <> e.tenant_id)")
              .empty());
    CHECK(tx.exec("update idempotency set status = 1").affected() == 0);
  });
  CHECK(world.refused(world.mine, [&](Tx& tx) { tx.exec(World::insert_sql(), {world.other}); }) ==
        "42501");
  // A collision would tell that the row is there; it is refused before that is looked at.
  CHECK(world.refused(world.mine, [&](Tx& tx) {
    tx.exec("insert into external_ids values ($1, 'case', 'crm', 'new', gen_random_uuid())",
            {world.other});
  }) == "42501");
}

TEST_CASE("without a tenant every query fails", "[postgres][tenancy]") {
  World world;
  for (auto const* sql :
       {"select set_config('throughline.tenant', '', true)", "reset throughline.tenant"}) {
    CHECK(world.refused(world.mine, [&](Tx& tx) {
      tx.exec(sql);
      tx.exec("select from external_ids");
    }) == "22P02");
  }
  ConnectionOptions options{.url = world.database.url(), .role = std::string(server_role)};
  Connection connection(options);
  CHECK_THROWS_AS(connection.run("select from external_ids"), StatementFailed);
  connection.run("begin; set local throughline.tenant = 1; commit");
  CHECK_THROWS_AS(connection.run("select from external_ids"), StatementFailed);
}

TEST_CASE("the tenant ends with its transaction", "[postgres][tenancy]") {
  World world;
  PoolOptions options;
  options.url = world.database.url();
  options.size = 1;
  Pool pool(options, world.database.log(), world.database.metrics());
  for (auto const tenant : {world.mine, world.other, world.mine}) {
    pool.transact(Mode::read, tenant, [&](Tx& tx) {
      CHECK(tx.tenant() == tenant);
      auto const rows = tx.exec("select tenant_id from external_ids");
      REQUIRE(rows.size() == 1);
      CHECK(rows[0][0].integer() == tenant.value);
    });
  }
}

TEST_CASE("no RESET leads out of the limited role", "[postgres][tenancy]") {
  Database database;
  for (auto const role : {server_role, service_role}) {
    ConnectionOptions options{.url = database.url(), .role = std::string(role)};
    Connection connection(options);
    for (auto const* sql : {"reset role", "reset all", "discard all", "reset session authorization",
                            "set session authorization default", "begin; reset role; commit",
                            "begin; set local role none; rollback"}) {
      connection.run(sql);
      CHECK(connection.run("select current_user")[0][0].view() == role);
    }
    // With a login that holds all roles, as in development, only an explicit SET ROLE is left.
    CHECK_THROWS_AS(connection.run("set session authorization postgres"), StatementFailed);
  }
}

TEST_CASE("a new connection works under the limited role from its first statement",
          "[postgres][tenancy]") {
  World world;
  auto const look = [&] {
    std::pair<int, std::string> seen;
    world.in(world.mine, [&](Tx& tx) {
      auto const row = tx.exec("select pg_backend_pid(), current_user")[0];
      seen = {static_cast<int>(row[0].integer()), row[1].text()};
    });
    return seen;
  };
  auto const [backend, user] = look();
  CHECK(user == server_role);
  world.database.owner_pool().transact(Mode::read, world.mine, [&](Tx& tx) {
    tx.exec("select pg_terminate_backend($1, 5000)", {backend});
  });
  auto const [next_backend, next_user] = look();
  CHECK(next_backend != backend);
  CHECK(next_user == server_role);
}

TEST_CASE("the limited roles own nothing and can't become more", "[postgres][tenancy]") {
  Database database;
  auto& owner = database.owner_pool();
  CHECK(texts_of(owner, R"sql(
select rolname from pg_roles
where rolname in ('throughline_server', 'throughline_service')
  and (rolsuper or rolbypassrls or rolcreaterole or rolcreatedb or rolreplication))sql") ==
        Texts{});
  CHECK(texts_of(owner, R"sql(
select roleid::regrole::text from pg_auth_members
where member in ('throughline_server'::regrole, 'throughline_service'::regrole))sql") == Texts{});
  CHECK(texts_of(owner, R"sql(
select relname from pg_class
where relowner in ('throughline_server'::regrole, 'throughline_service'::regrole))sql") == Texts{});
  CHECK(texts_of(owner, R"sql(
select role from unnest('{throughline_server,throughline_service}'::text[]) role
where has_schema_privilege(role, 'public', 'create')
   or has_database_privilege(role, current_database(), 'create')
   or has_function_privilege(role, 'throughline_tenant_table(regclass, text, text)', 'execute')
)sql") == Texts{});
}

TEST_CASE("the limited roles have no right beyond those their work asks for",
          "[postgres][tenancy]") {
  Database database;
  auto& owner = database.owner_pool();
  CHECK(texts_of(owner, R"sql(
select c.relname || ' ' || role || ' ' || kind
from pg_class c, unnest('{throughline_server,throughline_service}'::text[]) role,
  unnest('{truncate,references,trigger}'::text[]) kind
where c.relkind in ('r', 'p') and c.relnamespace = 'public'::regnamespace
  and has_table_privilege(role, c.oid, kind))sql") == Texts{});
  // Partitions are reached through their parent, whose policies would not hold for them.
  CHECK(texts_of(owner, R"sql(
select relname from pg_class
where relispartition and relkind = 'r'
  and has_any_column_privilege('throughline_server', oid, 'select, insert, update'))sql") ==
        Texts{});
  CHECK(texts_of(owner, R"sql(
select c.relname from pg_class c
where c.relname in ('api_keys', 'cache_authority', 'cache_instances', 'schema_migrations')
  and (has_any_column_privilege('throughline_server', c.oid, 'insert, update')
    or has_table_privilege('throughline_server', c.oid, 'delete')
    or (c.relname = 'api_keys'
      and has_any_column_privilege('throughline_server', c.oid, 'select'))))sql") == Texts{});
  CHECK(texts_of(owner, R"sql(
select a.attname || ' ' || kind
from pg_attribute a, unnest('{insert,update}'::text[]) kind
where a.attrelid = 'tenants'::regclass and a.attnum > 0
  and has_column_privilege('throughline_server', a.attrelid, a.attnum, kind)
order by 1)sql") == Texts{"default_region update", "settings_version update"});
  CHECK(texts_of(owner, R"sql(
select c.relname || ' ' || kind
from pg_class c, unnest('{select,insert,update,delete}'::text[]) kind
where c.relkind in ('r', 'p', 'v') and c.relnamespace = 'public'::regnamespace
  and case kind when 'delete' then has_table_privilege('throughline_service', c.oid, kind)
      else has_any_column_privilege('throughline_service', c.oid, kind) end)sql") ==
        Texts{"alarms select", "api_keys select", "cache_authority select",
              "cache_authority update", "cache_instances delete", "cache_instances insert",
              "cache_instances select", "cache_instances update", "commits delete",
              "commits select", "idempotency delete", "idempotency select", "live_tickets delete",
              "live_tickets select", "schema_migrations select", "tenants select"});
}

TEST_CASE("the wall leaves index scans and is read once a statement", "[postgres][tenancy]") {
  World world;
  world.in(world.mine, [&](Tx& tx) {
    tx.exec("set local enable_seqscan = off");
    std::string plan;
    for (auto const row : tx.exec("explain select record_id from external_ids "
                                  "where kind = 'case' and system = 'crm' and external_id = '1'"))
      plan += row[0].text() + "\n";
    CHECK(plan.find("Index Cond: ((tenant_id = $0) AND (kind = 'case'::text) AND "
                    "(system = 'crm'::text) AND (external_id = '1'::text))") != std::string::npos);
    CHECK(plan.find("InitPlan 1") != std::string::npos);
  });
}

}  // namespace
}  // namespace throughline::postgres

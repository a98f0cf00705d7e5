// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include "domain/parts/store.hpp"

namespace throughline::parts {
namespace store {
namespace {

postgres::Param ids_of(std::span<CustomerId const> parts) {
  return postgres::Param::array_of(parts, [](CustomerId part) { return part; });
}

}  // namespace

constexpr std::string_view find_root_sql = R"sql(
  select root_id from parts where tenant_id = $1 and id = $2)sql";

std::optional<CustomerId> find_root(postgres::Tx& tx, CustomerId part) {
  auto const rows = tx.exec(find_root_sql, {tx.tenant(), part});
  return rows.empty() ? std::nullopt : std::optional(rows[0][0].id<CustomerId>());
}

// The roots themselves are not in the index of parts by root.
constexpr std::string_view members_sql = R"sql(
  select id
    from (select id, created_at from parts where tenant_id = $1 and id = $2
          union all
          select id, created_at from parts
           where tenant_id = $1 and root_id = $2 and root_id <> id) member
   order by created_at, id)sql";

std::vector<CustomerId> members(postgres::Tx& tx, CustomerId root) {
  std::vector<CustomerId> found;
  for (auto const row : tx.exec(members_sql, {tx.tenant(), root})) {
    found.push_back(row[0].id<CustomerId>());
  }
  return found;
}

// Arrays, not joins: their plan neither hashes nor marks the rows that are only looked at.
constexpr std::string_view lock_roots_sql = R"sql(
  select id, version, created_at, root_id = id
    from parts
   where tenant_id = $1
     and id = any(array(select root_id from parts where tenant_id = $1 and )sql";
constexpr std::string_view of_these_sql = "id = any($2::uuid[])";
constexpr std::string_view of_none_sql = "$2::uuid[] is not null and ";
constexpr std::string_view and_these_sql = " union all select unnest($2::uuid[])";
constexpr std::string_view in_order_sql = R"sql())
   order by id
     for update)sql";

postgres::Answer ask_lock_of(postgres::Tx& tx, std::string_view parts_sql,
                             std::vector<postgres::Param> params,
                             std::span<CustomerId const> also) {
  std::string sql(lock_roots_sql);
  if (parts_sql.empty()) {
    sql += of_these_sql;
  } else {
    if (also.empty()) sql += of_none_sql;
    sql.append("id = any(array(").append(parts_sql);
    if (!also.empty()) sql += and_these_sql;
    sql += "))";
  }
  sql += in_order_sql;
  params.insert(params.begin(), {postgres::Param(tx.tenant()), ids_of(also)});
  return tx.ask_lock(postgres::LockRank::customers, sql, std::move(params));
}

std::vector<LockedRow> read_locked(postgres::Rows const& rows) {
  std::vector<LockedRow> locked;
  for (auto const row : rows) {
    locked.push_back(
        {{row[0].id<CustomerId>(), row[1].integer(), row[2].time()}, row[3].boolean()});
  }
  return locked;
}

constexpr std::string_view find_roots_sql = R"sql(
  select id, root_id from parts where tenant_id = $1 and id = any($2::uuid[]))sql";

postgres::Answer ask_roots(postgres::Tx& tx, std::span<CustomerId const> parts) {
  return tx.ask(find_roots_sql, {tx.tenant(), ids_of(parts)});
}

std::map<CustomerId, CustomerId> read_roots(postgres::Rows const& rows) {
  std::map<CustomerId, CustomerId> roots;
  for (auto const row : rows) roots.emplace(row[0].id<CustomerId>(), row[1].id<CustomerId>());
  return roots;
}

constexpr std::string_view and_their_roots_sql = R"sql(
  select record.id, root.id, root.version
    from record
    join parts part on part.tenant_id = $1 and part.id = record.part_id
    join parts root on root.tenant_id = $1 and root.id = part.root_id)sql";

std::vector<Found> roots_of(postgres::Tx& tx, std::string_view parts_sql,
                            std::span<Uuid const> records) {
  std::string sql("with record(id, part_id) as (");
  sql.append(parts_sql).append(")").append(and_their_roots_sql);
  auto const ids = postgres::Param::array_of(records, [](Uuid id) { return id; });
  std::vector<Found> found;
  for (auto const row : tx.exec(sql, {tx.tenant(), ids})) {
    found.push_back({row[0].id<CustomerId>().value, row[1].id<CustomerId>(), row[2].integer()});
  }
  return found;
}

constexpr std::string_view insert_sql = R"sql(
  insert into parts (tenant_id, id, root_id, version, changed_at, created_at, provisional)
  values ($1, $2, $2, 0, $3, $3, $4))sql";

void insert(postgres::Tx& tx, CustomerId part, Timestamp created_at, bool provisional) {
  tx.write(insert_sql, {tx.tenant(), part, created_at, provisional});
}

constexpr std::string_view count_sql = R"sql(
  select count(*) + 2
    from parts
   where tenant_id = $1 and root_id in ($2, $3) and root_id <> id)sql";

std::size_t count(postgres::Tx& tx, CustomerId root, CustomerId other) {
  return static_cast<std::size_t>(tx.exec(count_sql, {tx.tenant(), root, other})[0][0].integer());
}

constexpr std::string_view point_sql = R"sql(
  update parts
     set root_id = $2,
         version = case when id in ($2, $3) then $4 else version end,
         changed_at = $5
   where tenant_id = $1 and (id in ($2, $3) or (root_id = $3 and root_id <> id)))sql";

void point(postgres::Tx& tx, CustomerId survivor, CustomerId loser, std::int64_t version,
           Timestamp changed_at) {
  tx.write(point_sql, {tx.tenant(), survivor, loser, version, changed_at});
}

constexpr std::string_view split_sql = R"sql(
  with asked as (
    select * from unnest($2::uuid[], $3::uuid[]) asked(id, root_id)
  ), highest as (
    select max(version) + 1 as version
      from parts
     where tenant_id = $1 and id in (select id from asked where id = root_id)
  ), pointed as (
    update parts
       set root_id = asked.root_id,
           version = case when parts.id = asked.root_id then highest.version
                          else parts.version end,
           changed_at = $4
      from asked, highest
     where parts.tenant_id = $1 and parts.id = asked.id
    returning parts.id, parts.root_id, parts.version, parts.created_at
  )
  select id, version, created_at from pointed where root_id = id)sql";

std::vector<Root> split(postgres::Tx& tx, std::map<CustomerId, CustomerId> const& root_of,
                        Timestamp changed_at) {
  auto const parts = postgres::Param::array_of(root_of, [](auto const& one) { return one.first; });
  auto const roots = postgres::Param::array_of(root_of, [](auto const& one) { return one.second; });
  std::vector<Root> after;
  for (auto const row : tx.exec(split_sql, {tx.tenant(), parts, roots, changed_at})) {
    after.push_back({row[0].id<CustomerId>(), row[1].integer(), row[2].time()});
  }
  return after;
}

}  // namespace store

constexpr std::string_view raise_sql = R"sql(
  update parts
     set version = raised.version, changed_at = $4
    from unnest($2::uuid[], $3::bigint[]) as raised(root_id, version)
   where parts.tenant_id = $1 and parts.id = raised.root_id)sql";

std::string raising(std::string_view rest) {
  return "with raised as (" + std::string(raise_sql) + ")" + std::string(rest);
}

}  // namespace throughline::parts

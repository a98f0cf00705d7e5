// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include "domain/customers/store.hpp"

#include <string_view>

#include "domain/customers/wire.hpp"

namespace throughline::customers::store {
namespace {

constexpr std::string_view insert_sql = R"sql(
insert into customers (tenant_id, id, version, profile, sensitivities, field_times,
                       created_at, updated_at)
values ($1, $2, 1, '{}', '[]', '{}', $3, $3)
)sql";

}  // namespace

void insert(postgres::Tx& tx, Actor const& actor, CustomerId part) {
  tx.write(insert_sql, {tx.tenant(), part, actor.now});
}

namespace {

constexpr std::string_view find_sql = R"sql(
select p.root_id, c.version, c.display_name, c.tier, c.language, c.profile, c.sensitivities,
       c.created_at, c.updated_at
from parts p cross join lateral customer_view(p.tenant_id, p.root_id) c
where p.tenant_id = $1 and p.id = $2
)sql";

}  // namespace

std::optional<Customer> find(postgres::Tx& tx, CustomerId id) {
  auto const rows = tx.exec(find_sql, {tx.tenant(), id});
  if (rows.empty()) return std::nullopt;
  auto const row = rows[0];
  Customer customer;
  customer.id = row[0].id<CustomerId>();
  if (customer.id != id) customer.merged_from = id;
  customer.version = row[1].integer();
  customer.display_name = row[2].text_or_empty();
  customer.tier = row[3].text_or_empty();
  customer.language = row[4].text_or_empty();
  customer.profile = row[5].text();
  customer.sensitivities = parse_sensitivities(row[6].view());
  customer.created_at = row[7].time();
  customer.updated_at = row[8].time();
  return customer;
}

namespace {

constexpr std::string_view display_names_sql = R"sql(
select asked.root, c.display_name
from unnest($2::uuid[]) asked(root) cross join lateral customer_view($1::int, asked.root) c
where c.display_name is not null
)sql";

}  // namespace

std::map<CustomerId, std::string> display_names(postgres::Tx& tx,
                                                std::span<CustomerId const> roots) {
  std::map<CustomerId, std::string> names;
  if (roots.empty()) return names;
  auto const ids = postgres::Param::array_of(roots, [](CustomerId id) { return id; });
  for (auto const row : tx.exec(display_names_sql, {tx.tenant(), ids})) {
    names.emplace(row[0].id<CustomerId>(), row[1].text());
  }
  return names;
}

namespace {

constexpr std::string_view set_sql = R"sql(
update customers set
  display_name = coalesce($3, display_name),
  tier = coalesce($4, tier),
  language = coalesce($5, language),
  profile = profile || $6::jsonb,
  sensitivities = coalesce($7::jsonb, sensitivities),
  field_times = field_times ||
    (select jsonb_object_agg(field, $9::text) from unnest($8::text[]) field),
  updated_at = ($9::text)::timestamptz
where tenant_id = $1 and id = $2
)sql";

constexpr std::string_view clear_sql = R"sql(
update customers set
  display_name = case when 'display_name' = any($3::text[]) then null else display_name end,
  tier = case when 'tier' = any($3::text[]) then null else tier end,
  language = case when 'language' = any($3::text[]) then null else language end,
  profile = profile - $4::text[],
  sensitivities = case when 'sensitivities' = any($3::text[]) then '[]' else sensitivities end,
  field_times = field_times - $3::text[],
  updated_at = $5
where tenant_id = $1
  and id in (select p.id from parts p
             where p.tenant_id = $1 and (p.id = $2 or p.root_id = $2 and p.root_id <> p.id))
)sql";

postgres::Param texts(std::vector<std::string> const& items) {
  return postgres::Param::array_of(items, [](std::string const& item) { return item; });
}

}  // namespace

void write(postgres::Tx& tx, CustomerId root, CustomerId part, Difference const& difference,
           Timestamp at) {
  if (!difference.set.empty()) {
    tx.write(set_sql,
             {tx.tenant(), part, difference.display_name, difference.tier, difference.language,
              difference.profile, difference.sensitivities, texts(difference.set), at});
  }
  if (!difference.cleared.empty()) {
    tx.write(clear_sql,
             {tx.tenant(), root, texts(difference.cleared), texts(difference.cleared_members), at});
  }
  raise_version(tx, root);
}

namespace {

constexpr std::string_view raise_version_sql = R"sql(
update customers set version = version + 1 where tenant_id = $1 and id = $2
)sql";

}  // namespace

void raise_version(postgres::Tx& tx, CustomerId root) {
  tx.write(raise_version_sql, {tx.tenant(), root});
}

namespace {

constexpr std::string_view join_versions_sql = R"sql(
update customers set version = (
  select max(joined.version) + 1 from customers joined
  where joined.tenant_id = $1 and joined.id in ($2, $3))
where tenant_id = $1 and id = $2
)sql";

}  // namespace

void join_versions(postgres::Tx& tx, CustomerId survivor, CustomerId other) {
  tx.write(join_versions_sql, {tx.tenant(), survivor, other});
}

namespace {

constexpr std::string_view split_versions_sql = R"sql(
update customers set version = (
  select max(split.version) + 1 from customers split
  where split.tenant_id = $1 and split.id = any($2::uuid[]))
where tenant_id = $1 and id = any($2::uuid[])
)sql";

}  // namespace

void split_versions(postgres::Tx& tx, std::span<CustomerId const> roots) {
  tx.write(split_versions_sql,
           {tx.tenant(), postgres::Param::array_of(roots, [](CustomerId id) { return id; })});
}

}  // namespace throughline::customers::store

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

// A part that was not named keeps what it loses, to have it back when it leaves.
constexpr std::string_view clear_sql = R"sql(
update customers c set
  display_name = case when 'display_name' = any($3::text[]) then null else display_name end,
  tier = case when 'tier' = any($3::text[]) then null else tier end,
  language = case when 'language' = any($3::text[]) then null else language end,
  profile = profile - $4::text[],
  sensitivities = case when 'sensitivities' = any($3::text[]) then '[]' else sensitivities end,
  field_times = field_times - $3::text[],
  cleared = case when c.id = $6 then cleared - $3::text[] else cleared || coalesce((
    select jsonb_object_agg(lost.key, jsonb_build_object(
             'value', lost.value, 'at', c.field_times->lost.key, 'by', $6::uuid))
    from (select key, case key
            when 'display_name' then to_jsonb(c.display_name)
            when 'tier' then to_jsonb(c.tier)
            when 'language' then to_jsonb(c.language)
            when 'sensitivities' then nullif(c.sensitivities, '[]')
            else c.profile->substr(key, length('profile/') + 1) end as value
          from unnest($3::text[]) key) lost
    where lost.value is not null), '{}') end,
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
    tx.write(clear_sql, {tx.tenant(), root, texts(difference.cleared),
                         texts(difference.cleared_members), at, part});
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

// Once for all, so that no version of one of them comes back.
constexpr std::string_view split_versions_sql = R"sql(
update customers set version = (
  select max(split.version) + 1 from customers split
  where split.tenant_id = $1 and split.id = any($2::uuid[]))
where tenant_id = $1 and id = any($2::uuid[])
)sql";

// What was set meanwhile stays.
constexpr std::string_view give_back_sql = R"sql(
with member as (
  select part_id, group_id from unnest($2::uuid[], $3::uuid[]) member(part_id, group_id)
), back as (
  select own.part_id, jsonb_object_agg(lost.key, lost.value->'value') as fields,
         coalesce(jsonb_object_agg(substr(lost.key, length('profile/') + 1), lost.value->'value')
                    filter (where lost.key like 'profile/%'), '{}') as members,
         coalesce(jsonb_object_agg(lost.key, lost.value->'at')
                    filter (where lost.value->>'at' is not null), '{}') as times,
         array_agg(lost.key) as keys
  from member own
  join customers c on c.tenant_id = $1 and c.id = own.part_id and c.cleared <> '{}'
  cross join lateral jsonb_each(c.cleared) lost
  join member other
    on other.part_id = (lost.value->>'by')::uuid and other.group_id <> own.group_id
  group by own.part_id
)
update customers c set
  display_name = coalesce(c.display_name, back.fields->>'display_name'),
  tier = coalesce(c.tier, back.fields->>'tier'),
  language = coalesce(c.language, back.fields->>'language'),
  profile = back.members || c.profile,
  sensitivities = case when c.sensitivities = '[]'
                    then coalesce(back.fields->'sensitivities', '[]') else c.sensitivities end,
  field_times = back.times || c.field_times,
  cleared = c.cleared - back.keys
from back
where c.tenant_id = $1 and c.id = back.part_id
)sql";

}  // namespace

void split(postgres::Tx& tx, std::span<std::vector<CustomerId> const> groups) {
  std::vector<CustomerId> roots, parts, roots_of_parts;
  for (auto const& group : groups) {
    roots.push_back(group.front());
    parts.insert(parts.end(), group.begin(), group.end());
    roots_of_parts.insert(roots_of_parts.end(), group.size(), group.front());
  }
  auto const list = [](auto const& ids) {
    return postgres::Param::array_of(ids, [](CustomerId id) { return id; });
  };
  tx.write(split_versions_sql, {tx.tenant(), list(roots)});
  tx.write(give_back_sql, {tx.tenant(), list(parts), list(roots_of_parts)});
}

}  // namespace throughline::customers::store

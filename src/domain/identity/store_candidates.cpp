// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include "domain/identity/store_candidates.hpp"

#include <string_view>

namespace throughline::identity::store {

using postgres::Param;

namespace {

constexpr std::string_view append_keys_sql = R"sql(
insert into identity_keys (tenant_id, key, part_id)
select $1, sent.key, sent.part_id
from unnest($2::bigint[], $3::uuid[]) sent(key, part_id)
order by sent.key, sent.part_id
on conflict do nothing
)sql";

}  // namespace

void append_keys(postgres::Tx& tx, std::span<KeyRow const> rows) {
  if (rows.empty()) return;
  tx.append(append_keys_sql,
            {tx.tenant(), Param::array_of(rows, [](KeyRow const& row) { return row.key; }),
             Param::array_of(rows, [](KeyRow const& row) { return row.part; })});
}

namespace {

constexpr std::string_view lock_keys_sql = R"sql(
select pg_advisory_xact_lock(hashint8extended(sorted.key, $1::int))
from (select key from unnest($2::bigint[]) key order by key) sorted
)sql";

}  // namespace

void lock_keys(postgres::Tx& tx, std::span<likeness::Key const> keys) {
  if (keys.empty()) return;
  tx.ask_lock(postgres::LockRank::external_ids, lock_keys_sql,
              {tx.tenant(), Param::array_of(keys, [](likeness::Key key) { return key; })});
}

namespace {

constexpr std::string_view count_customers_sql = R"sql(
insert into identity_populations (tenant_id, customers) values ($1, $2)
on conflict (tenant_id) do update
set customers = identity_populations.customers + excluded.customers
)sql";

}  // namespace

void count_customers(postgres::Tx& tx, std::int64_t more) {
  if (more != 0) tx.append(count_customers_sql, {tx.tenant(), more});
}

namespace {

constexpr std::string_view set_population_sql = R"sql(
insert into identity_populations (tenant_id, customers) values ($1, $2)
on conflict (tenant_id) do update set customers = excluded.customers
)sql";

}  // namespace

void set_population(postgres::Tx& tx, std::int64_t customers) {
  tx.write(set_population_sql, {tx.tenant(), customers});
}

namespace {

// Every key gives one row too many where it is to be skipped, and no more however many have it.
constexpr std::string_view hits_sql = R"sql(
with hits as (
  select asked.key, known.part_id, count(*) over (partition by asked.key) as size
  from unnest($2::bigint[]) asked(key)
  cross join lateral (
    select k.part_id from identity_keys k
    where k.tenant_id = $1 and k.key = asked.key
    limit $3::bigint + 1) known
), best as (
  select p.root_id, count(*) as keys
  from hits
  join parts p on p.tenant_id = $1 and p.id = hits.part_id
  where hits.size <= $3
  group by p.root_id
  order by keys desc, p.root_id
  limit $4
)
select best.root_id, (select count(distinct key) from hits where size > $3)
from (select) one left join best on true
order by best.keys desc, best.root_id
)sql";

}  // namespace

postgres::Answer ask_hits(postgres::Tx& tx, std::span<likeness::Key const> keys) {
  return tx.ask(hits_sql,
                {tx.tenant(), Param::array_of(keys, [](likeness::Key key) { return key; }),
                 parts_per_key_max, compared_max});
}

Hits read_hits(postgres::Answer const& answer) {
  Hits hits;
  for (auto const row : answer.rows()) {
    hits.skipped = static_cast<std::size_t>(row[1].integer());
    if (!row[0].is_null()) hits.roots.push_back(row[0].id<CustomerId>());
  }
  return hits;
}

namespace {

constexpr std::string_view basis_sql = R"sql(
select (select customers from identity_populations where tenant_id = $1),
       (select weights from identity_weights where tenant_id = $1 order by version desc limit 1)
)sql";

}  // namespace

postgres::Answer ask_basis(postgres::Tx& tx) {
  return tx.ask(basis_sql, {tx.tenant()});
}

Basis read_basis(postgres::Answer const& answer) {
  auto const row = answer.rows()[0];
  auto weights = row[1].is_null() ? std::nullopt : likeness::read_weights(row[1].view());
  return {row[0].is_null() ? 0.0 : static_cast<double>(row[0].integer()),
          weights ? *weights : likeness::default_weights()};
}

namespace {

constexpr std::string_view lock_weights_sql =
    "select pg_advisory_xact_lock(hashtext('identity_weights'), $1)";

constexpr std::string_view last_version_sql =
    "select coalesce(max(version), 0) from identity_weights where tenant_id = $1";

constexpr std::string_view insert_weights_sql = R"sql(
insert into identity_weights (tenant_id, version, weights, pairs_found, pairs_random, estimated_at)
values ($1, $2, $3, $4, $5, $6)
)sql";

}  // namespace

std::int64_t insert_weights(postgres::Tx& tx, likeness::Weights weights, Estimated const& estimated,
                            Timestamp now) {
  tx.lock(postgres::LockRank::rest, lock_weights_sql, {tx.tenant()});
  weights.version = tx.exec(last_version_sql, {tx.tenant()})[0][0].integer() + 1;
  tx.write(insert_weights_sql, {tx.tenant(), weights.version, likeness::to_json(weights),
                                estimated.pairs_found, estimated.pairs_random, now});
  return weights.version;
}

namespace {

constexpr std::string_view roots_below_sql = R"sql(
select id from parts
where tenant_id = $1 and id < coalesce($2, 'ffffffff-ffff-ffff-ffff-ffffffffffff'::uuid)
  and root_id = id
order by id desc
limit $3
)sql";

}  // namespace

std::vector<CustomerId> roots_below(postgres::Tx& tx, std::optional<CustomerId> below,
                                    std::size_t limit) {
  std::vector<CustomerId> roots;
  for (auto const row : tx.exec(roots_below_sql, {tx.tenant(), below, limit})) {
    roots.push_back(row[0].id<CustomerId>());
  }
  return roots;
}

namespace {

constexpr std::string_view members_sql = R"sql(
select members.root_id, c.id, c.profile, c.display_name
from unnest($2::uuid[]) asked(root)
cross join lateral (
  select asked.root as root_id, asked.root as id
  union all
  select p.root_id, p.id from parts p
  where p.tenant_id = $1 and p.root_id = asked.root and p.root_id <> p.id) members
join customers c on c.tenant_id = $1 and c.id = members.id
order by members.root_id, c.id
)sql";

constexpr std::string_view carried_sql = R"sql(
select said.part_id, said.type, said.value, i.alias, i.shared is not null, said.at, said.held
from unnest($2::uuid[]) asked(root)
cross join lateral (
  select asked.root as id
  union all
  select p.id from parts p
  where p.tenant_id = $1 and p.root_id = asked.root and p.root_id <> p.id) members
cross join lateral (
  select o.part_id, o.type, o.value, o.confirmed_last_at as at, true as held
  from identifier_owners o
  where o.tenant_id = $1 and o.part_id = members.id and o.valid_to is null
  union all
  select s.part_id, s.type, s.value, s.at, false
  from identifier_sightings s
  where s.tenant_id = $1 and s.part_id = members.id) said
join identifiers i on i.tenant_id = $1 and i.type = said.type and i.value = said.value
)sql";

}  // namespace

namespace {

Member read_member(postgres::Rows::Row const& row) {
  return {row[0].id<CustomerId>(), row[1].id<CustomerId>(), row[2].text(), row[3].text_or_empty()};
}

/// A phone that is only text is not in E.164 form.
bool is_exact(std::string_view type, std::string_view value) {
  return type != "phone" || value.starts_with('+');
}

}  // namespace

Members members_of(postgres::Tx& tx, std::span<CustomerId const> roots) {
  Members found;
  if (roots.empty()) return found;
  auto const ids = Param::array_of(roots, [](CustomerId id) { return id; });
  auto const members = tx.ask(members_sql, {tx.tenant(), ids});
  auto const carried = tx.ask(carried_sql, {tx.tenant(), ids});
  for (auto const row : members.rows()) {
    found.members.push_back(read_member(row));
  }
  for (auto const row : carried.rows()) {
    found.carried.push_back({row[0].id<CustomerId>(),
                             {row[1].text(), row[2].text(), row[3].text_or_empty(),
                              is_exact(row[1].view(), row[2].view()), row[4].boolean()},
                             row[5].time(),
                             row[6].boolean()});
  }
  return found;
}

namespace {

constexpr std::string_view member_sql = R"sql(
select p.root_id, c.id, c.profile, c.display_name
from customers c join parts p on p.tenant_id = c.tenant_id and p.id = c.id
where c.tenant_id = $1 and c.id = $2
)sql";

}  // namespace

std::optional<Member> member(postgres::Tx& tx, CustomerId part) {
  auto const rows = tx.exec(member_sql, {tx.tenant(), part});
  return rows.empty() ? std::nullopt : std::optional(read_member(rows[0]));
}

}  // namespace throughline::identity::store

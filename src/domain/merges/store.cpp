// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include "domain/merges/store.hpp"

#include <algorithm>
#include <string_view>

namespace throughline::merges::store {
namespace {

using postgres::Param;

Param ids(std::span<CustomerId const> items) {
  return Param::array_of(items, [](CustomerId id) { return id; });
}

Param filled(std::string const& text) {
  return text.empty() ? Param(nullptr) : Param(text);
}

Param column(std::optional<Agent> const& agent) {
  return agent ? Param(to_json(*agent)) : Param(nullptr);
}

constexpr std::string_view count_identifiers_sql = R"sql(
select count(distinct (i.type, i.value))
from unnest($2::uuid[]) asked(root)
cross join lateral customer_identifiers($1::int, asked.root) i
)sql";

}  // namespace

std::size_t count_identifiers(postgres::Tx& tx, std::span<CustomerId const> roots) {
  auto const rows = tx.exec(count_identifiers_sql, {tx.tenant(), ids(roots)});
  return static_cast<std::size_t>(rows[0][0].integer());
}

namespace {

constexpr std::string_view profiles_of_sql = R"sql(
select profile from customers where tenant_id = $1 and id = any($2::uuid[])
)sql";

}  // namespace

std::vector<std::string> profiles_of(postgres::Tx& tx, std::span<CustomerId const> parts) {
  std::vector<std::string> profiles;
  for (auto const row : tx.exec(profiles_of_sql, {tx.tenant(), ids(parts)})) {
    profiles.push_back(row[0].text());
  }
  return profiles;
}

namespace {

constexpr std::string_view work_of_sql = R"sql(
select
  (select count(*) from unnest($2::uuid[]) part(id)
   join cases c on c.tenant_id = $1 and c.part_id = part.id and c.status in ('open', 'pending')),
  (select count(*) from unnest($2::uuid[]) part(id)
   join interactions i on i.tenant_id = $1 and i.part_id = part.id and i.status = 'live')
)sql";

}  // namespace

Work work_of(postgres::Tx& tx, std::span<CustomerId const> parts) {
  auto const row = tx.exec(work_of_sql, {tx.tenant(), ids(parts)})[0];
  return {row[0].integer(), row[1].integer()};
}

namespace {

constexpr std::string_view insert_merge_sql = R"sql(
insert into merges (tenant_id, id, survivor_id, loser_id, moved_parts, one_id, other_id, rule,
                    evidence, score, weights_version, reason, agent, interaction_id, key_id, at)
values ($1, $2, $3, $4, $5::uuid[], $6, $7, $8, $9::jsonb, $10, $11, $12, $13::jsonb, $14, $15, $16)
)sql";

}  // namespace

void insert(postgres::Tx& tx, Actor const& actor, NewMerge const& merge) {
  Link const& link = *merge.link;
  tx.write(insert_merge_sql,
           {tx.tenant(), merge.merged.id, merge.merged.survivor, merge.merged.loser,
            ids(merge.moved_parts), link.one, link.other, link.rule, link.evidence_json, link.score,
            link.weights_version, filled(link.reason), column(link.agent), link.interaction,
            actor.key, actor.now});
}

namespace {

// The function is its owner's, as are the matches.
constexpr std::string_view settle_matches_sql = R"sql(
select id from matches_joined($1::int, $2, $3::uuid[], $4, $5) raised(id)
)sql";

}  // namespace

std::vector<MatchId> settle_matches(postgres::Tx& tx, Actor const& actor, CustomerId survivor,
                                    std::span<CustomerId const> found) {
  std::vector<MatchId> raised;
  for (auto const row :
       tx.exec(settle_matches_sql, {tx.tenant(), survivor, ids(found), actor.now, actor.key})) {
    raised.push_back(row[0].id<MatchId>());
  }
  return raised;
}

namespace {

// From the parts of the ones to the far ends of what hangs on them, and whether those are others'.
constexpr std::string_view partings_sql = R"sql(
select p.id, near.id, p.far_id, p.source, p.reason, p.agent, p.undo_id, p.merge_id, p.at
from (
  select id from parts where tenant_id = $1 and id = any($2::uuid[])
  union all
  select id from parts where tenant_id = $1 and root_id = any($2::uuid[]) and root_id <> id
) near
cross join lateral (
  select *, other_id as far_id from partings
  where tenant_id = $1 and one_id = near.id and lifted_at is null
  union all
  select *, one_id from partings
  where tenant_id = $1 and other_id = near.id and lifted_at is null
) p
join parts far on far.tenant_id = $1 and far.id = p.far_id
where far.root_id = any($3::uuid[])
order by p.at desc, p.id desc
)sql";

}  // namespace

std::vector<Parting> partings(postgres::Tx& tx, std::span<CustomerId const> roots,
                              std::span<CustomerId const> others) {
  std::vector<Parting> found;
  if (roots.empty() || others.empty()) return found;
  for (auto const row : tx.exec(partings_sql, {tx.tenant(), ids(roots), ids(others)})) {
    Parting& parting = found.emplace_back();
    parting.id = row[0].id<PartingId>();
    parting.one = row[1].id<CustomerId>();
    parting.other = row[2].id<CustomerId>();
    parting.source = row[3].text();
    parting.reason = row[4].text_or_empty();
    if (!row[5].is_null()) parting.agent = parse_agent(row[5].view());
    parting.undo = row[6].optional_id<UndoId>();
    parting.merge = row[7].optional_id<MergeId>();
    parting.at = row[8].time();
  }
  return found;
}

namespace {

constexpr std::string_view insert_parting_sql = R"sql(
insert into partings (tenant_id, id, one_id, other_id, source, undo_id, merge_id, reason, agent,
                      key_id, at)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9::jsonb, $10, $11)
on conflict (tenant_id, one_id, other_id) where lifted_at is null do nothing
)sql";

}  // namespace

void insert(postgres::Tx& tx, Actor const& actor, Parting const& parting) {
  auto const [smaller, greater] = std::minmax(parting.one, parting.other);
  tx.write(insert_parting_sql,
           {tx.tenant(), parting.id, smaller, greater, parting.source, parting.undo, parting.merge,
            filled(parting.reason), column(parting.agent), actor.key, parting.at});
}

namespace {

constexpr std::string_view lift_sql = R"sql(
with members as (
  select id from parts where tenant_id = $1 and (id = $2 or root_id = $2 and root_id <> id)
)
update partings set lifted_at = $4, lifted_by = $3
where tenant_id = $1 and lifted_at is null
  and one_id in (select id from members) and other_id in (select id from members)
)sql";

}  // namespace

void lift(postgres::Tx& tx, Actor const& actor, CustomerId root, MergeId by) {
  tx.write(lift_sql, {tx.tenant(), root, by, actor.now});
}

}  // namespace throughline::merges::store

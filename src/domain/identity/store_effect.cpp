// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include "domain/identity/store_effect.hpp"

#include <map>
#include <string_view>

namespace throughline::identity::store {
namespace {

constexpr std::string_view rule_links_sql = R"sql(
with links as (
  select id, one_id, other_id from (
    select * from merges where tenant_id = $1 order by id desc limit $2) newest
  where undone_at is null and rule = 'resolve'
), ends as (
  select id, true as is_one, one_id as part_id from links
  union all
  select id, false, other_id from links
)
select e.id, e.is_one, o.type, o.value
from ends e join identifier_owners o
  on o.tenant_id = $1 and o.part_id = e.part_id and o.valid_to is null
union
select e.id, e.is_one, s.type, s.value
from ends e join identifier_sightings s on s.tenant_id = $1 and s.part_id = e.part_id
)sql";

}  // namespace

std::vector<RuleLink> rule_links(postgres::Tx& tx, std::size_t most) {
  std::map<MergeId, RuleLink> links;
  for (auto const row : tx.exec(rule_links_sql, {tx.tenant(), most})) {
    auto& link = links[row[0].id<MergeId>()];
    (row[1].boolean() ? link.one : link.other).push_back({row[2].text(), row[3].text()});
  }
  std::vector<RuleLink> found;
  for (auto& [id, link] : links) found.push_back(std::move(link));
  return found;
}

namespace {

constexpr std::string_view doubts_sql = R"sql(
with seen as (
  select s.part_id, s.type, s.value
  from (select * from identifier_sightings where tenant_id = $1
        order by part_id desc limit $2) s
  join parts p on p.tenant_id = $1 and p.id = s.part_id and p.root_id = p.id and p.provisional
  join identifiers i
    on i.tenant_id = $1 and i.type = s.type and i.value = s.value and i.shared is null
)
select s.part_id, s.type, s.value, owner.root_id, owner.confirmed_at
from seen s
cross join lateral (
  select (array_agg(p.root_id))[1] as root_id, max(o.confirmed_last_at) as confirmed_at
  from identifier_owners o join parts p on p.tenant_id = $1 and p.id = o.part_id
  where o.tenant_id = $1 and o.type = s.type and o.value = s.value and o.valid_to is null
  having count(distinct p.root_id) = 1
) owner
)sql";

}  // namespace

std::vector<Doubt> doubts(postgres::Tx& tx, std::size_t most) {
  std::map<CustomerId, Doubt> doubts;
  for (auto const row : tx.exec(doubts_sql, {tx.tenant(), most})) {
    doubts[row[0].id<CustomerId>()].leads.push_back(
        {{row[1].text(), row[2].text()}, row[3].id<CustomerId>(), row[4].time()});
  }
  std::vector<Doubt> found;
  for (auto& [part, doubt] : doubts) found.push_back(std::move(doubt));
  return found;
}

namespace {

constexpr std::string_view are_more_sql = R"sql(
select exists (select from merges where tenant_id = $1 order by id offset $2)
  or exists (select from identifier_sightings where tenant_id = $1
             order by part_id offset $3)
)sql";

}  // namespace

bool are_more(postgres::Tx& tx, std::size_t merges, std::size_t sightings) {
  return tx.exec(are_more_sql, {tx.tenant(), merges, sightings})[0][0].boolean();
}

}  // namespace throughline::identity::store

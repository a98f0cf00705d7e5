// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include <map>
#include <utility>

#include "throughline/platform/external_ids.hpp"

namespace throughline::external_ids {
namespace {

using postgres::LockRank;
using postgres::Param;
using postgres::Retry;
using postgres::Rows;
using postgres::Tx;

using Name = std::pair<std::string, std::string>;  // system, id
using Records = std::map<Name, Uuid>;

Records read_records(Rows const& rows) {
  Records records;
  for (auto const row : rows)
    records[{row[0].text(), row[1].text()}] = row[2].id<Id<struct RecordTag>>().value;
  return records;
}

// An INSERT meets its own rows as it meets others': of two equal claims the first one stays.
constexpr std::string_view insert_claims_sql = R"sql(
insert into external_ids (tenant_id, kind, system, external_id, record_id)
select $1, $2, system, external_id, record_id
from unnest($3::text[], $4::text[], $5::uuid[]) with ordinality
  as claims (system, external_id, record_id, place)
order by system, external_id, place
on conflict do nothing
returning system, external_id, record_id)sql";

constexpr std::string_view select_owners_sql = R"sql(
select e.system, e.external_id, e.record_id
from unnest($3::text[], $4::text[]) as claims (system, external_id)
join external_ids e on e.tenant_id = $1 and e.kind = $2
  and e.system = claims.system and e.external_id = claims.external_id)sql";

}  // namespace

std::vector<std::optional<Uuid>> claim(Tx& tx, Actor const& actor, std::string_view kind,
                                       std::span<Claim const> claims) {
  if (claims.empty()) return {};
  auto const systems = Param::array_of(claims, [](auto const& c) { return c.external.system; });
  auto const ids = Param::array_of(claims, [](auto const& c) { return c.external.id; });
  auto const records = Param::array_of(claims, [](auto const& c) { return c.record; });
  auto const ours = read_records(tx.lock(LockRank::external_ids, insert_claims_sql,
                                         {actor.tenant, kind, systems, ids, records}));
  auto owners = ours;
  if (ours.size() < claims.size())
    owners = read_records(tx.exec(select_owners_sql, {actor.tenant, kind, systems, ids}));
  std::vector<std::optional<Uuid>> result;
  for (auto const& claim : claims) {
    auto const owner = owners.find({claim.external.system, claim.external.id});
    if (owner == owners.end()) throw Retry{};  // its record was erased in between
    result.push_back(owner->second == claim.record ? std::nullopt : std::optional(owner->second));
  }
  return result;
}

constexpr std::string_view delete_claims_sql = R"sql(
delete from external_ids e
using unnest($3::text[], $4::text[], $5::uuid[]) as claims (system, external_id, record_id)
where e.tenant_id = $1 and e.kind = $2 and e.system = claims.system
  and e.external_id = claims.external_id and e.record_id = claims.record_id)sql";

void release(Tx& tx, Actor const& actor, std::string_view kind, std::span<Claim const> claims) {
  if (claims.empty()) return;
  tx.write(
      delete_claims_sql,
      {actor.tenant, kind, Param::array_of(claims, [](auto const& c) { return c.external.system; }),
       Param::array_of(claims, [](auto const& c) { return c.external.id; }),
       Param::array_of(claims, [](auto const& c) { return c.record; })});
}

}  // namespace throughline::external_ids

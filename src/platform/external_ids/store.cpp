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

Param systems(std::span<Claim const> claims) {
  return Param::array_of(claims, [](auto const& c) { return c.external.system; });
}

Param ids(std::span<Claim const> claims) {
  return Param::array_of(claims, [](auto const& c) { return c.external.id; });
}

Param records(std::span<Claim const> claims) {
  return Param::array_of(claims, [](auto const& c) { return c.record; });
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

Claims::Claims(Tx& tx, std::string_view kind, std::vector<Claim> claims)
    : tx_(tx), kind_(kind), claims_(std::move(claims)) {
  if (claims_.empty()) return;
  ours_ = tx.ask_lock(LockRank::external_ids, insert_claims_sql,
                      {tx.tenant(), kind, systems(claims_), ids(claims_), records(claims_)});
}

std::vector<std::optional<Uuid>> Claims::settle() {
  if (!ours_) return {};
  auto owners = read_records(ours_->rows());
  if (owners.size() < claims_.size()) {
    owners = read_records(
        tx_.exec(select_owners_sql, {tx_.tenant(), kind_, systems(claims_), ids(claims_)}));
  }
  std::vector<std::optional<Uuid>> result;
  for (auto const& claim : claims_) {
    auto const owner = owners.find({claim.external.system, claim.external.id});
    if (owner == owners.end()) throw Retry{};  // its record was erased in between
    result.push_back(owner->second == claim.record ? std::nullopt : std::optional(owner->second));
  }
  return result;
}

std::vector<std::optional<Uuid>> claim(Tx& tx, Actor const&, std::string_view kind,
                                       std::span<Claim const> claims) {
  return Claims(tx, kind, {claims.begin(), claims.end()}).settle();
}

constexpr std::string_view delete_claims_sql = R"sql(
delete from external_ids e
using unnest($3::text[], $4::text[], $5::uuid[]) as claims (system, external_id, record_id)
where e.tenant_id = $1 and e.kind = $2 and e.system = claims.system
  and e.external_id = claims.external_id and e.record_id = claims.record_id)sql";

void release(Tx& tx, Actor const&, std::string_view kind, std::span<Claim const> claims) {
  if (claims.empty()) return;
  tx.write(delete_claims_sql, {tx.tenant(), kind, systems(claims), ids(claims), records(claims)});
}

}  // namespace throughline::external_ids

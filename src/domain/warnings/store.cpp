// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include "domain/warnings/store.hpp"

namespace throughline::warnings::store {

using postgres::Param;

namespace {

constexpr std::string_view insert_sql = R"sql(
insert into warnings (tenant_id, id, part_id, code, interaction_id, channel, before_part_id, since,
                      until, key_id, traceparent)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, nullif($11::text, ''))
)sql";

}  // namespace

void insert(postgres::Tx& tx, Actor const& actor, Warning const& warning) {
  tx.write(insert_sql,
           {tx.tenant(), warning.id, warning.part, warning.code, warning.interaction,
            warning.channel, warning.before_part, warning.since, warning.until, actor.key,
            actor.traceparent});
}

namespace {

constexpr std::string_view extend_sql = R"sql(
update warnings set until = $3 where tenant_id = $1 and id = $2
)sql";

}  // namespace

void extend(postgres::Tx& tx, Uuid const& id, Timestamp until) {
  tx.write(extend_sql, {tx.tenant(), id, until});
}

namespace {

constexpr std::string_view remove_sql = R"sql(
delete from warnings where tenant_id = $1 and id = any($2::uuid[])
)sql";

Param ids_of(std::span<Uuid const> ids) {
  return Param::array_of(ids, [](Uuid const& id) { return id; });
}

}  // namespace

void remove(postgres::Tx& tx, std::span<Uuid const> ids) {
  if (!ids.empty()) tx.write(remove_sql, {tx.tenant(), ids_of(ids)});
}

namespace {

constexpr std::string_view columns_sql = R"sql(
select id, part_id, code, interaction_id, channel, before_part_id, since, until from warnings
where tenant_id = $1
)sql";
constexpr std::string_view of_contacts_sql = "and code = $2 and interaction_id = any($3::uuid[])";

}  // namespace

postgres::Answer ask(postgres::Tx& tx, std::string_view code,
                     std::span<InteractionId const> contacts) {
  return tx.ask(std::string(columns_sql).append(of_contacts_sql),
                {tx.tenant(), code,
                 Param::array_of(contacts, [](InteractionId id) { return id; })});
}

namespace {

constexpr std::string_view by_ids_sql = "and id = any($2::uuid[]) order by until, id";

}  // namespace

std::vector<Warning> find(postgres::Tx& tx, std::span<Uuid const> ids) {
  return read(tx.exec(std::string(columns_sql).append(by_ids_sql), {tx.tenant(), ids_of(ids)}));
}

std::vector<Warning> read(postgres::Rows const& rows) {
  std::vector<Warning> found;
  for (auto const row : rows) {
    found.push_back({row[0].id<CustomerId>().value, row[1].id<CustomerId>(), row[2].text(),
                     row[3].id<InteractionId>(), row[4].text(), row[5].optional_id<CustomerId>(),
                     row[6].time(), row[7].time()});
  }
  return found;
}

}  // namespace throughline::warnings::store

// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include "store.hpp"

namespace throughline::commitments::store {
namespace {

using postgres::Param;

constexpr std::string_view columns_sql = R"sql(
  select c.id, c.case_id, c.part_id, p.root_id, c.version, c.what, c.status, c.channel, c.due_at,
         c.overdue, c.agent, c.interaction_id, c.at, c.settled_at, c.settled_by, c.updated_at,
         c.external_system, c.external_id
)sql";

std::optional<Agent> agent_in(postgres::Field const& column) {
  if (column.is_null()) return std::nullopt;
  return parse_agent(column.view());
}

Param to_param(std::optional<Agent> const& agent) {
  return agent ? Param(to_json(*agent)) : Param(nullptr);
}

Commitment read(postgres::Rows::Row const& row) {
  Commitment value;
  value.id = row[0].id<CommitmentId>();
  value.case_id = row[1].id<CaseId>();
  value.part = row[2].id<CustomerId>();
  value.root = row[3].id<CustomerId>();
  value.version = row[4].integer();
  value.what = row[5].text();
  value.status = row[6].text();
  value.channel = row[7].text_or_empty();
  value.due_at = row[8].time();
  value.overdue = row[9].boolean();
  value.agent = agent_in(row[10]);
  value.interaction_id = row[11].optional_id<InteractionId>();
  value.at = row[12].time();
  value.settled_at = row[13].optional_time();
  value.settled_by = agent_in(row[14]);
  value.updated_at = row[15].time();
  if (!row[16].is_null()) value.external_id = ExternalId{row[16].text(), row[17].text()};
  return value;
}

}  // namespace

constexpr std::string_view insert_sql = R"sql(
  insert into commitments (tenant_id, id, case_id, part_id, version, what, due_at, status, overdue,
                           channel, agent, interaction_id, interaction_part_id, at, updated_at,
                           external_system, external_id, key_id, traceparent)
  values ($1, $2, $3, $4, $5, $6, $7, $8, $9, nullif($10::text, ''), $11::jsonb, $12, $13, $14, $15,
          nullif($16::text, ''), nullif($17::text, ''), $18, nullif($19::text, ''))
)sql";

void insert(postgres::Tx& tx, Actor const& actor, Commitment const& value,
            std::optional<CustomerId> interaction_part) {
  auto const external = value.external_id.value_or(ExternalId{});
  tx.write(insert_sql,
           {tx.tenant(), value.id, value.case_id, value.part, value.version, value.what,
            value.due_at, value.status, value.overdue, value.channel, to_param(value.agent),
            value.interaction_id, interaction_part, value.at, value.updated_at, external.system,
            external.id, actor.key, actor.traceparent});
}

constexpr std::string_view save_sql = R"sql(
  update commitments
  set version = $3, what = $4, due_at = $5, status = $6, overdue = $7, settled_at = $8,
      settled_by = $9::jsonb, updated_at = $10
  where tenant_id = $1 and id = $2
)sql";

void save(postgres::Tx& tx, Commitment const& value) {
  tx.write(save_sql,
           {tx.tenant(), value.id, value.version, value.what, value.due_at, value.status,
            value.overdue, value.settled_at, to_param(value.settled_by), value.updated_at});
}

constexpr std::string_view by_ids_sql = R"sql(
  from commitments c
  join parts p on p.tenant_id = c.tenant_id and p.id = c.part_id
  where c.tenant_id = $1 and c.id = any($2::uuid[])
  order by c.due_at, c.id
)sql";

std::vector<Commitment> find(postgres::Tx& tx, std::span<CommitmentId const> ids) {
  std::vector<Commitment> found;
  auto const list = Param::array_of(ids, [](CommitmentId id) { return id; });
  for (auto const row : tx.exec(std::string(columns_sql).append(by_ids_sql), {tx.tenant(), list}))
    found.push_back(read(row));
  return found;
}

std::optional<Commitment> find(postgres::Tx& tx, CommitmentId id) {
  auto found = find(tx, {&id, 1});
  return found.empty() ? std::nullopt : std::optional(std::move(found.front()));
}

constexpr std::string_view part_sql =
    R"sql(select part_id from commitments where tenant_id = $1 and id = $2)sql";

std::optional<CustomerId> part_of(postgres::Tx& tx, CommitmentId id) {
  auto const rows = tx.exec(part_sql, {tx.tenant(), id});
  return rows.empty() ? std::nullopt : std::optional(rows[0][0].id<CustomerId>());
}

std::string_view const parts_sql =
    "select id, part_id from commitments where tenant_id = $1 and id = any($2::uuid[])";

namespace {

constexpr std::string_view all_sql = R"sql(
  from commitments c
  join parts p on p.tenant_id = c.tenant_id and p.id = c.part_id
  where c.tenant_id = $1 and (c.due_at, c.id) > ($2::timestamptz, $3::uuid)
)sql";
constexpr std::string_view all_order_sql = " order by c.due_at, c.id limit $4";

// Each part of the customer through its index, at most a page of it, then merged.
constexpr std::string_view of_customer_sql = R"sql(
  from (
    select asked.root_id as id from parts asked where asked.tenant_id = $1 and asked.id = $5
    union all
    select merged.id
    from parts asked
    join parts merged on merged.tenant_id = asked.tenant_id and merged.root_id = asked.root_id
                     and merged.root_id <> merged.id
    where asked.tenant_id = $1 and asked.id = $5
  ) part
  cross join lateral (
    select c.* from commitments c
    where c.tenant_id = $1 and c.part_id = part.id
      and (c.due_at, c.id) > ($2::timestamptz, $3::uuid)
)sql";
constexpr std::string_view of_customer_order_sql = R"sql(
    order by c.due_at, c.id limit $4
  ) c
  join parts p on p.tenant_id = c.tenant_id and p.id = c.part_id
  order by c.due_at, c.id
  limit $4
)sql";

}  // namespace

Statement list_statement(TenantId tenant, Filter const& filter, TimeKey const& above,
                         std::size_t limit) {
  Statement statement{std::string(columns_sql).append(filter.customer ? of_customer_sql : all_sql),
                      {tenant, above.at, above.id, limit}};
  auto const where = [&](std::string_view condition, Param value) {
    statement.params.push_back(std::move(value));
    statement.sql.append(condition).append(" $").append(std::to_string(statement.params.size()));
  };
  if (filter.customer) statement.params.emplace_back(*filter.customer);
  // A word of a closed list, and as such in the text: so the plan may use the partial indexes.
  if (filter.status == "open") statement.sql.append(" and c.status = 'open'");
  if (filter.status && filter.status != "open") where(" and c.status =", *filter.status);
  if (filter.case_id) where(" and c.case_id =", *filter.case_id);
  if (filter.due_before) where(" and c.due_at <", *filter.due_before);
  statement.sql.append(filter.customer ? of_customer_order_sql : all_order_sql);
  return statement;
}

Page<Commitment> list(postgres::Tx& tx, Filter const& filter, PageRequest const& page) {
  static constexpr TimeKey first{std::chrono::sys_days(std::chrono::year(1900) / 1 / 1), {}};
  // This list runs upwards: what the page says is the last key seen.
  auto const above = page.after.empty() ? first : below(page);
  auto const statement = list_statement(tx.tenant(), filter, above, page.limit + 1);
  std::vector<Commitment> found;
  for (auto const row : tx.exec(statement.sql, statement.params)) found.push_back(read(row));
  return cut(std::move(found), page.limit, [](Commitment const& value) {
    return to_keys({value.due_at, value.id.value});
  });
}

constexpr std::string_view interaction_sql = R"sql(
  select i.part_id, p.root_id, i.channel
  from interactions i
  join parts p on p.tenant_id = i.tenant_id and p.id = i.part_id
  where i.tenant_id = $1 and i.id = $2
)sql";

std::optional<Interaction> interaction(postgres::Tx& tx, InteractionId id) {
  auto const rows = tx.exec(interaction_sql, {tx.tenant(), id});
  if (rows.empty()) return std::nullopt;
  return Interaction{rows[0][0].id<CustomerId>(), rows[0][1].id<CustomerId>(), rows[0][2].text()};
}

}  // namespace throughline::commitments::store

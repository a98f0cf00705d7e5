// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include "store.hpp"

namespace throughline::cases::store {
namespace {

constexpr std::string_view columns_sql = R"sql(
  select c.id, c.number, c.part_id, p.root_id, c.opening_interaction_id, c.version, c.subject,
         c.intent, c.status, c.priority, c.assignee, c.open_question, c.attributes, c.opened_at,
         c.resolved_at, c.closed_at, c.updated_at, c.external_system, c.external_id, c.aged
)sql";

Case read(postgres::Rows::Row const& row) {
  Case value;
  value.id = row[0].id<CaseId>();
  value.number = row[1].integer();
  value.part = row[2].id<CustomerId>();
  value.root = row[3].id<CustomerId>();
  value.opening_interaction = row[4].optional_id<InteractionId>();
  value.version = row[5].integer();
  value.subject = row[6].text();
  value.intent = row[7].text_or_empty();
  value.status = row[8].text();
  value.priority = row[9].text();
  value.assignee = row[10].text_or_empty();
  value.open_question = row[11].text_or_empty();
  value.attributes = row[12].text();
  value.opened_at = row[13].time();
  value.resolved_at = row[14].optional_time();
  value.closed_at = row[15].optional_time();
  value.updated_at = row[16].time();
  if (!row[17].is_null()) value.external_id = ExternalId{row[17].text(), row[18].text()};
  value.aged = row[19].boolean();
  return value;
}

/// A statement that grows by conditions on one value each.
struct Statement {
  std::string sql;
  std::vector<postgres::Param> params;
  void where(std::string_view condition, postgres::Param value) {
    params.push_back(std::move(value));
    sql.append(condition).append(" $").append(std::to_string(params.size()));
  }
};

}  // namespace

// The first case of a tenant is number 1000.
constexpr std::string_view insert_sql = R"sql(
  with counter as (
    insert into case_numbers (tenant_id, last) values ($1, 1000)
    on conflict (tenant_id) do update set last = case_numbers.last + 1
    returning last
  )
  insert into cases (tenant_id, id, number, part_id, opening_interaction_id, version, subject,
                     intent, status, priority, assignee, attributes, opened_at, updated_at,
                     external_system, external_id, key_id, traceparent)
  select $1, $2, counter.last, $3, $4, $5, $6, nullif($7::text, ''), $8, $9,
         nullif($10::text, ''), $11, $12, $13, nullif($14::text, ''), nullif($15::text, ''), $16,
         nullif($17::text, '')
  from counter
)sql";

void insert(postgres::Tx& tx, Actor const& actor, Case const& value) {
  auto const external = value.external_id.value_or(ExternalId{});
  tx.ask_lock(postgres::LockRank::rest, insert_sql,
              {tx.tenant(), value.id, value.part, value.opening_interaction, value.version,
               value.subject, value.intent, value.status, value.priority, value.assignee,
               value.attributes, value.opened_at, value.updated_at, external.system, external.id,
               actor.key, actor.traceparent});
}

constexpr std::string_view save_sql = R"sql(
  update cases
  set version = $3, subject = $4, intent = nullif($5::text, ''), status = $6, priority = $7,
      assignee = nullif($8::text, ''), open_question = nullif($9::text, ''), attributes = $10,
      resolved_at = $11, closed_at = $12, updated_at = $13, aged = $14
  where tenant_id = $1 and id = $2
)sql";

void save(postgres::Tx& tx, Case const& value) {
  tx.write(save_sql,
           {tx.tenant(), value.id, value.version, value.subject, value.intent, value.status,
            value.priority, value.assignee, value.open_question, value.attributes,
            value.resolved_at, value.closed_at, value.updated_at, value.aged});
}

constexpr std::string_view set_open_question_sql = R"sql(
  update cases set open_question = $3, version = version + 1, updated_at = $4
  where tenant_id = $1 and id = $2
)sql";

void set_open_question(postgres::Tx& tx, Actor const& actor, CaseId id,
                       std::string const& question) {
  tx.write(set_open_question_sql, {tx.tenant(), id, question, actor.now});
}

constexpr std::string_view age_sql = R"sql(
  with old as (
    update cases set aged = true
    where tenant_id = $1 and id = any($2::uuid[]) and status = 'resolved' and not aged
      and resolved_at <= $3
    returning id, part_id
  )
  select id, part_id from old order by id
)sql";

std::vector<std::pair<CaseId, CustomerId>> age(postgres::Tx& tx, std::span<CaseId const> ids,
                                               Timestamp resolved_by) {
  auto const list = postgres::Param::array_of(ids, [](CaseId id) { return id; });
  std::vector<std::pair<CaseId, CustomerId>> aged;
  for (auto const row : tx.exec(age_sql, {tx.tenant(), list, resolved_by}))
    aged.emplace_back(row[0].id<CaseId>(), row[1].id<CustomerId>());
  return aged;
}

constexpr std::string_view by_id_sql = R"sql(
  from cases c
  join parts p on p.tenant_id = c.tenant_id and p.id = c.part_id
  where c.tenant_id = $1 and c.id = $2
)sql";

std::optional<Case> find(postgres::Tx& tx, CaseId id) {
  auto const rows = tx.exec(std::string(columns_sql).append(by_id_sql), {tx.tenant(), id});
  return rows.empty() ? std::nullopt : std::optional(read(rows[0]));
}

constexpr std::string_view part_sql =
    R"sql(select part_id from cases where tenant_id = $1 and id = $2)sql";

std::optional<CustomerId> part_of(postgres::Tx& tx, CaseId id) {
  auto const rows = tx.exec(part_sql, {tx.tenant(), id});
  return rows.empty() ? std::nullopt : std::optional(rows[0][0].id<CustomerId>());
}

std::string_view const parts_sql =
    "select id, part_id from cases where tenant_id = $1 and id = any($2::uuid[])";

constexpr std::string_view all_sql = R"sql(
  from cases c
  join parts p on p.tenant_id = c.tenant_id and p.id = c.part_id
  where c.tenant_id = $1 and (c.opened_at, c.id) < ($2::timestamptz, $3::uuid)
)sql";
constexpr std::string_view all_order_sql = " order by c.opened_at desc, c.id desc limit $4";

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
    select c.* from cases c
    where c.tenant_id = $1 and c.part_id = part.id
      and (c.opened_at, c.id) < ($2::timestamptz, $3::uuid)
)sql";
constexpr std::string_view of_customer_order_sql = R"sql(
    order by c.opened_at desc, c.id desc limit $4
  ) c
  join parts p on p.tenant_id = c.tenant_id and p.id = c.part_id
  order by c.opened_at desc, c.id desc
  limit $4
)sql";

Page<Case> list(postgres::Tx& tx, Filter const& filter, PageRequest const& page) {
  TimeKey const last = below(page);
  Statement statement{std::string(columns_sql).append(filter.customer ? of_customer_sql : all_sql),
                      {tx.tenant(), last.at, last.id, page.limit + 1}};
  if (filter.customer) statement.params.emplace_back(*filter.customer);
  if (filter.status) statement.where(" and c.status =", *filter.status);
  if (filter.assignee) statement.where(" and c.assignee =", *filter.assignee);
  if (filter.number) statement.where(" and c.number =", *filter.number);
  statement.sql.append(filter.customer ? of_customer_order_sql : all_order_sql);
  std::vector<Case> cases;
  for (auto const& row : tx.exec(statement.sql, statement.params)) cases.push_back(read(row));
  return cut(std::move(cases), page.limit, [](Case const& value) {
    return to_keys({value.opened_at, value.id.value});
  });
}

constexpr std::string_view interaction_sql =
    R"sql(select part_id, channel from interactions where tenant_id = $1 and id = $2)sql";

std::optional<Interaction> interaction(postgres::Tx& tx, InteractionId id) {
  auto const rows = tx.exec(interaction_sql, {tx.tenant(), id});
  if (rows.empty()) return std::nullopt;
  return Interaction{rows[0][0].id<CustomerId>(), rows[0][1].text()};
}

}  // namespace throughline::cases::store

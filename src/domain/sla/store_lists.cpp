// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// Clocks as they are shown.
#include <array>

#include "domain/sla/store.hpp"

namespace throughline::sla::store {
namespace {

using postgres::Param;

std::vector<Clock> read(postgres::Rows const& rows) {
  std::vector<Clock> found;
  for (auto const row : rows) found.push_back(read_clock(row));
  return found;
}

/// A statement that grows by conditions on one value each.
struct Statement {
  std::string sql;
  std::vector<Param> params;
  void where(std::string_view condition, Param value) {
    params.push_back(std::move(value));
    sql.append(condition).append(" $").append(std::to_string(params.size()));
  }
};

}  // namespace

constexpr std::string_view has_case_sql = "select from cases where tenant_id = $1 and id = $2";

bool has_case(postgres::Tx& tx, CaseId id) {
  return !tx.exec(has_case_sql, {tx.tenant(), id}).empty();
}

constexpr std::string_view of_case_sql = R"sql(
  from sla_clocks c
  join parts p on p.tenant_id = c.tenant_id and p.id = c.part_id
  where c.tenant_id = $1 and c.case_id = $2
    and (c.started_at, c.id) < ($3::timestamptz, $4::uuid)
  order by c.started_at desc, c.id desc
  limit $5
)sql";

std::vector<Clock> of_case(postgres::Tx& tx, CaseId id, TimeKey const& below, std::size_t limit) {
  return read(tx.exec(std::string(clock_columns).append(of_case_sql),
                      {tx.tenant(), id, below.at, below.id, limit}));
}

constexpr std::string_view all_sql = R"sql(
  from sla_clocks c
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
    select c.* from sla_clocks c
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

constexpr std::string_view breached_sql = " and c.breached_at is not null";
constexpr std::string_view not_breached_sql = " and c.breached_at is null";

std::vector<Clock> list(postgres::Tx& tx, Filter const& filter, TimeKey const& above,
                        std::size_t limit) {
  Statement statement{
      std::string(clock_columns).append(filter.customer ? of_customer_sql : all_sql),
      {tx.tenant(), above.at, above.id, limit}};
  if (filter.customer) statement.params.emplace_back(*filter.customer);
  if (filter.state) statement.where(" and c.state =", *filter.state);
  if (filter.metric) statement.where(" and c.metric =", *filter.metric);
  if (filter.breached) statement.sql.append(*filter.breached ? breached_sql : not_breached_sql);
  if (filter.due_before) statement.where(" and c.due_at <", *filter.due_before);
  statement.sql.append(filter.customer ? of_customer_order_sql : all_order_sql);
  return read(tx.exec(statement.sql, statement.params));
}

constexpr std::string_view history_sql = R"sql(
  select clock.id, one.event, one.at, one.due_at
  from unnest($2::uuid[]) clock(id)
  cross join lateral (
    select seq, event, at, due_at from sla_events
    where tenant_id = $1 and clock_id = clock.id
    order by seq desc limit $3) one
  order by clock.id, one.seq
)sql";

std::map<ClockId, std::vector<Occurred>> history(postgres::Tx& tx, std::span<Clock const> clocks) {
  static constexpr std::array events{Event::activated,  Event::paused,   Event::resumed,
                                     Event::retargeted, Event::at_risk,  Event::fulfilled,
                                     Event::breached,   Event::cancelled};
  std::map<ClockId, std::vector<Occurred>> found;
  auto const ids = Param::array_of(clocks, [](Clock const& clock) { return clock.id; });
  for (auto const row : tx.exec(history_sql, {tx.tenant(), ids, history_max})) {
    for (Event const event : events) {
      if (name(event) != row[1].view()) continue;
      found[row[0].id<ClockId>()].push_back({event, row[2].time(), row[3].optional_time()});
    }
  }
  return found;
}

}  // namespace throughline::sla::store

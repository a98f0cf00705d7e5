// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include "domain/timeline/store.hpp"

#include <utility>

namespace throughline::timeline::store {

using postgres::Param;

constexpr std::string_view insert_sql = R"sql(
  insert into timeline (tenant_id, part_id, at, id, kind, fact, resource_id, channel, case_id,
                        interaction_id)
  select $1, entry.*
    from unnest($2::uuid[], $3::timestamptz[], $4::uuid[], $5::text[], $6::text[], $7::uuid[],
                $8::text[], $9::uuid[], $10::uuid[]) entry)sql";

void insert(postgres::Tx& tx, std::span<Entry const> entries, std::span<Uuid const> ids) {
  auto const list = [&](auto column) { return Param::array_of(entries, column); };
  auto const channel = [](Entry const& entry) {
    return entry.channel.empty() ? Param(nullptr) : Param(entry.channel);
  };
  tx.append(insert_sql, {tx.tenant(), list([](Entry const& entry) { return entry.part; }),
                         list([](Entry const& entry) { return entry.at; }),
                         Param::array_of(ids, [](Uuid const& id) { return id; }),
                         list([](Entry const& entry) { return name(entry.kind); }),
                         list([](Entry const& entry) { return entry.fact; }),
                         list([](Entry const& entry) { return entry.resource; }), list(channel),
                         list([](Entry const& entry) { return entry.case_id; }),
                         list([](Entry const& entry) { return entry.interaction_id; })});
}

// Each part gives at most a page, in the order of its index and mostly from the index alone; only
// what the page then shows is read from the tables. Sub-selects and not joins: the planner can't
// tell how many rows a page has and would at times rather read a whole table.
//
// An entry is never changed, so a case or interaction that it names may be another customer's by
// now: an undo has parted the two. Such a link is not shown.
constexpr std::string_view page_sql = R"sql(
  with page as materialized (
    select entry.part_id, entry.at, entry.id
      from (select $2::uuid as id
            union all
            select id from parts where tenant_id = $1 and root_id = $2 and root_id <> id) part
     cross join lateral (
       select entry.part_id, entry.at, entry.id
         from timeline entry
        where entry.tenant_id = $1 and entry.part_id = part.id
          and (entry.at, entry.id) < ($3::timestamptz, $4::uuid))sql";

constexpr std::string_view render_sql = R"sql(
        order by entry.at desc, entry.id desc
        limit $5) entry
     order by entry.at desc, entry.id desc
     limit $5)
  select page.at, page.id, (
    select json_build_object(
             'id', entry.id, 'kind', entry.kind, 'fact', entry.fact,
             'at', to_char(entry.at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
             'channel', entry.channel, 'part_id', entry.part_id,
             'resource_id', entry.resource_id,
             'case_id', case when not exists (
               select from cases c join parts p on p.tenant_id = $1 and p.id = c.part_id
                where c.tenant_id = $1 and c.id = entry.case_id and p.root_id <> $2)
               then entry.case_id end,
             'interaction_id', case when not exists (
               select from interactions i join parts p on p.tenant_id = $1 and p.id = i.part_id
                where i.tenant_id = $1 and i.id = entry.interaction_id and p.root_id <> $2)
               then entry.interaction_id end,
             entry.kind, case entry.kind
               when 'message' then (
                 select json_build_object('seq', seq, 'role', role, 'text', text,
                                          'sentiment', sentiment)
                   from messages where tenant_id = $1 and id = entry.resource_id)
               when 'note' then (
                 select json_build_object('kind', kind, 'text', text, 'agent', agent)
                   from notes where tenant_id = $1 and id = entry.resource_id)
               when 'case' then (
                 select json_build_object('number', number, 'subject', subject, 'status', status,
                                          'priority', priority)
                   from cases where tenant_id = $1 and id = entry.resource_id)
               when 'interaction' then (
                 select json_build_object('status', status, 'intent', intent, 'outcome', outcome,
                                          'summary', summary, 'direction', direction)
                   from interactions where tenant_id = $1 and id = entry.resource_id)
               when 'handoff' then (
                 select json_build_object('status', status, 'from', from_agent,
                          'to', json_build_object('channel', to_channel, 'queue', queue,
                                                  'agent', to_agent),
                          'reason', reason, 'answered_by', answered_by)
                   from handoffs where tenant_id = $1 and id = entry.resource_id)
               when 'commitment' then (
                 select json_build_object('what', what, 'status', status, 'overdue', overdue,
                          'due_at', to_char(due_at at time zone 'UTC',
                                            'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'))
                   from commitments where tenant_id = $1 and id = entry.resource_id)
               when 'event' then (
                 select json_build_object('type', type, 'attributes', attributes)
                   from events where tenant_id = $1 and id = entry.resource_id)
               when 'sla' then (
                 select json_build_object('metric', metric, 'policy', policy, 'state', state,
                                          'due_at', json_time(due_at),
                                          'breached_at', json_time(breached_at))
                   from sla_clocks where tenant_id = $1 and id = entry.resource_id)
               else '{}'::json end)::text
      from timeline entry
     where entry.tenant_id = $1 and entry.part_id = page.part_id and entry.at = page.at
       and entry.id = page.id)
    from page
   order by page.at desc, page.id desc)sql";

constexpr std::string_view of_no_other_customer_sql = R"sql(
          and not exists (select from cases c join parts p on p.tenant_id = $1 and p.id = c.part_id
                           where c.tenant_id = $1 and p.root_id <> $2 and c.id = $)sql";

Statement list_statement(TenantId tenant, CustomerId root, Filter const& filter,
                         TimeKey const& below, std::size_t limit) {
  Statement statement{std::string(page_sql), {tenant, root, below.at, below.id, limit}};
  auto const narrow = [&](char const* condition, Param param) {
    statement.params.push_back(std::move(param));
    statement.sql +=
        " and entry." + std::string(condition) + " $" + std::to_string(statement.params.size());
  };
  if (filter.case_id) {
    narrow("case_id =", *filter.case_id);
    statement.sql.append(of_no_other_customer_sql).append(std::to_string(statement.params.size()));
    statement.sql += ')';
  }
  if (filter.kind) narrow("kind =", *filter.kind);
  if (filter.channel) narrow("channel =", *filter.channel);
  if (filter.since) narrow("at >=", *filter.since);
  statement.sql += render_sql;
  return statement;
}

std::vector<Row> list(postgres::Tx& tx, CustomerId root, Filter const& filter, TimeKey const& below,
                      std::size_t limit) {
  auto const statement = list_statement(tx.tenant(), root, filter, below, limit);
  std::vector<Row> found;
  for (auto const row : tx.exec(statement.sql, statement.params)) {
    found.push_back({{row[0].time(), row[1].id<CustomerId>().value}, row[2].text()});
  }
  return found;
}

}  // namespace throughline::timeline::store

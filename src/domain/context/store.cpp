// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include "store.hpp"

#include <string_view>

#include "throughline/domain/context.hpp"
#include "throughline/domain/warnings.hpp"

namespace throughline::context::store {

namespace {

template <class Texts>
postgres::Param texts(Texts const& items) {
  return postgres::Param::array_of(items, [](auto const& item) { return item; });
}

std::vector<std::string> lines(std::string_view text) {
  std::vector<std::string> found;
  while (!text.empty()) {
    auto const end = std::min(text.find('\n'), text.size());
    found.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return found;
}

/// "<type> <value>"
Leading identifier_in(std::string_view line) {
  auto const space = line.find(' ');
  return {std::string(line.substr(0, space)), std::string(line.substr(space + 1))};
}

}  // namespace

// $1 tenant, $2 root, $3 overdue commitments, $4 longest text, $5 identifiers, $6 live, $7 cases,
// $8 steps a case, $9 notes a case, $10 recent interactions, $11 counted beyond, $12 clocks at
// risk, $13 tiers of high value unless set, $14 warnings in their order, $15 pending handoffs, $16
// commitments a case. Every list is read through an index that ends with its order, $11 rows
// further than it is shown, so that no history, however long, is read or sorted; "more" counts
// those. Setting the plan up is most of what it costs: columns that nobody shows are left out, and
// SQL functions are called so that their bodies become part of the plan (lateral, and no sub-select
// among the arguments), or each would be planned anew every time.
constexpr std::string_view assemble_sql = R"sql(
with root as materialized (
  select id, version, changed_at, id || array(
      select p.id from parts p
      where p.tenant_id = $1 and p.root_id = $2 and p.root_id <> p.id) as parts
  from parts where tenant_id = $1 and id = $2 and root_id = id
), members as materialized (
  select unnest(parts) as id from root
), person as materialized (
  select c.display_name, c.tier, c.language, c.profile, c.sensitivities
  from root cross join lateral customer_view($1, root.id) c
), owned as materialized (
  select i.type, i.value, i.assurance, i.shared, i.confirmed_at
  from root cross join lateral customer_identifiers($1, root.id) i
), live as materialized (
  select i.* from members m cross join lateral (
    select id, case_id, channel, agent, started_at, intent, last_message_at, sentiment,
           sentiment_before
    from interactions
    where tenant_id = $1 and part_id = m.id and status = 'live'
    order by started_at desc, id desc limit $6::bigint + $11) i
  order by i.started_at desc, i.id desc limit $6::bigint + $11
), recent as materialized (
  select i.* from members m cross join lateral (
    select id, case_id, channel, started_at, ended_at, intent, outcome, summary
    from interactions
    where tenant_id = $1 and part_id = m.id and status = 'ended'
    order by started_at desc, id desc limit $10::bigint + $11) i
  order by i.started_at desc, i.id desc limit $10::bigint + $11
), pending as materialized (
  select h.* from members m cross join lateral (
    select id, interaction_id, case_id, from_agent, to_channel, queue, to_agent, reason,
           offered_at, expires_at
    from handoffs
    where tenant_id = $1 and part_id = m.id and status = 'offered'
    order by offered_at desc, id desc limit $15::bigint + $11) h
  order by h.offered_at desc, h.id desc limit $15::bigint + $11
), problems as materialized (
  select c.* from members m cross join lateral (
    (select id, opened_at from cases
     where tenant_id = $1 and part_id = m.id and status in ('open', 'pending')
     order by opened_at desc, id desc limit $7::bigint + $11)
    union all
    (select id, opened_at from cases
     where tenant_id = $1 and part_id = m.id and status = 'resolved' and not aged
     order by resolved_at desc limit $7::bigint + $11)
    union all
    (select id, opened_at from cases
     where tenant_id = $1 and (status = 'closed' or status = 'resolved' and aged)
       and id = any(array(
         select case_id from commitments
         where tenant_id = $1 and part_id = m.id and status = 'open'
         order by due_at, id limit $7::bigint + $11)))) c
  order by c.opened_at desc, c.id desc limit $7::bigint + $11
), rules as (
  select value, value#>'{high_value,tiers}' as tiers from settings
  where tenant_id = $1 and section = 'warnings'
), warned(code, at, id, place, item) as (
  select 'sla_at_risk', late.due_at, late.id, 0::bigint, json_build_object(
    'code', 'sla_at_risk', 'case_id', late.case_id, 'metric', late.metric,
    'due_at', json_time(late.due_at), 'breached_at', json_time(late.breached_at))
  from (
    select r.* from members m cross join lateral sla_at_risk($1, m.id, $12) r
    order by r.due_at, r.id limit $12) late
  union all
  select 'commitment_overdue', late.due_at, late.id, 0, json_build_object(
    'code', 'commitment_overdue', 'commitment_id', late.id, 'case_id', late.case_id,
    'due_at', json_time(late.due_at))
  from (
    select o.* from members m cross join lateral (
      select id, case_id, due_at from commitments
      where tenant_id = $1 and part_id = m.id and status = 'open' and overdue
      order by due_at, id limit $3) o
    order by o.due_at, o.id limit $3) late
  union all
  select w.code, w.since, w.id, 0::bigint, json_build_object('code', w.code,
    'interaction_id', w.interaction_id, 'channel', w.channel, 'since', json_time(w.since),
    'until', json_time(w.until))
  from root cross join lateral warnings_standing($1, root.parts) w
  union all
  select 'sensitivity', null, null, place, json_build_object('code', 'sensitivity',
    'sensitivity', one->>'code')
  from person cross join lateral jsonb_array_elements(person.sensitivities)
    with ordinality listed(one, place)
  union all
  select 'high_value', null, null, 0, json_build_object('code', 'high_value', 'tier', person.tier)
  from person left join rules on true
  where lower(person.tier) in (
    select lower(tier)
    from unnest(case when rules.tiers is null then $13::text[]
      else array(select jsonb_array_elements_text(rules.tiers)) end) tier)
)
select root.version, tenants.settings_version,
  json_strip_nulls(json_build_object(
    'customer', json_build_object(
      'id', root.id,
      'display_name', person.display_name,
      'tier', person.tier,
      'language', person.language,
      'identifiers', coalesce((select json_agg(json_build_object('type', type, 'value', value,
          'assurance', assurance, 'shared', nullif(shared, false))
          order by type, confirmed_at desc, value)
        from (select * from owned order by type, confirmed_at desc, value limit $5) o), '[]'),
      'sensitivities', person.sensitivities,
      'profile', person.profile),
    'live', coalesce((select json_agg(json_build_object(
        'interaction_id', id, 'case_id', case_id, 'channel', channel, 'agent', agent,
        'started_at', json_time(started_at), 'intent', intent,
        'last_message_at', json_time(last_message_at),
        'sentiment', case when sentiment is not null then json_build_object('last', sentiment,
          'trend', mood_trend(sentiment, sentiment_before)) end) order by started_at desc, id desc)
      from (select * from live order by started_at desc, id desc limit $6) l), '[]'),
    'open_cases', coalesce((
        select case when count(*) > 0
          then context_cases($1, array_agg(id), $4, $8, $9, $16, $11) end
        from (select id from problems order by opened_at desc, id desc limit $7) c), '[]'),
    'pending_handoffs', coalesce((select json_agg(json_build_object(
        'id', id, 'interaction_id', interaction_id, 'case_id', case_id, 'from', from_agent,
        'to', json_build_object('channel', to_channel, 'queue', queue, 'agent', to_agent),
        'reason', json_text(reason, $4), 'offered_at', json_time(offered_at),
        'expires_at', json_time(expires_at)) order by offered_at desc, id desc)
      from (select * from pending order by offered_at desc, id desc limit $15) h), '[]'),
    'recent_interactions', coalesce((select json_agg(json_build_object(
        'id', id, 'case_id', case_id, 'channel', channel, 'started_at', json_time(started_at),
        'ended_at', json_time(ended_at), 'intent', intent, 'outcome', outcome,
        'summary', json_text(summary, $4)) order by started_at desc, id desc)
      from (select * from recent order by started_at desc, id desc limit $10) r), '[]'),
    'warnings', coalesce((select json_agg(item order by array_position($14::text[], code),
        at, place, id)
      from warned where coalesce((rules.value->code->>'enabled')::boolean, true)), '[]'),
    'more', nullif(jsonb_strip_nulls(jsonb_build_object(
      'identifiers', nullif(greatest((select count(*) from owned) - $5, 0), 0),
      'live', nullif(greatest((select count(*) from live) - $6, 0), 0),
      'open_cases', nullif(greatest((select count(*) from problems) - $7, 0), 0),
      'pending_handoffs', nullif(greatest((select count(*) from pending) - $15, 0), 0),
      'recent_interactions', nullif(greatest((select count(*) from recent) - $10, 0), 0))), '{}'),
    'version', root.version,
    'as_of', json_time(root.changed_at))) as body,
  (select string_agg('customer:' || id, E'\n') from members) as parts,
  (select string_agg(type || ' ' || value, E'\n') from owned where not shared) as identifiers
from root cross join tenants cross join person
left join rules on true
where tenants.id = $1
)sql";

std::optional<Assembled> assemble(postgres::Tx& tx, CustomerId root) {
  auto const rows =
      tx.exec(assemble_sql,
              {tx.tenant(), root, overdue_max, text_max, identifiers_max, live_max, open_cases_max,
               steps_per_case_max, notes_per_case_max, recent_interactions_max, counted_beyond_max,
               at_risk_max, texts(warnings::Rules().high_value_tiers), texts(warnings::codes),
               pending_handoffs_max, commitments_per_case_max});
  if (rows.empty()) return std::nullopt;
  auto const row = rows[0];
  Assembled assembled{row[0].integer(), row[1].integer(), row[2].text(), lines(row[3].view()), {}};
  for (auto const& line : lines(row[4].is_null() ? std::string_view() : row[4].view())) {
    assembled.identifiers.push_back(identifier_in(line));
  }
  return assembled;
}

constexpr std::string_view case_owner_sql = R"sql(
select p.root_id, p.id from cases c join parts p on p.tenant_id = c.tenant_id and p.id = c.part_id
where c.tenant_id = $1 and c.id = $2
)sql";

std::optional<CaseOwner> case_owner(postgres::Tx& tx, CaseId id) {
  auto const rows = tx.exec(case_owner_sql, {tx.tenant(), id});
  if (rows.empty()) return std::nullopt;
  return CaseOwner{rows[0][0].id<CustomerId>(), rows[0][1].id<CustomerId>()};
}

}  // namespace throughline::context::store

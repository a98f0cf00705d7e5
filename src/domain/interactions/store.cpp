// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include "store.hpp"

#include "wire.hpp"

namespace throughline::interactions::store {
namespace {

constexpr std::string_view select_sql = R"sql(
  select i.id, i.part_id, p.root_id, i.version, i.channel, i.direction, i.status, i.agent,
         i.intent, i.summary, i.outcome, i.case_id, i.sentiment, i.message_count, i.started_at,
         i.ended_at, i.last_message_at, i.external_system, i.external_id, i.decision, i.grade,
         i.assurance, i.candidates, i.fell_silent, i.sentiment_before,
         mood_trend(i.sentiment, i.sentiment_before), i.hand_overs -> -1 ->> 'at'
  from interactions i
  join parts p on p.tenant_id = i.tenant_id and p.id = i.part_id
  where i.tenant_id = $1
)sql";

Interaction read(postgres::Rows::Row const& row) {
  Interaction value;
  value.id = row[0].id<InteractionId>();
  value.part = row[1].id<CustomerId>();
  value.root = row[2].id<CustomerId>();
  value.version = row[3].integer();
  value.channel = row[4].text();
  value.direction = row[5].text();
  value.status = row[6].text();
  if (!row[7].is_null()) value.agent = parse_agent(row[7].view());
  value.intent = row[8].text_or_empty();
  value.summary = row[9].text_or_empty();
  value.outcome = row[10].text_or_empty();
  value.case_id = row[11].optional_id<CaseId>();
  value.sentiment = row[12].optional_real();
  value.message_count = row[13].integer();
  value.started_at = row[14].time();
  value.ended_at = row[15].optional_time();
  value.last_message_at = row[16].optional_time();
  if (!row[17].is_null()) value.external_id = ExternalId{row[17].text(), row[18].text()};
  value.decision = row[19].text();
  value.grade = row[20].text_or_empty();
  value.assurance = row[21].text_or_empty();
  if (!row[22].is_null()) value.candidates = wire::parse_candidates(row[22].view());
  value.fell_silent = row[23].boolean();
  value.sentiment_before = row[24].optional_real();
  value.trend = row[25].text_or_empty();
  if (!row[26].is_null()) value.handed_over_at = parse_rfc3339(row[26].view());
  return value;
}

postgres::Param candidates_param(Interaction const& value) {
  if (value.candidates.empty()) return nullptr;
  return wire::candidates_column(value.candidates);
}

}  // namespace

constexpr std::string_view insert_sql = R"sql(
  insert into interactions (tenant_id, id, part_id, version, channel, direction, status,
                            agent_kind, agent_id, agent, intent, case_id, decision, grade,
                            assurance, candidates, message_count, started_at, last_heartbeat_at,
                            external_system, external_id, key_id, traceparent, case_part_id)
  values ($1, $2, $3, $4, $5, $6, $7, nullif($8::text, ''), nullif($9::text, ''), $10,
          nullif($11::text, ''), $12, $13, nullif($14::text, ''), nullif($15::text, ''), $16, 0,
          $17, $18, nullif($19::text, ''), nullif($20::text, ''), $21, nullif($22::text, ''),
          (select part_id from cases where tenant_id = $1 and id = $12 and part_id <> $3))
)sql";

void insert(postgres::Tx& tx, Actor const& actor, Interaction const& value) {
  auto const agent = value.agent.value_or(Agent{});
  auto const external = value.external_id.value_or(ExternalId{});
  tx.append(insert_sql, {tx.tenant(),      value.id,
                         value.part,       value.version,
                         value.channel,    value.direction,
                         value.status,     agent.kind,
                         agent.id,         value.agent ? postgres::Param(to_json(agent)) : nullptr,
                         value.intent,     value.case_id,
                         value.decision,   value.grade,
                         value.assurance,  candidates_param(value),
                         value.started_at, actor.now,
                         external.system,  external.id,
                         actor.key,        actor.traceparent});
}

constexpr std::string_view save_sql = R"sql(
  update interactions
  set version = $3, status = $4, intent = nullif($5::text, ''), case_id = $6, sentiment = $7,
      summary = nullif($8::text, ''), outcome = nullif($9::text, ''), ended_at = $10,
      decision = $11, grade = nullif($12::text, ''), assurance = nullif($13::text, ''),
      candidates = $14, fell_silent = $15, sentiment_before = $16,
      case_part_id = (select c.part_id from cases c
                      where c.tenant_id = $1 and c.id = $6 and c.part_id <> interactions.part_id)
  where tenant_id = $1 and id = $2
)sql";

void save(postgres::Tx& tx, Interaction const& value) {
  tx.write(save_sql, {tx.tenant(), value.id, value.version, value.status, value.intent,
                      value.case_id, value.sentiment, value.summary, value.outcome, value.ended_at,
                      value.decision, value.grade, value.assurance, candidates_param(value),
                      value.fell_silent, value.sentiment_before});
}

constexpr std::string_view set_case_sql = R"sql(
  update interactions
  set case_id = $3, version = version + 1,
      case_part_id = (select c.part_id from cases c
                      where c.tenant_id = $1 and c.id = $3 and c.part_id <> interactions.part_id)
  where tenant_id = $1 and id = $2
)sql";

void set_case(postgres::Tx& tx, InteractionId id, CaseId case_id) {
  tx.write(set_case_sql, {tx.tenant(), id, case_id});
}

constexpr std::string_view beat_sql = R"sql(
  update interactions set last_heartbeat_at = greatest(last_heartbeat_at, $3)
  where tenant_id = $1 and id = $2 and status = 'live'
)sql";

bool beat(postgres::Tx& tx, Actor const& actor, InteractionId id) {
  return tx.exec(beat_sql, {tx.tenant(), id, actor.now}).affected() > 0;
}

constexpr std::string_view by_id_sql = "and i.id = $2";

std::optional<Interaction> find(postgres::Tx& tx, InteractionId id) {
  auto const rows = tx.exec(std::string(select_sql).append(by_id_sql), {tx.tenant(), id});
  return rows.empty() ? std::nullopt : std::optional(read(rows[0]));
}

constexpr std::string_view part_sql =
    R"sql(select part_id from interactions where tenant_id = $1 and id = $2)sql";

std::optional<CustomerId> part_of(postgres::Tx& tx, InteractionId id) {
  auto const rows = tx.exec(part_sql, {tx.tenant(), id});
  return rows.empty() ? std::nullopt : std::optional(rows[0][0].id<CustomerId>());
}

std::string_view const parts_sql =
    "select id, part_id from interactions where tenant_id = $1 and id = any($2::uuid[])";

constexpr std::string_view below_sql = "and (i.started_at, i.id) < ($2::timestamptz, $3::uuid)";
constexpr std::string_view order_sql = " order by i.started_at desc, i.id desc limit $4";

Page<Interaction> list(postgres::Tx& tx, Filter const& filter, PageRequest const& page) {
  TimeKey const last = below(page);
  std::string sql = std::string(select_sql).append(below_sql);
  std::vector<postgres::Param> params{tx.tenant(), last.at, last.id, page.limit + 1};
  auto const where = [&](std::string_view condition, std::optional<std::string> const& value) {
    if (!value) return;
    params.emplace_back(*value);
    sql.append(condition).append(" $").append(std::to_string(params.size()));
  };
  where(" and i.status =", filter.status);
  where(" and i.channel =", filter.channel);
  where(" and i.agent_id =", filter.agent);
  sql.append(order_sql);
  std::vector<Interaction> interactions;
  for (auto const& row : tx.exec(sql, params)) interactions.push_back(read(row));
  return cut(std::move(interactions), page.limit, [](Interaction const& value) {
    return to_keys({value.started_at, value.id.value});
  });
}

constexpr std::string_view case_owner_sql = R"sql(
  select c.part_id, p.root_id
  from cases c
  join parts p on p.tenant_id = c.tenant_id and p.id = c.part_id
  where c.tenant_id = $1 and c.id = $2
)sql";

std::optional<CaseOwner> owner_of(postgres::Tx& tx, CaseId id) {
  auto const rows = tx.exec(case_owner_sql, {tx.tenant(), id});
  if (rows.empty()) return std::nullopt;
  return CaseOwner{rows[0][0].id<CustomerId>(), rows[0][1].id<CustomerId>()};
}

constexpr std::string_view case_of_sql = R"sql(
  select c.part_id, p.root_id, c.status, c.priority, c.opened_at, c.opening_interaction_id
  from cases c
  join parts p on p.tenant_id = c.tenant_id and p.id = c.part_id
  where c.tenant_id = $1 and c.id = $2
)sql";

std::optional<sla::Case> case_of(postgres::Tx& tx, CaseId id) {
  auto const rows = tx.exec(case_of_sql, {tx.tenant(), id});
  if (rows.empty()) return std::nullopt;
  auto const row = rows[0];
  return sla::Case{id,
                   row[0].id<CustomerId>(),
                   row[1].id<CustomerId>(),
                   row[2].text(),
                   row[3].text(),
                   row[4].time(),
                   row[5].optional_id<InteractionId>()};
}

}  // namespace throughline::interactions::store

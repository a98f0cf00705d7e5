// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include "store.hpp"

#include "wire.hpp"

namespace throughline::handoffs::store {

using postgres::Param;

namespace {

Param agent_param(std::optional<Agent> const& agent) {
  return agent ? Param(to_json(*agent)) : Param(nullptr);
}

std::optional<Agent> agent_in(postgres::Field const& field) {
  return field.is_null() ? std::nullopt : std::optional(parse_agent(field.view()));
}

}  // namespace

constexpr std::string_view insert_sql = R"sql(
  insert into handoffs (tenant_id, id, part_id, version, status, interaction_id, channel, case_id,
                        case_part_id, from_agent, to_channel, queue, to_agent, agent_id, reason,
                        packet, offered_at, expires_at, key_id, traceparent)
  values ($1, $2, $3, 1, 'offered', $4, $5, $6,
          (select part_id from cases where tenant_id = $1 and id = $6 and part_id <> $3), $7,
          nullif($8::text, ''), nullif($9::text, ''), $10, nullif($11::text, ''),
          nullif($12::text, ''), $13, $14, $15, $16, nullif($17::text, ''))
)sql";

void insert(postgres::Tx& tx, Actor const& actor, Handoff const& value, std::string const& packet) {
  tx.write(insert_sql,
           {tx.tenant(), value.id, value.part, value.interaction, value.channel, value.case_id,
            agent_param(value.from), value.to.channel, value.to.queue, agent_param(value.to.agent),
            value.to.agent.value_or(Agent{}).id, value.reason, packet, value.offered_at,
            value.expires_at, actor.key, actor.traceparent});
}

constexpr std::string_view is_offered_sql = R"sql(
  select from handoffs where tenant_id = $1 and interaction_id = $2 and status = 'offered'
)sql";

bool is_offered(postgres::Tx& tx, InteractionId id) {
  return !tx.exec(is_offered_sql, {tx.tenant(), id}).empty();
}

constexpr std::string_view part_sql =
    "select part_id from handoffs where tenant_id = $1 and id = $2";

std::optional<CustomerId> part_of(postgres::Tx& tx, HandoffId id) {
  auto const rows = tx.exec(part_sql, {tx.tenant(), id});
  return rows.empty() ? std::nullopt : std::optional(rows[0][0].id<CustomerId>());
}

constexpr std::string_view interaction_part_sql =
    "select part_id from interactions where tenant_id = $1 and id = $2";

std::optional<CustomerId> part_of(postgres::Tx& tx, InteractionId id) {
  auto const rows = tx.exec(interaction_part_sql, {tx.tenant(), id});
  return rows.empty() ? std::nullopt : std::optional(rows[0][0].id<CustomerId>());
}

namespace {

constexpr std::string_view columns_sql = R"sql(
  select h.id, h.part_id, p.root_id, h.version, h.status, h.interaction_id, h.channel, h.case_id,
         h.from_agent, h.to_channel, h.queue, h.to_agent, h.reason, h.offered_at, h.expires_at,
         h.answered_at, h.answered_by, h.answer_reason, h.receiving_interaction_id, h.read_at,
         h.first_message_at, h.read_before_first_message
)sql";

constexpr std::string_view from_sql = R"sql(
  from handoffs h
  join parts p on p.tenant_id = h.tenant_id and p.id = h.part_id
  where h.tenant_id = $1
)sql";

Handoff read_row(postgres::Rows::Row const& row) {
  Handoff value;
  value.id = row[0].id<HandoffId>();
  value.part = row[1].id<CustomerId>();
  value.root = row[2].id<CustomerId>();
  value.version = row[3].integer();
  value.status = row[4].text();
  value.interaction = row[5].id<InteractionId>();
  value.channel = row[6].text();
  value.case_id = row[7].optional_id<CaseId>();
  value.from = agent_in(row[8]);
  value.to = {row[9].text_or_empty(), row[10].text_or_empty(), agent_in(row[11])};
  value.reason = row[12].text_or_empty();
  value.offered_at = row[13].time();
  value.expires_at = row[14].time();
  value.answered_at = row[15].optional_time();
  value.answered_by = agent_in(row[16]);
  value.answer_reason = row[17].text_or_empty();
  value.receiving_interaction = row[18].optional_id<InteractionId>();
  value.read_at = row[19].optional_time();
  value.first_message_at = row[20].optional_time();
  if (!row[21].is_null()) value.read_before_first_message = row[21].boolean();
  return value;
}

constexpr std::string_view by_id_sql = "and h.id = $2";

}  // namespace

std::optional<Handoff> find(postgres::Tx& tx, HandoffId id) {
  auto const rows =
      tx.exec(std::string(columns_sql).append(from_sql).append(by_id_sql), {tx.tenant(), id});
  return rows.empty() ? std::nullopt : std::optional(read_row(rows[0]));
}

namespace {

// $3 the most reads.
constexpr std::string_view whole_columns_sql = R"sql(
  , h.packet, (
    select json_agg(json_build_object('agent', r.agent, 'at', json_time(r.at))
                    order by r.at, r.agent_kind, r.agent_id)
    from (select agent, at, agent_kind, agent_id from handoffs_reads
          where tenant_id = $1 and handoff_id = $2
          order by at, agent_kind, agent_id limit $3) r)
)sql";

}  // namespace

std::optional<Whole> find_whole(postgres::Tx& tx, HandoffId id) {
  auto const rows =
      tx.exec(std::string(columns_sql).append(whole_columns_sql).append(from_sql).append(by_id_sql),
              {tx.tenant(), id, reads_shown_max});
  if (rows.empty()) return std::nullopt;
  auto const row = rows[0];
  Whole whole{read_row(row), row[22].text(), {}};
  if (!row[23].is_null()) whole.reads = wire::parse_reads(row[23].view());
  return whole;
}

namespace {

constexpr std::string_view below_sql = "and (h.offered_at, h.id) < ($2::timestamptz, $3::uuid)";
constexpr std::string_view order_sql = " order by h.offered_at desc, h.id desc limit $4";

}  // namespace

Page<Handoff> list(postgres::Tx& tx, Filter const& filter, PageRequest const& page) {
  TimeKey const last = below(page);
  std::string sql = std::string(columns_sql).append(from_sql).append(below_sql);
  std::vector<Param> params{tx.tenant(), last.at, last.id, page.limit + 1};
  auto const where = [&](std::string_view condition, std::optional<std::string> const& value) {
    if (!value) return;
    params.emplace_back(*value);
    sql.append(condition).append(" $").append(std::to_string(params.size()));
  };
  where(" and h.status =", filter.status);
  where(" and h.queue =", filter.queue);
  where(" and h.agent_id =", filter.agent);
  sql.append(order_sql);
  std::vector<Handoff> handoffs;
  for (auto const& row : tx.exec(sql, params)) handoffs.push_back(read_row(row));
  return cut(std::move(handoffs), page.limit, [](Handoff const& value) {
    return to_keys({value.offered_at, value.id.value});
  });
}

// $7, $8 who answered.
constexpr std::string_view answer_sql = R"sql(
  update handoffs h
  set version = $3, status = $4, answered_at = $5, answered_by = $6,
      agent_id = case when $4::text = 'accepted' then $8::text else h.agent_id end,
      answer_reason = nullif($9::text, ''), receiving_interaction_id = $10,
      receiving_part_id = (select i.part_id from interactions i
                           where i.tenant_id = $1 and i.id = $10 and i.part_id <> h.part_id),
      read_at = (select r.at from handoffs_reads r
                 where r.tenant_id = $1 and r.handoff_id = $2 and r.agent_kind = $7::text
                   and r.agent_id = $8::text and $4::text = 'accepted')
  where h.tenant_id = $1 and h.id = $2
)sql";

void answer(postgres::Tx& tx, Handoff const& value) {
  auto const agent = value.answered_by.value_or(Agent{});
  tx.write(answer_sql, {tx.tenant(), value.id, value.version, value.status, value.answered_at,
                        agent_param(value.answered_by), agent.kind, agent.id, value.answer_reason,
                        value.receiving_interaction});
}

constexpr std::string_view insert_read_sql = R"sql(
  insert into handoffs_reads (tenant_id, handoff_id, agent_kind, agent_id, agent, at, key_id)
  values ($1, $2, $3, $4, $5, $6, $7)
  on conflict do nothing
)sql";

bool insert_read(postgres::Tx& tx, Actor const& actor, HandoffId id, Agent const& agent) {
  return tx.exec(insert_read_sql,
                 {tx.tenant(), id, agent.kind, agent.id, to_json(agent), actor.now, actor.key})
             .affected() > 0;
}

constexpr std::string_view read_sql = R"sql(
  update handoffs set version = version + 1, read_at = case when $4 then $3 else read_at end
  where tenant_id = $1 and id = $2
)sql";

void read(postgres::Tx& tx, HandoffId id, Timestamp at, bool by_receiver) {
  tx.write(read_sql, {tx.tenant(), id, at, by_receiver});
}

constexpr std::string_view expire_sql = R"sql(
  with gone as (
    update handoffs
    set status = 'expired', answered_at = expires_at, version = version + 1
    where tenant_id = $1 and id = any($2::uuid[]) and status = 'offered' and expires_at <= $3
    returning id, part_id, interaction_id, channel, case_id, offered_at, expires_at
  )
  select * from gone order by expires_at, id
)sql";

std::vector<Expired> expire(postgres::Tx& tx, std::span<Uuid const> ids, Timestamp now) {
  std::vector<Expired> gone;
  for (auto const row :
       tx.exec(expire_sql, {tx.tenant(), Param::array_of(ids, [](Uuid id) { return id; }), now})) {
    gone.push_back({row[0].id<HandoffId>(), row[1].id<CustomerId>(), row[2].id<InteractionId>(),
                    row[3].text(), row[4].optional_id<CaseId>(), row[5].time(), row[6].time()});
  }
  return gone;
}

}  // namespace throughline::handoffs::store

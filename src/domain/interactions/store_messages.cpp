// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <charconv>

#include "store.hpp"
#include "wire.hpp"

namespace throughline::interactions::store {
namespace {

constexpr std::string_view select_sql = R"sql(
  select id, seq, role, text, at, sentiment, sources, agent, external_system, external_id
  from messages
  where tenant_id = $1
)sql";

Message read(postgres::Rows::Row const& row) {
  Message message;
  message.id = row[0].id<MessageId>();
  message.seq = row[1].integer();
  message.role = row[2].text();
  message.text = row[3].text();
  message.at = row[4].time();
  message.sentiment = row[5].optional_real();
  if (!row[6].is_null()) message.sources = wire::parse_sources(row[6].view());
  if (!row[7].is_null()) message.agent = parse_agent(row[7].view());
  if (!row[8].is_null()) message.external_id = ExternalId{row[8].text(), row[9].text()};
  return message;
}

postgres::Param sources_param(NewMessage const& message) {
  if (message.sources.empty()) return nullptr;
  return wire::sources_column(message.sources);
}

template <class Project>
postgres::Param column(Batch const& batch, Project project) {
  return postgres::Param::array_of(batch.messages, project);
}

std::optional<std::string> external(NewMessage const& message, std::string ExternalId::*field) {
  return message.external_id ? std::optional((*message.external_id).*field) : std::nullopt;
}

}  // namespace

// The numbers come from the row that the root's lock guards; `old` is the row as that lock left it.
constexpr std::string_view extend_sql = R"sql(
  update interactions i
  set message_count = i.message_count + $3,
      last_message_at = greatest(i.last_message_at, $4),
      version = i.version + old.taken_over::int,
      agent = case when old.taken_over then $5 else i.agent end,
      agent_kind = case when old.taken_over then $6 else i.agent_kind end,
      agent_id = case when old.taken_over then $7 else i.agent_id end
  from (
    select id, $5::jsonb is not null and status = 'live' and agent is distinct from $5::jsonb
               as taken_over
    from interactions where tenant_id = $1 and id = $2
  ) old
  where i.tenant_id = $1 and i.id = old.id
  returning i.message_count, i.channel, i.case_id, coalesce($5, i.agent), old.taken_over
)sql";

Tail extend(postgres::Tx& tx, InteractionId id, Batch const& batch,
            std::optional<Agent> const& agent) {
  Timestamp newest = *batch.messages.front().at;
  for (NewMessage const& message : batch.messages) newest = std::max(newest, *message.at);
  auto const given = agent.value_or(Agent{});
  auto const rows = tx.exec(
      extend_sql, {tx.tenant(), id, batch.ids.size(), newest,
                   agent ? postgres::Param(to_json(given)) : nullptr, given.kind, given.id});
  auto const row = rows[0];
  Tail tail;
  tail.last_seq = row[0].integer();
  tail.channel = row[1].text();
  tail.case_id = row[2].optional_id<CaseId>();
  if (!row[3].is_null()) tail.speaker = parse_agent(row[3].view());
  tail.taken_over = row[4].boolean();
  return tail;
}

constexpr std::string_view insert_sql = R"sql(
  insert into messages (tenant_id, id, interaction_id, seq, role, text, at, sentiment, sources,
                        agent, external_system, external_id, key_id, traceparent)
  select $1, m.id, $2, $3 + m.n, m.role, m.text, m.at, m.sentiment, m.sources,
         case when m.role = 'agent' then $4::jsonb end, m.external_system, m.external_id, $5,
         nullif($6::text, '')
  from unnest($7::uuid[], $8::text[], $9::text[], $10::timestamptz[], $11::float8[],
              $12::jsonb[], $13::text[], $14::text[])
       with ordinality as m (id, role, text, at, sentiment, sources, external_system,
                             external_id, n)
)sql";

void insert(postgres::Tx& tx, Actor const& actor, InteractionId id, Batch const& batch,
            Tail const& tail) {
  auto const count = static_cast<std::int64_t>(batch.ids.size());
  tx.write(insert_sql,
           {tx.tenant(), id, tail.last_seq - count,
            tail.speaker ? postgres::Param(to_json(*tail.speaker)) : nullptr, actor.key,
            actor.traceparent, postgres::Param::array_of(batch.ids, [](MessageId m) { return m; }),
            column(batch, [](NewMessage const& m) { return m.role; }),
            column(batch, [](NewMessage const& m) { return m.text; }),
            column(batch, [](NewMessage const& m) { return m.at; }),
            column(batch, [](NewMessage const& m) { return m.sentiment; }),
            column(batch, [](NewMessage const& m) { return sources_param(m); }),
            column(batch, [](NewMessage const& m) { return external(m, &ExternalId::system); }),
            column(batch, [](NewMessage const& m) { return external(m, &ExternalId::id); })});
}

constexpr std::string_view transcript_sql = R"sql(
  and interaction_id = $2 and seq > $3
  order by seq
  limit $4
)sql";

Page<Message> messages(postgres::Tx& tx, InteractionId id, PageRequest const& page) {
  std::int64_t last_seq = 0;
  if (!page.after.empty()) {
    std::string const& key = page.after.front();
    auto const end = key.data() + key.size();
    auto const result = std::from_chars(key.data(), end, last_seq);
    if (page.after.size() != 1 || result.ec != std::errc() || result.ptr != end) {
      throw Error({FieldError{"?cursor", "is not a cursor of this list"}});
    }
  }
  std::vector<Message> read_messages;
  for (auto const& row : tx.exec(std::string(select_sql).append(transcript_sql),
                                 {tx.tenant(), id, last_seq, page.limit + 1})) {
    read_messages.push_back(read(row));
  }
  return cut(std::move(read_messages), page.limit, [](Message const& message) {
    return std::vector<std::string>{std::to_string(message.seq)};
  });
}

constexpr std::string_view by_ids_sql = "and id = any($2::uuid[])";

std::vector<Message> messages(postgres::Tx& tx, std::vector<MessageId> const& ids) {
  std::vector<Message> found;
  for (auto const& row :
       tx.exec(std::string(select_sql).append(by_ids_sql),
               {tx.tenant(), postgres::Param::array_of(ids, [](MessageId m) { return m; })})) {
    found.push_back(read(row));
  }
  return found;
}

}  // namespace throughline::interactions::store

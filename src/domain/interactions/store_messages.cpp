// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <charconv>
#include <iterator>

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

postgres::Param filled(std::string const& text) {
  return text.empty() ? postgres::Param(nullptr) : postgres::Param(text);
}

postgres::Param interactions_of(std::span<Appending::Asked const> asked) {
  return postgres::Param::array_of(asked, [](auto const& one) { return one.id; });
}

}  // namespace

constexpr std::string_view interaction_parts_sql =
    "select part_id from interactions where tenant_id = $1 and id = any($3::uuid[])";

parts::Locking lock_interactions(postgres::Tx& tx, std::span<Appending::Asked const> asked) {
  return {tx, interaction_parts_sql, {interactions_of(asked)}};
}

// Under the root's lock nobody else appends; a heartbeat touches none of these columns.
// Ended by silence: when, else null.
constexpr std::string_view tails_sql = R"sql(
  select i.id, i.part_id, p.root_id, i.channel, i.status = 'live', i.agent, i.case_id,
         i.message_count, i.version, c.part_id, c.status, c.priority, c.opened_at, c.resolved_at,
         c.opening_interaction_id, s.section is not null,
         case when i.fell_silent then i.ended_at end, i.sentiment, i.sentiment_before,
         i.hand_overs, i.handoff_id
  from interactions i
  join parts p on p.tenant_id = i.tenant_id and p.id = i.part_id
  left join cases c on c.tenant_id = i.tenant_id and c.id = i.case_id
  left join settings s on s.tenant_id = i.tenant_id and s.section = 'sla'
  where i.tenant_id = $1 and i.id = any($2::uuid[])
)sql";

postgres::Answer ask_tails(postgres::Tx& tx, std::span<Appending::Asked const> asked) {
  return tx.ask(tails_sql, {tx.tenant(), interactions_of(asked)});
}

std::map<InteractionId, Tail> read_tails(postgres::Answer const& answer) {
  std::map<InteractionId, Tail> tails;
  for (auto const row : answer.rows()) {
    Tail& tail = tails[row[0].id<InteractionId>()];
    tail.part = row[1].id<CustomerId>();
    tail.root = row[2].id<CustomerId>();
    tail.channel = row[3].text();
    tail.live = row[4].boolean();
    if (!row[5].is_null()) tail.agent = parse_agent(row[5].view());
    tail.case_id = row[6].optional_id<CaseId>();
    tail.last_seq = row[7].integer();
    tail.version = row[8].integer();
    if (!row[9].is_null()) {
      sla::Case const on{*tail.case_id,
                         row[9].id<CustomerId>(),
                         tail.root,
                         row[10].text(),
                         row[11].text(),
                         row[12].time(),
                         row[14].optional_id<InteractionId>()};
      tail.on_case = {on, row[13].optional_time(), row[15].boolean()};
    }
    tail.silent_since = row[16].optional_time();
    tail.mood = {row[17].optional_real(), row[18].optional_real()};
    if (!row[19].is_null()) tail.hand_overs = wire::parse_hand_overs(row[19].view());
    tail.handoff = row[20].optional_id<HandoffId>();
  }
  return tails;
}

// The function is its owner's.
constexpr std::string_view reopen_cases_sql =
    "select cases_reopen($1::int, $2::uuid[], $3::timestamptz)";

void reopen_cases(postgres::Tx& tx, std::span<CaseId const> cases, Timestamp now) {
  tx.write(reopen_cases_sql,
           {tx.tenant(), postgres::Param::array_of(cases, [](CaseId id) { return id; }), now});
}

constexpr std::string_view save_tails_sql = R"sql(
  update interactions i
  set message_count = tail.last_seq,
      last_message_at = greatest(i.last_message_at, tail.newest),
      version = tail.version,
      agent = coalesce(tail.agent, i.agent),
      agent_kind = coalesce(tail.agent_kind, i.agent_kind),
      agent_id = coalesce(tail.agent_id, i.agent_id),
      last_heartbeat_at = greatest(i.last_heartbeat_at, tail.heard),
      status = case when tail.revived then 'live' else i.status end,
      outcome = case when tail.revived then null else i.outcome end,
      ended_at = case when tail.revived then null else i.ended_at end,
      fell_silent = i.fell_silent and not tail.revived,
      sentiment = tail.sentiment,
      sentiment_before = tail.sentiment_before
  from unnest($2::uuid[], $3::bigint[], $4::timestamptz[], $5::bigint[], $6::jsonb[], $7::text[],
              $8::text[], $9::timestamptz[], $10::boolean[], $11::float8[], $12::float8[])
         as tail(id, last_seq, newest, version, agent, agent_kind, agent_id, heard, revived,
                 sentiment, sentiment_before)
  where i.tenant_id = $1 and i.id = tail.id
)sql";

void save_tails(postgres::Tx& tx, std::map<InteractionId, Tail> const& tails) {
  using postgres::Param;
  std::vector<std::pair<InteractionId, Tail>> moved;
  std::copy_if(tails.begin(), tails.end(), std::back_inserter(moved),
               [](auto const& tail) { return tail.second.newest.has_value(); });
  auto const list = [&](auto column) {
    return Param::array_of(moved, [&](auto const& tail) { return column(tail.second); });
  };
  auto const agent = [&](auto column) {
    return list(
        [&](Tail const& t) { return t.taken_over ? Param(column(*t.agent)) : Param(nullptr); });
  };
  tx.write(
      save_tails_sql,
      {tx.tenant(), Param::array_of(moved, [](auto const& tail) { return tail.first; }),
       list([](Tail const& t) { return t.last_seq; }), list([](Tail const& t) { return t.newest; }),
       list([](Tail const& t) { return t.version; }),
       agent([](Agent const& one) { return to_json(one); }),
       agent([](Agent const& one) { return one.kind; }),
       agent([](Agent const& one) { return one.id; }), list([](Tail const& t) { return t.heard; }),
       list([](Tail const& t) { return t.revived; }),
       list([](Tail const& t) { return t.mood.now; }),
       list([](Tail const& t) { return t.mood.before; })});
}

constexpr std::string_view insert_sql = R"sql(
  insert into messages (tenant_id, id, interaction_id, seq, role, text, at, sentiment, sources,
                        agent, external_system, external_id, key_id, traceparent)
  select $1, message.*
  from unnest($2::uuid[], $3::uuid[], $4::bigint[], $5::text[], $6::text[], $7::timestamptz[],
              $8::float8[], $9::jsonb[], $10::jsonb[], $11::text[], $12::text[], $13::uuid[],
              $14::text[]) message
)sql";

void insert(postgres::Tx& tx, std::span<NewRow const> rows) {
  using postgres::Param;
  auto const list = [&](auto column) { return Param::array_of(rows, column); };
  auto const external = [&](std::string ExternalId::*field) {
    return list([&](NewRow const& row) {
      auto const& name = row.message->external_id;
      return name ? Param((*name).*field) : Param(nullptr);
    });
  };
  tx.append(insert_sql, {tx.tenant(), list([](NewRow const& row) { return row.id; }),
                         list([](NewRow const& row) { return row.interaction; }),
                         list([](NewRow const& row) { return row.seq; }),
                         list([](NewRow const& row) { return row.message->role; }),
                         list([](NewRow const& row) { return row.message->text; }),
                         list([](NewRow const& row) { return row.at; }),
                         list([](NewRow const& row) { return row.message->sentiment; }),
                         list([](NewRow const& row) { return sources_param(*row.message); }),
                         list([](NewRow const& row) {
                           return row.agent ? Param(to_json(*row.agent)) : Param(nullptr);
                         }),
                         external(&ExternalId::system), external(&ExternalId::id),
                         list([](NewRow const& row) { return row.actor->key; }),
                         list([](NewRow const& row) { return filled(row.actor->traceparent); })});
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

std::string_view const message_parts_sql =
    "select m.id, i.part_id from messages m "
    "join interactions i on i.tenant_id = m.tenant_id and i.id = m.interaction_id "
    "where m.tenant_id = $1 and m.id = any($2::uuid[])";

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

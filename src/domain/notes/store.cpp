// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include "store.hpp"

namespace throughline::notes::store {
namespace {

// The unique index on replaces_id makes the join one row at most.
constexpr std::string_view select_sql = R"sql(
  select n.id, n.case_id, n.kind, n.text, n.channel, n.agent, n.interaction_id, n.replaces_id,
         newer.id, n.at, n.external_system, n.external_id
  from notes n
  left join notes newer on newer.tenant_id = n.tenant_id and newer.replaces_id = n.id
  where n.tenant_id = $1
)sql";

Note read(postgres::Rows::Row const& row) {
  Note note;
  note.id = row[0].id<NoteId>();
  note.case_id = row[1].id<CaseId>();
  note.kind = row[2].text();
  note.text = row[3].text();
  note.channel = row[4].text_or_empty();
  if (!row[5].is_null()) note.agent = parse_agent(row[5].view());
  note.interaction_id = row[6].optional_id<InteractionId>();
  note.replaces = row[7].optional_id<NoteId>();
  note.replaced_by = row[8].optional_id<NoteId>();
  note.at = row[9].time();
  if (!row[10].is_null()) note.external_id = ExternalId{row[10].text(), row[11].text()};
  return note;
}

}  // namespace

constexpr std::string_view insert_sql = R"sql(
  insert into notes (tenant_id, id, case_id, kind, text, channel, agent, interaction_id,
                     replaces_id, at, external_system, external_id, key_id, traceparent)
  values ($1, $2, $3, $4, $5, nullif($6::text, ''), $7, $8, $9, $10, nullif($11::text, ''),
          nullif($12::text, ''), $13, nullif($14::text, ''))
)sql";

void insert(postgres::Tx& tx, Actor const& actor, Note const& note) {
  auto const external = note.external_id.value_or(ExternalId{});
  tx.write(insert_sql,
           {tx.tenant(), note.id, note.case_id, note.kind, note.text, note.channel,
            note.agent ? postgres::Param(to_json(*note.agent)) : nullptr, note.interaction_id,
            note.replaces, note.at, external.system, external.id, actor.key, actor.traceparent});
}

constexpr std::string_view by_id_sql = "and n.id = $2";

std::optional<Note> find(postgres::Tx& tx, NoteId id) {
  auto const rows = tx.exec(std::string(select_sql).append(by_id_sql), {tx.tenant(), id});
  return rows.empty() ? std::nullopt : std::optional(read(rows[0]));
}

constexpr std::string_view of_case_sql = R"sql(
  and n.case_id = $2 and (n.at, n.id) < ($3::timestamptz, $4::uuid)
  order by n.at desc, n.id desc
  limit $5
)sql";

Page<Note> list(postgres::Tx& tx, CaseId case_id, PageRequest const& page) {
  TimeKey const last = below(page);
  std::vector<Note> notes;
  for (auto const& row : tx.exec(std::string(select_sql).append(of_case_sql),
                                 {tx.tenant(), case_id, last.at, last.id, page.limit + 1})) {
    notes.push_back(read(row));
  }
  return cut(std::move(notes), page.limit, [](Note const& note) {
    return to_keys({note.at, note.id.value});
  });
}

constexpr std::string_view interaction_sql = R"sql(
  select p.root_id, i.channel
  from interactions i
  join parts p on p.tenant_id = i.tenant_id and p.id = i.part_id
  where i.tenant_id = $1 and i.id = $2
)sql";

std::optional<Interaction> interaction(postgres::Tx& tx, InteractionId id) {
  auto const rows = tx.exec(interaction_sql, {tx.tenant(), id});
  if (rows.empty()) return std::nullopt;
  return Interaction{rows[0][0].id<CustomerId>(), rows[0][1].text()};
}

}  // namespace throughline::notes::store

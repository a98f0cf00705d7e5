// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include "store.hpp"

#include <algorithm>

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
                     replaces_id, at, external_system, external_id, key_id, traceparent,
                     case_part_id, interaction_part_id)
  select $1, note.*
    from unnest($2::uuid[], $3::uuid[], $4::text[], $5::text[], $6::text[], $7::jsonb[],
                $8::uuid[], $9::uuid[], $10::timestamptz[], $11::text[], $12::text[], $13::uuid[],
                $14::text[], $15::uuid[], $16::uuid[]) note
)sql";

void insert(postgres::Tx& tx, std::span<NewRow const> rows) {
  using postgres::Param;
  auto const list = [&](auto column) {
    return Param::array_of(rows, [&](NewRow const& row) { return column(row.note); });
  };
  auto const external = [&](std::string ExternalId::*field) {
    return list([&](Note const& note) {
      return note.external_id ? Param((*note.external_id).*field) : Param(nullptr);
    });
  };
  auto const filled = [](std::string const& text) {
    return text.empty() ? Param(nullptr) : Param(text);
  };
  tx.append(
      insert_sql,
      {tx.tenant(), list([](Note const& note) { return note.id; }),
       list([](Note const& note) { return note.case_id; }),
       list([](Note const& note) { return note.kind; }),
       list([](Note const& note) { return note.text; }),
       list([&](Note const& note) { return filled(note.channel); }), list([](Note const& note) {
         return note.agent ? Param(to_json(*note.agent)) : Param(nullptr);
       }),
       list([](Note const& note) { return note.interaction_id; }),
       list([](Note const& note) { return note.replaces; }),
       list([](Note const& note) { return note.at; }), external(&ExternalId::system),
       external(&ExternalId::id),
       Param::array_of(rows, [](NewRow const& row) { return row.actor->key; }),
       Param::array_of(rows, [&](NewRow const& row) { return filled(row.actor->traceparent); }),
       Param::array_of(rows, [](NewRow const& row) { return row.case_part; }),
       Param::array_of(rows, [](NewRow const& row) { return row.interaction_part; })});
}

namespace {

postgres::Param cases_of(std::span<Adding::Asked const> asked) {
  return postgres::Param::array_of(asked, [](auto const& one) { return one.case_id; });
}

}  // namespace

constexpr std::string_view case_parts_sql =
    "select part_id from cases where tenant_id = $1 and id = any($3::uuid[])";

parts::Locking lock_cases(postgres::Tx& tx, std::span<Adding::Asked const> asked) {
  return {tx, case_parts_sql, {cases_of(asked)}};
}

namespace {

// A note that comes alone mostly names nothing but its case, and every join costs it.
constexpr std::string_view looks_sql = R"sql(
  select asked.place, c.part_id, p.root_id, c.open_question, null, null, null, false, null
  from unnest($2::uuid[]) with ordinality asked(case_id, place)
  join cases c on c.tenant_id = $1 and c.id = asked.case_id
  join parts p on p.tenant_id = $1 and p.id = c.part_id
)sql";

// The unique index on replaces_id makes the last join one row at most.
constexpr std::string_view wide_looks_sql = R"sql(
  select asked.place, c.part_id, p.root_id, c.open_question, talker.root_id, i.channel,
         old.case_id, newer.id is not null, i.part_id
  from unnest($2::uuid[], $3::uuid[], $4::uuid[])
       with ordinality asked(case_id, interaction_id, replaces_id, place)
  join cases c on c.tenant_id = $1 and c.id = asked.case_id
  join parts p on p.tenant_id = $1 and p.id = c.part_id
  left join interactions i on i.tenant_id = $1 and i.id = asked.interaction_id
  left join parts talker on talker.tenant_id = $1 and talker.id = i.part_id
  left join notes old on old.tenant_id = $1 and old.id = asked.replaces_id
  left join notes newer on newer.tenant_id = $1 and newer.replaces_id = old.id
)sql";

bool names_more(Adding::Asked const& asked) {
  return asked.note->interaction_id || asked.note->replaces;
}

}  // namespace

postgres::Answer ask_looks(postgres::Tx& tx, std::span<Adding::Asked const> asked) {
  if (std::none_of(asked.begin(), asked.end(), names_more))
    return tx.ask(looks_sql, {tx.tenant(), cases_of(asked)});
  auto const list = [&](auto column) {
    return postgres::Param::array_of(asked, [&](auto const& one) { return column(*one.note); });
  };
  return tx.ask(wide_looks_sql, {tx.tenant(), cases_of(asked),
                                 list([](NewNote const& note) { return note.interaction_id; }),
                                 list([](NewNote const& note) { return note.replaces; })});
}

std::map<std::size_t, Look> read_looks(postgres::Answer const& answer) {
  std::map<std::size_t, Look> looks;
  for (auto const row : answer.rows()) {
    Look& look = looks[static_cast<std::size_t>(row[0].integer()) - 1];
    look.part = row[1].id<CustomerId>();
    look.root = row[2].id<CustomerId>();
    look.open_question = row[3].text_or_empty();
    look.interaction_root = row[4].optional_id<CustomerId>();
    look.interaction_channel = row[5].text_or_empty();
    look.replaced_case = row[6].optional_id<CaseId>();
    look.is_replaced = row[7].boolean();
    look.interaction_part = row[8].optional_id<CustomerId>();
  }
  return looks;
}

std::string_view const parts_sql =
    "select n.id, c.part_id from notes n "
    "join cases c on c.tenant_id = n.tenant_id and c.id = n.case_id "
    "where n.tenant_id = $1 and n.id = any($2::uuid[])";

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

}  // namespace throughline::notes::store

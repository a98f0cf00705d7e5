// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include "store.hpp"

namespace throughline::events::store {

constexpr std::string_view insert_sql = R"sql(
insert into events (tenant_id, id, part_id, type, at, channel, case_id, attributes,
                    external_system, external_id, key_id, traceparent, case_part_id)
select $1, e.id, e.part_id, e.type, e.at, e.channel, e.case_id, e.attributes,
       e.external_system, e.external_id, $2, $3,
       (select c.part_id from cases c
        where c.tenant_id = $1 and c.id = e.case_id and c.part_id <> e.part_id)
from unnest($4::uuid[], $5::uuid[], $6::text[], $7::timestamptz[], $8::text[], $9::uuid[],
            $10::jsonb[], $11::text[], $12::text[])
  as e (id, part_id, type, at, channel, case_id, attributes, external_system, external_id)
)sql";

namespace {

std::optional<std::string> filled(std::string const& text) {
  return text.empty() ? std::nullopt : std::optional<std::string>(text);
}

std::optional<std::string> system_of(NewEvent const& event) {
  return event.external_id ? std::optional<std::string>(event.external_id->system) : std::nullopt;
}

std::optional<std::string> number_of(NewEvent const& event) {
  return event.external_id ? std::optional<std::string>(event.external_id->id) : std::nullopt;
}

}  // namespace

void insert(postgres::Tx& tx, Actor const& actor, std::span<Row const> rows) {
  if (rows.empty()) return;
  using postgres::Param;
  auto const column = [&](auto project) { return Param::array_of(rows, project); };
  tx.append(insert_sql, {actor.tenant, actor.key, filled(actor.traceparent),
                        column([](Row const& row) { return row.id; }),
                        column([](Row const& row) { return row.part; }),
                        column([](Row const& row) { return row.event->type; }),
                        column([](Row const& row) { return row.event->at; }),
                        column([](Row const& row) { return filled(row.event->channel); }),
                        column([](Row const& row) { return row.event->case_id; }),
                        column([](Row const& row) { return row.event->attributes; }),
                        column([](Row const& row) { return system_of(*row.event); }),
                        column([](Row const& row) { return number_of(*row.event); })});
}

constexpr std::string_view case_parts_sql = R"sql(
select id, part_id from cases where tenant_id = $1 and id = any($2::uuid[])
)sql";

std::vector<std::pair<CaseId, CustomerId>> case_parts(postgres::Tx& tx,
                                                      std::span<CaseId const> cases) {
  std::vector<std::pair<CaseId, CustomerId>> found;
  if (cases.empty()) return found;
  auto const ids = postgres::Param::array_of(cases, [](CaseId id) { return id; });
  for (auto const row : tx.exec(case_parts_sql, {tx.tenant(), ids})) {
    found.emplace_back(row[0].id<CaseId>(), row[1].id<CustomerId>());
  }
  return found;
}

std::string_view const parts_sql =
    "select id, part_id from events where tenant_id = $1 and id = any($2::uuid[])";

}  // namespace throughline::events::store

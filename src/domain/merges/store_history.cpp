// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// The statements of the history.
#include <string>
#include <string_view>

#include "domain/merges/store.hpp"
#include "throughline/base/page.hpp"

namespace throughline::merges::store {
namespace {

using postgres::Param;

// Of each part at most a page from each index: the links and partings that hang on it, and the
// merges in which it was the root on either side.
constexpr std::string_view page_sql = R"sql(
with page as materialized (
  select entry.at, entry.id, entry.joined
  from (
    select $2::uuid as id
    union all
    select id from parts where tenant_id = $1 and root_id = $2 and root_id <> id
  ) part
  cross join lateral (
    (select at, id, true as joined from merges
     where tenant_id = $1 and one_id = part.id and (at, id) < ($3::timestamptz, $4::uuid)
     order by at desc, id desc limit $5)
    union
    (select at, id, true from merges
     where tenant_id = $1 and other_id = part.id and (at, id) < ($3::timestamptz, $4::uuid)
     order by at desc, id desc limit $5)
    union
    (select at, id, true from merges
     where tenant_id = $1 and survivor_id = part.id and (at, id) < ($3::timestamptz, $4::uuid)
     order by at desc, id desc limit $5)
    union
    (select at, id, true from merges
     where tenant_id = $1 and loser_id = part.id and (at, id) < ($3::timestamptz, $4::uuid)
     order by at desc, id desc limit $5)
    union
    (select at, id, false from partings
     where tenant_id = $1 and one_id = part.id and (at, id) < ($3::timestamptz, $4::uuid)
     order by at desc, id desc limit $5)
    union
    (select at, id, false from partings
     where tenant_id = $1 and other_id = part.id and (at, id) < ($3::timestamptz, $4::uuid)
     order by at desc, id desc limit $5)
  ) entry
  group by entry.at, entry.id, entry.joined
  order by entry.at desc, entry.id desc
  limit $5
)
)sql";

constexpr std::string_view one_sql = R"sql(
with page as materialized (
  select at, id, true as joined from merges where tenant_id = $1 and id = $2
)
)sql";

// "limit 1" keeps each look-up a walk of an index: the planner can't tell how many rows a page has,
// and would otherwise read whole tables.
constexpr std::string_view render_sql = R"sql(
select page.at, page.id, page.joined,
       coalesce(m.one_id, p.one_id), one.display_name,
       coalesce(m.other_id, p.other_id), other.display_name,
       coalesce(m.reason, p.reason), coalesce(m.agent, p.agent), coalesce(m.key_id, p.key_id),
       m.survivor_id, m.loser_id, to_json(m.moved_parts), m.rule, m.evidence, m.score,
       m.weights_version, m.interaction_id, coalesce(m.undo_id, p.undo_id),
       u.how, u.at, u.reason, u.agent, u.key_id,
       p.source, p.merge_id, p.lifted_at, p.lifted_by
from page
left join lateral (
  select * from merges where page.joined and tenant_id = $1 and id = page.id limit 1) m on true
left join lateral (
  select * from undos where tenant_id = $1 and id = m.undo_id limit 1) u on true
left join lateral (
  select * from partings where not page.joined and tenant_id = $1 and id = page.id limit 1) p
  on true
left join lateral (
  select display_name from customers
  where tenant_id = $1 and id = coalesce(m.one_id, p.one_id) limit 1) one on true
left join lateral (
  select display_name from customers
  where tenant_id = $1 and id = coalesce(m.other_id, p.other_id) limit 1) other on true
order by page.at desc, page.id desc
)sql";

std::optional<Agent> agent_in(postgres::Field const& field) {
  return field.is_null() ? std::nullopt : std::optional(parse_agent(field.view()));
}

void read_joined(Entry& entry, postgres::Rows::Row const& row) {
  entry.survivor = row[10].id<CustomerId>();
  entry.loser = row[11].id<CustomerId>();
  entry.moved_parts_json = row[12].text();
  entry.rule = row[13].text();
  entry.evidence_json = row[14].text();
  entry.score = row[15].optional_real();
  entry.weights_version = row[16].integer();
  entry.interaction = row[17].optional_id<InteractionId>();
  if (row[19].is_null()) return;
  entry.how = row[19].text();
  entry.undone =
      Said{row[20].time(), row[21].text_or_empty(), agent_in(row[22]), row[23].id<KeyId>()};
}

Entry read(postgres::Rows::Row const& row) {
  Entry entry;
  entry.id = row[1].id<MergeId>().value;
  entry.joined = row[2].boolean();
  entry.one = {row[3].id<CustomerId>(), row[4].text_or_empty()};
  entry.other = {row[5].id<CustomerId>(), row[6].text_or_empty()};
  entry.said = {row[0].time(), row[7].text_or_empty(), agent_in(row[8]), row[9].id<KeyId>()};
  entry.undo = row[18].optional_id<UndoId>();
  if (entry.joined) {
    read_joined(entry, row);
    return entry;
  }
  entry.source = row[24].text();
  entry.merge = row[25].optional_id<MergeId>();
  entry.lifted_at = row[26].optional_time();
  entry.lifted_by = row[27].optional_id<MergeId>();
  return entry;
}

}  // namespace

Page<Entry> history(postgres::Tx& tx, CustomerId root, PageRequest const& page) {
  TimeKey const last = below(page);
  std::vector<Entry> entries;
  for (auto const row : tx.exec(std::string(page_sql).append(render_sql),
                                {tx.tenant(), root, last.at, last.id, page.limit + 1})) {
    entries.push_back(read(row));
  }
  return cut(std::move(entries), page.limit, [](Entry const& entry) {
    return to_keys({entry.said.at, entry.id});
  });
}

Entry joined(postgres::Tx& tx, MergeId id) {
  return read(tx.exec(std::string(one_sql).append(render_sql), {tx.tenant(), id})[0]);
}

}  // namespace throughline::merges::store

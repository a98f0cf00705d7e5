// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// The statements of an undo.
#include <algorithm>
#include <string_view>

#include "domain/merges/store.hpp"
#include "domain/merges/wire.hpp"

namespace throughline::merges::store {
namespace {

using postgres::Param;

constexpr std::string_view find_sql = R"sql(
select one_id, other_id, undo_id from merges where tenant_id = $1 and id = $2
)sql";

}  // namespace

std::optional<Named> find(postgres::Tx& tx, MergeId id) {
  auto const rows = tx.exec(find_sql, {tx.tenant(), id});
  if (rows.empty()) return std::nullopt;
  return Named{rows[0][0].id<CustomerId>(), rows[0][1].id<CustomerId>(),
               rows[0][2].optional_id<UndoId>()};
}

namespace {

// A link that stands has both its ends in one customer.
constexpr std::string_view standing_sql = R"sql(
select id, one_id, other_id, at from merges
where tenant_id = $1 and one_id = any($2::uuid[]) and undone_at is null
order by at, id
)sql";

}  // namespace

std::vector<Standing> standing(postgres::Tx& tx, std::span<CustomerId const> parts) {
  std::vector<Standing> links;
  auto const ids = Param::array_of(parts, [](CustomerId id) { return id; });
  for (auto const row : tx.exec(standing_sql, {tx.tenant(), ids})) {
    links.push_back(
        {{row[0].id<MergeId>(), row[1].id<CustomerId>(), row[2].id<CustomerId>()}, row[3].time()});
  }
  return links;
}

namespace {

// Each function is its owner's: it finds what crosses by an index, and takes it away.
constexpr std::string_view unlink_sql = R"sql(
select 'interaction', id, part_id, 'case_id', case_id
from interactions_unlink($1::int, $2::uuid[], $3::uuid[])
union all
select 'event', id, part_id, 'case_id', case_id
from events_unlink($1::int, $2::uuid[], $3::uuid[])
union all
select 'note', id, part_id, 'interaction_id', interaction_id
from notes_unlink($1::int, $2::uuid[], $3::uuid[])
union all
select 'commitment', id, part_id, 'interaction_id', interaction_id
from commitments_unlink($1::int, $2::uuid[], $3::uuid[])
union all
select 'warning', id, part_id, 'interaction_id', interaction_id
from warnings_unlink($1::int, $2::uuid[], $3::uuid[])
union all
select 'handoff', id, part_id, field, was
from handoffs_unlink($1::int, $2::uuid[], $3::uuid[])
order by 2, 4
)sql";

}  // namespace

std::vector<Unlinked> unlink(postgres::Tx& tx, std::span<Group const> groups) {
  std::vector<CustomerId> parts, roots;
  for (Group const& group : groups) {
    parts.insert(parts.end(), group.begin(), group.end());
    roots.insert(roots.end(), group.size(), group.front());
  }
  auto const list = [](auto const& ids) {
    return Param::array_of(ids, [](CustomerId id) { return id; });
  };
  std::vector<Unlinked> gone;
  for (auto const row : tx.exec(unlink_sql, {tx.tenant(), list(parts), list(roots)})) {
    gone.push_back({row[0].text(), row[1].id<CustomerId>().value, row[2].id<CustomerId>(),
                    row[3].text(), row[4].id<CustomerId>().value});
  }
  return gone;
}

namespace {

constexpr std::string_view insert_sql = R"sql(
with undo as (
  insert into undos (tenant_id, id, merge_id, how, root_id, roots, since, unlinked, unlinked_count,
                     reason, agent, key_id, at)
  values ($1, $2, $3, $4, $5, $6::uuid[], $7, $8::jsonb, $9, nullif($10::text, ''), $11::jsonb, $12,
          $13)
)
update merges set undone_at = $13, undo_id = $2
where tenant_id = $1 and id = any($14::uuid[])
)sql";

}  // namespace

void insert(postgres::Tx& tx, Actor const& actor, NewUndo const& undo) {
  auto const shown = undo.unlinked.first(std::min(undo.unlinked.size(), unlinked_shown_max));
  auto const& agent = undo.asked->agent;
  tx.write(insert_sql, {tx.tenant(), undo.id, undo.asked->merge, name(undo.asked->how), undo.root,
                        Param::array_of(undo.roots, [](CustomerId id) { return id; }), undo.since,
                        unlinked_column(shown), undo.unlinked.size(), undo.asked->reason,
                        agent ? Param(to_json(*agent)) : Param(nullptr), actor.key, actor.now,
                        Param::array_of(undo.cut, [](Edge const& link) { return link.id; })});
}

namespace {

// The function is its owner's, as are the matches.
constexpr std::string_view settle_matches_sql = R"sql(
select id, part_id from matches_parted($1::int, $2::uuid[], $3::uuid[], $4, $5)
)sql";

}  // namespace

std::vector<Reopened> settle_matches(postgres::Tx& tx, Actor const& actor, Cut const& cut) {
  std::vector<CustomerId> members;
  for (Group const& group : cut.groups) members.insert(members.end(), group.begin(), group.end());
  std::vector<Reopened> raised;
  for (auto const row : tx.exec(
           settle_matches_sql,
           {tx.tenant(), Param::array_of(cut.links, [](Edge const& link) { return link.id; }),
            Param::array_of(members, [](CustomerId id) { return id; }), actor.now, actor.key})) {
    raised.push_back({row[0].id<MatchId>(), row[1].id<CustomerId>()});
  }
  return raised;
}

namespace {

constexpr std::string_view get_sql = R"sql(
select merge_id, how, root_id, since, at, unlinked, unlinked_count, reason, agent, key_id,
       array_to_string(roots, ','),
       (select string_agg(m.id::text, ',' order by m.at, m.id) from merges m
        where m.tenant_id = u.tenant_id and m.undo_id = u.id)
from undos u
where tenant_id = $1 and id = $2
)sql";

template <class IdType>
std::vector<IdType> ids_in(std::string_view text) {
  std::vector<IdType> ids;
  while (!text.empty()) {
    auto const end = std::min(text.find(','), text.size());
    ids.push_back(IdType::parse(text.substr(0, end)).value());
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return ids;
}

}  // namespace

UndoRow get(postgres::Tx& tx, UndoId id) {
  auto const row = tx.exec(get_sql, {tx.tenant(), id})[0];
  UndoRow undo;
  undo.id = id;
  undo.merge = row[0].id<MergeId>();
  undo.how = row[1].text();
  undo.root = row[2].id<CustomerId>();
  undo.since = row[3].time();
  undo.at = row[4].time();
  undo.unlinked = parse_unlinked(row[5].view());
  undo.unlinked_count = row[6].integer();
  undo.reason = row[7].text_or_empty();
  if (!row[8].is_null()) undo.agent = parse_agent(row[8].view());
  undo.key = row[9].id<KeyId>();
  undo.roots = ids_in<CustomerId>(row[10].view());
  undo.cut = ids_in<MergeId>(row[11].text_or_empty());
  return undo;
}

namespace {

constexpr std::string_view stayed_fields_sql = R"sql(
select field.key
from customers c cross join lateral jsonb_each_text(c.field_times) field
where c.tenant_id = $1 and c.id = $2 and field.value::timestamptz > $3
order by field.key
)sql";

constexpr std::string_view stayed_identifiers_sql = R"sql(
select type, value, assurance, shared, part_id, valid_from, confirmed_at
from customer_identifiers($1, $2)
where part_id = $2 and valid_from > $3
order by type, value
)sql";

constexpr std::string_view identifiers_of_sql = R"sql(
select type, value, assurance, shared, part_id, valid_from, confirmed_at
from customer_identifiers($1, $2)
order by type, value
)sql";

std::vector<Held> read_held(postgres::Rows const& rows) {
  std::vector<Held> held;
  for (auto const row : rows) {
    held.push_back({row[0].text(), row[1].text(), row[2].text(), row[3].boolean(),
                    row[4].id<CustomerId>(), row[5].time(), row[6].time()});
  }
  return held;
}

}  // namespace

Stayed stayed(postgres::Tx& tx, UndoRow const& undo) {
  Stayed found;
  for (auto const row : tx.exec(stayed_fields_sql, {tx.tenant(), undo.root, undo.since})) {
    found.fields.push_back(row[0].text());
  }
  found.identifiers =
      read_held(tx.exec(stayed_identifiers_sql, {tx.tenant(), undo.root, undo.since}));
  return found;
}

std::vector<Held> identifiers_of(postgres::Tx& tx, CustomerId root) {
  return read_held(tx.exec(identifiers_of_sql, {tx.tenant(), root}));
}

}  // namespace throughline::merges::store

// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include "domain/changes/store.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace throughline::changes::store {
namespace {

using postgres::Param;

Param agent_column(Change const& change, std::string Agent::*field) {
  return change.agent ? Param(*change.agent.*field) : Param(nullptr);
}

Param text_or_null(std::string const& text) {
  return text.empty() ? Param(nullptr) : Param(text);
}

/// Names of fields are words of ours: none holds a comma.
std::vector<std::string> split(std::string_view names) {
  std::vector<std::string> fields;
  while (!names.empty()) {
    auto const end = std::min(names.find(','), names.size());
    fields.emplace_back(names.substr(0, end));
    names.remove_prefix(std::min(end + 1, names.size()));
  }
  return fields;
}

}  // namespace

// unnest() gives its rows in order, and so positions are drawn in it.
constexpr std::string_view append_sql = R"sql(
  insert into changes (tenant_id, position, id, type, at, root_id, part_id, version, resource_id,
                       fields, key_id, agent_kind, agent_id, traceparent)
  select $1, nextval('changes_position'), fact.id, fact.type, fact.at, fact.root_id, fact.part_id,
         fact.version, fact.resource_id, fact.fields::text[], fact.key_id, fact.agent_kind,
         fact.agent_id, fact.traceparent
    from unnest($5::uuid[], $6::text[], $7::timestamptz[], $8::uuid[], $9::uuid[], $10::bigint[],
                $11::uuid[], $12::text[], $13::uuid[], $14::text[], $15::text[], $16::text[])
         as fact(id, type, at, root_id, part_id, version, resource_id, fields, key_id, agent_kind,
                 agent_id, traceparent)
)sql";

void append(postgres::Tx& tx, parts::Locked& locked, std::span<Deed const> deeds) {
  static std::string const sql = parts::raising(append_sql);
  std::vector<CustomerId> roots;
  std::vector<std::int64_t> versions;
  std::map<CustomerId, std::int64_t> newest;
  Timestamp now = deeds.front().actor->now;
  for (auto const& [actor, change] : deeds) {
    roots.push_back(locked.root(change.part).id);
    versions.push_back(parts::raise(tx, locked, change.part));
    newest[roots.back()] = versions.back();
    now = std::max(now, actor->now);
  }
  auto const same = [](auto const& value) { return value; };
  auto const list = [&](auto column) { return Param::array_of(deeds, column); };
  auto const facts = [&](auto column) {
    return list([&](Deed const& deed) { return column(deed.change); });
  };
  tx.append(
      sql,
      {tx.tenant(), Param::array_of(newest, [](auto const& root) { return root.first; }),
       Param::array_of(newest, [](auto const& root) { return root.second; }), now,
       list([](Deed const& deed) { return ChangeId::make(deed.actor->now); }),
       facts([](Change const& change) { return name(change.type); }),
       list([](Deed const& deed) { return deed.actor->now; }), Param::array_of(roots, same),
       facts([](Change const& change) { return change.part; }), Param::array_of(versions, same),
       facts([](Change const& change) { return change.resource; }),
       facts([&](Change const& change) { return Param::array_of(change.fields, same); }),
       list([](Deed const& deed) { return deed.actor->key; }),
       facts([](Change const& change) { return agent_column(change, &Agent::kind); }),
       facts([](Change const& change) { return agent_column(change, &Agent::id); }),
       list([](Deed const& deed) { return text_or_null(deed.actor->traceparent); })});
}

// The snapshot is older than anything that its statement computes, so next_id is read after it, as
// it has to be. age() counts from a transaction's id to the next one to be given. What is kept is
// read here, by the first statement on `changes`: from then on no partition can be detached.
constexpr std::string_view observe_sql = R"sql(
  select coalesce((select max(position) from changes where tenant_id = $1), 0),
         oldest_open::text::bigint,
         oldest_open::text::bigint + age(oldest_open::xid),
         (select coalesce(kept_from, 0) from partitioned where name = 'changes')
    from pg_snapshot_xmin(pg_current_snapshot()) as oldest_open)sql";

Seen observe(postgres::Tx& tx) {
  // In a transaction with an id of its own, age() would count to that one.
  if (tx.mode() != postgres::Mode::read) {
    throw std::logic_error("the feed is read by read-only transactions");
  }
  auto const row = tx.exec(observe_sql, {tx.tenant()})[0];
  return {{row[0].integer(), row[1].integer(), row[2].integer()}, row[3].integer()};
}

constexpr std::string_view observe_all_sql = R"sql(
  select oldest_open::text::bigint,
         oldest_open::text::bigint + age(oldest_open::xid)
    from pg_snapshot_xmin(pg_current_snapshot()) as oldest_open)sql";

Horizon::View observe_all(postgres::Tx& tx) {
  auto const row = tx.exec(observe_all_sql)[0];
  return {row[1].integer(), row[0].integer(), row[1].integer()};
}

constexpr std::string_view find_sql = R"sql(
  with scanned as materialized (
    select * from changes
     where tenant_id = $1 and position > $2 and position <= $3
     order by position limit $4),
  extent as (select count(*) as scanned, coalesce(max(position), 0) as last from scanned)
  select extent.scanned, extent.last, item.position, item.id, item.type, item.at, item.root_id,
         item.part_id, item.resource_id, item.version, array_to_string(item.fields, ','),
         item.key_id, item.agent_kind, item.agent_id, item.traceparent
    from extent
    left join (select * from scanned
                where $5::text[] is null or type = any($5::text[])
                order by position limit $6) item on true
   order by item.position)sql";

Found find(postgres::Tx& tx, std::int64_t after, std::int64_t bound, std::span<Type const> types,
           std::size_t scan, std::size_t limit) {
  auto const names =
      types.empty() ? Param(nullptr) : Param::array_of(types, [](Type type) { return name(type); });
  auto const rows = tx.exec(find_sql, {tx.tenant(), after, bound, scan, names, limit});
  Found found;
  for (auto const row : rows) {
    found.scanned = static_cast<std::size_t>(row[0].integer());
    found.last_scanned = row[1].integer();
    if (row[2].is_null()) break;
    Item item;
    item.position = row[2].integer();
    item.id = row[3].id<ChangeId>();
    item.type = row[4].text();
    item.at = row[5].time();
    item.root = row[6].id<CustomerId>();
    item.part = row[7].id<CustomerId>();
    item.resource = row[8].id<ChangeId>().value;
    item.version = row[9].integer();
    item.fields = split(row[10].view());
    item.key = row[11].id<KeyId>();
    if (!row[12].is_null()) item.agent = Agent{row[12].text(), row[13].text(), {}, {}, {}};
    item.traceparent = row[14].text_or_empty();
    found.items.push_back(std::move(item));
  }
  return found;
}

}  // namespace throughline::changes::store

// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include "domain/identity/store.hpp"

#include <algorithm>
#include <string_view>

namespace throughline::identity::store {
namespace {

using postgres::Param;

Param types(std::span<Identifier const> items) {
  return Param::array_of(items, [](Identifier const& item) { return item.type; });
}
Param values(std::span<Identifier const> items) {
  return Param::array_of(items, [](Identifier const& item) { return item.value; });
}
Param null_if_empty(std::string const& text) {
  return text.empty() ? Param(nullptr) : Param(text);
}
Param ids(std::span<CustomerId const> items) {
  return Param::array_of(items, [](CustomerId id) { return id; });
}

// A conflict with "where false" locks the row that is there and leaves it unwritten.
constexpr std::string_view lock_values_sql = R"sql(
insert into identifiers (tenant_id, type, value, alias, created_at)
select $1, sent.type, sent.value, sent.alias, $5
from unnest($2::text[], $3::text[], $4::text[]) sent(type, value, alias)
order by sent.type collate "C", sent.value collate "C"
on conflict (tenant_id, type, value)
do update set created_at = identifiers.created_at where false
)sql";

}  // namespace

void lock_values(postgres::Tx& tx, Actor const& actor, std::span<Identifier const> identifiers) {
  if (identifiers.empty()) return;
  auto const aliases = Param::array_of(
      identifiers, [](Identifier const& item) { return null_if_empty(item.alias); });
  tx.ask_lock(postgres::LockRank::identifiers, lock_values_sql,
              {tx.tenant(), types(identifiers), values(identifiers), aliases, actor.now});
}

namespace {

// Whether a value is known to be shared is asked of the few that are, one by one: a join that the
// planner may turn round would read them all.
constexpr std::string_view holders_sql = R"sql(
select o.type, o.value, o.part_id, p.root_id, o.assurance, o.confirmed_last_at,
       known.shared is not null as shared
from unnest($2::text[], $3::text[]) asked(type, value)
left join lateral (
  select i.shared from identifiers i
  where i.tenant_id = $1 and i.type = asked.type and i.value = asked.value
    and i.shared is not null limit 1
) known on true
cross join lateral (
  (select * from identifier_owners one
   where (known.shared is null or $4) and one.tenant_id = $1 and one.type = asked.type
     and one.value = asked.value and one.valid_to is null)
  union all
  (select * from identifier_owners few
   where known.shared is not null and not $4 and few.tenant_id = $1 and few.type = asked.type
     and few.value = asked.value and few.valid_to is null
   order by few.part_id limit $5)
) o
join parts p on p.tenant_id = $1 and p.id = o.part_id
order by o.part_id
)sql";

void keep(std::vector<Holder>& holders, Holder holder) {
  bool const known = std::any_of(holders.begin(), holders.end(), [&holder](Holder const& other) {
    return other.root == holder.root;
  });
  if (!known) holders.push_back(std::move(holder));
}

}  // namespace

postgres::Answer ask_holders(postgres::Tx& tx, std::span<Identifier const> asked, Reach reach) {
  return tx.ask(holders_sql, {tx.tenant(), types(asked), values(asked), reach == Reach::all,
                              candidates_max + 1});
}

std::map<Key, std::vector<Holder>> holders(postgres::Tx& tx, std::span<Identifier const> asked) {
  if (asked.empty()) return {};
  return read_holders(ask_holders(tx, asked, Reach::few));
}

constexpr std::string_view holder_parts_sql = R"sql(
select o.part_id
from unnest($3::text[], $4::text[]) asked(type, value)
join identifier_owners o
  on o.tenant_id = $1 and o.type = asked.type and o.value = asked.value and o.valid_to is null
where $5 or (
  select i.shared from identifiers i
  where i.tenant_id = $1 and i.type = asked.type and i.value = asked.value
    and i.shared is not null) is null
)sql";

parts::Locking lock_holders(postgres::Tx& tx, std::span<Identifier const> asked,
                            std::span<CustomerId const> also, Reach reach) {
  return {tx, holder_parts_sql, {types(asked), values(asked), reach == Reach::all}, also};
}

std::map<Key, std::vector<Holder>> read_holders(postgres::Answer const& answer) {
  std::map<Key, std::vector<Holder>> result;
  for (auto const row : answer.rows()) {
    keep(result[{row[0].text(), row[1].text()}], {row[2].id<CustomerId>(), row[3].id<CustomerId>(),
                                                  row[4].text(), row[5].time(), row[6].boolean()});
  }
  return result;
}

namespace {

// Attached, detached and attached again within one microsecond: the same validity, open again.
constexpr std::string_view attach_sql = R"sql(
insert into identifier_owners (tenant_id, type, value, part_id, assurance, raw, region,
                               valid_from, confirmed_first_at, confirmed_last_at, key_id)
select $1, sent.type, sent.value, sent.part_id, sent.assurance, sent.raw, sent.region,
       $8, $8, $8, $9
from unnest($2::text[], $3::text[], $4::uuid[], $5::text[], $6::text[], $7::text[])
  sent(type, value, part_id, assurance, raw, region)
on conflict (tenant_id, type, value, part_id, valid_from) do update set
  assurance = excluded.assurance, raw = excluded.raw, region = excluded.region,
  valid_to = null, key_id = excluded.key_id
)sql";

}  // namespace

void attach(postgres::Tx& tx, Actor const& actor, std::span<NewHolder const> items) {
  if (items.empty()) return;
  auto const column = [&items](auto field) {
    return Param::array_of(items, [&field](NewHolder const& item) { return field(item); });
  };
  tx.write(attach_sql,
           {tx.tenant(), column([](NewHolder const& item) { return item.identifier.type; }),
            column([](NewHolder const& item) { return item.identifier.value; }),
            column([](NewHolder const& item) { return item.part; }),
            column([](NewHolder const& item) { return item.identifier.assurance; }),
            column([](NewHolder const& item) { return item.identifier.raw; }),
            column([](NewHolder const& item) { return null_if_empty(item.identifier.region); }),
            actor.now, actor.key});
}

namespace {

constexpr std::string_view confirm_sql = R"sql(
update identifier_owners o
set assurance = seen.assurance, confirmed_last_at = greatest(o.confirmed_last_at, $6)
from unnest($2::text[], $3::text[], $4::uuid[], $5::text[]) seen(type, value, part_id, assurance)
where o.tenant_id = $1 and o.type = seen.type and o.value = seen.value
  and o.part_id = seen.part_id and o.valid_to is null
)sql";

}  // namespace

void confirm(postgres::Tx& tx, Actor const& actor, Confirmations const& items) {
  if (items.empty()) return;
  auto const column = [&items](auto field) {
    return Param::array_of(items, [&field](auto const& item) { return field(item); });
  };
  tx.write(confirm_sql,
           {tx.tenant(), column([](auto const& item) { return item.first.first.type; }),
            column([](auto const& item) { return item.first.first.value; }),
            column([](auto const& item) { return item.first.second; }),
            column([](auto const& item) { return item.second; }), actor.now});
}

namespace {

constexpr std::string_view detach_sql = R"sql(
update identifier_owners o
set valid_to = $5
from parts p
where o.tenant_id = $1 and o.type = $2 and o.value = $3 and o.valid_to is null
  and p.tenant_id = $1 and p.id = o.part_id and p.root_id = $4
)sql";

}  // namespace

std::size_t detach(postgres::Tx& tx, Actor const& actor, Key const& key, CustomerId root) {
  return tx.exec(detach_sql, {tx.tenant(), key.type, key.value, root, actor.now}).affected();
}

namespace {

constexpr std::string_view mark_shared_sql = R"sql(
update identifiers set shared = nullif($4, '') where tenant_id = $1 and type = $2 and value = $3
)sql";

}  // namespace

void mark_shared(postgres::Tx& tx, Key const& key, std::string_view why) {
  tx.write(mark_shared_sql, {tx.tenant(), key.type, key.value, why});
}

namespace {

constexpr std::string_view insert_sightings_sql = R"sql(
insert into identifier_sightings (tenant_id, part_id, type, value, at)
select $1, sent.part_id, sent.type, sent.value, $5
from unnest($2::uuid[], $3::text[], $4::text[]) sent(part_id, type, value)
where $6 > (
  select count(*) from (
    select from identifier_sightings known
    where known.tenant_id = $1 and known.type = sent.type and known.value = sent.value
    limit $6) kept)
on conflict do nothing
)sql";

}  // namespace

void insert_sightings(postgres::Tx& tx, Actor const& actor, std::span<Sighting const> sightings) {
  if (sightings.empty()) return;
  auto const column = [&sightings](auto field) {
    return Param::array_of(sightings, [&field](Sighting const& item) { return field(item); });
  };
  tx.write(insert_sightings_sql,
           {tx.tenant(), column([](Sighting const& item) { return item.part; }),
            column([](Sighting const& item) { return item.key.type; }),
            column([](Sighting const& item) { return item.key.value; }), actor.now,
            static_cast<std::int64_t>(sightings_max)});
}

namespace {

constexpr std::string_view seen_with_sql = R"sql(
select mine.type, mine.value, c.display_name, c.profile
from identifier_sightings mine
join identifiers i
  on i.tenant_id = $1 and i.type = mine.type and i.value = mine.value and i.shared is null
cross join lateral (
  select s.part_id from identifier_sightings s
  where s.tenant_id = $1 and s.type = mine.type and s.value = mine.value
  union
  select o.part_id from identifier_owners o
  where o.tenant_id = $1 and o.type = mine.type and o.value = mine.value and o.valid_to is null
) seen
join customers c on c.tenant_id = $1 and c.id = seen.part_id
where mine.tenant_id = $1 and mine.part_id = $2
)sql";

}  // namespace

std::map<Key, std::vector<Seen>> seen_with(postgres::Tx& tx, CustomerId part) {
  std::map<Key, std::vector<Seen>> result;
  for (auto const row : tx.exec(seen_with_sql, {tx.tenant(), part})) {
    result[{row[0].text(), row[1].text()}].push_back({row[2].text_or_empty(), row[3].text()});
  }
  return result;
}

namespace {

constexpr std::string_view confirm_seen_sql = R"sql(
update identifier_owners o
set confirmed_last_at = greatest(o.confirmed_last_at, $4)
from identifier_sightings s, parts p
where s.tenant_id = $1 and s.part_id = $2
  and o.tenant_id = $1 and o.type = s.type and o.value = s.value and o.valid_to is null
  and p.tenant_id = $1 and p.id = o.part_id and p.root_id = $3
)sql";

}  // namespace

void confirm_seen(postgres::Tx& tx, Actor const& actor, CustomerId part, CustomerId root) {
  tx.write(confirm_seen_sql, {tx.tenant(), part, root, actor.now});
}

namespace {

constexpr std::string_view links_resting_on_sql = R"sql(
with came as (
  (select part_id from identifier_owners
   where tenant_id = $1 and type = $2 and value = $3 and valid_to is null
   order by part_id limit $4)
  union
  select part_id from identifier_sightings
  where tenant_id = $1 and type = $2 and value = $3
)
select m.id, m.one_id, m.other_id
from came one
join merges m on m.tenant_id = $1 and m.one_id = one.part_id and m.undone_at is null
  and m.rule = 'resolve'
join came other on other.part_id = m.other_id
order by m.id
)sql";

}  // namespace

std::vector<Resting> links_resting_on(postgres::Tx& tx, Key const& key) {
  std::vector<Resting> links;
  for (auto const row : tx.exec(links_resting_on_sql,
                                {tx.tenant(), key.type, key.value, customers_per_identifier_max})) {
    links.push_back({row[0].id<MergeId>(), row[1].id<CustomerId>(), row[2].id<CustomerId>()});
  }
  return links;
}

namespace {

constexpr std::string_view held_by_sql = R"sql(
select distinct o.type, o.value
from (select $2::uuid as id
      union all
      select p.id from parts p where p.tenant_id = $1 and p.root_id = $2 and p.root_id <> p.id
     ) members
join identifier_owners o
  on o.tenant_id = $1 and o.part_id = members.id and o.valid_to is null
)sql";

}  // namespace

std::vector<Key> held_by(postgres::Tx& tx, CustomerId root) {
  std::vector<Key> held;
  for (auto const row : tx.exec(held_by_sql, {tx.tenant(), root})) {
    held.push_back({row[0].text(), row[1].text()});
  }
  return held;
}

namespace {

constexpr std::string_view identifiers_of_sql = R"sql(
select type, value, assurance, shared, part_id, valid_from, confirmed_at
from customer_identifiers($1, $2)
order by type, value
)sql";

}  // namespace

std::vector<Owned> identifiers_of(postgres::Tx& tx, CustomerId root) {
  std::vector<Owned> owned;
  for (auto const row : tx.exec(identifiers_of_sql, {tx.tenant(), root})) {
    owned.push_back({row[0].text(), row[1].text(), row[2].text(), row[3].boolean(),
                     row[4].id<CustomerId>(), row[5].time(), row[6].time()});
  }
  return owned;
}

namespace {

constexpr std::string_view count_sql = R"sql(
select count(distinct (i.type, i.value))
from unnest($2::uuid[]) asked(root)
cross join lateral customer_identifiers($1::int, asked.root) i
)sql";

}  // namespace

std::size_t count(postgres::Tx& tx, std::span<CustomerId const> roots) {
  return static_cast<std::size_t>(tx.exec(count_sql, {tx.tenant(), ids(roots)})[0][0].integer());
}

namespace {

constexpr std::string_view is_provisional_sql = R"sql(
select provisional from parts where tenant_id = $1 and id = $2
)sql";

}  // namespace

bool is_provisional(postgres::Tx& tx, CustomerId part) {
  return tx.exec(is_provisional_sql, {tx.tenant(), part})[0][0].boolean();
}

namespace {

// Ordered for the planner's sake: in order it goes by the index, else it may walk the table.
constexpr std::string_view has_other_contacts_sql = R"sql(
select exists (
  select from (
    select from timeline
    where tenant_id = $1 and part_id = $2 and kind = 'interaction'
      and resource_id is distinct from $3
    order by at, id limit 1) first)
)sql";

}  // namespace

bool has_other_contacts(postgres::Tx& tx, CustomerId part,
                        std::optional<InteractionId> interaction) {
  return tx.exec(has_other_contacts_sql, {tx.tenant(), part, interaction})[0][0].boolean();
}

}  // namespace throughline::identity::store

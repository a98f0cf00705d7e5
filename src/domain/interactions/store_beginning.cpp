// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include "beginning.hpp"

namespace throughline::interactions::store {

using postgres::Param;

// Sent before it is known who the subject is: so of every customer it may lead to. $2, $3 the
// identifiers, $4 the customer named, $5 contacts looked through. Each part's latest contacts are
// read through the index that ends with their order.
constexpr std::string_view beginning_sql = R"sql(
  with meant as (
    select o.part_id as id
    from unnest($2::text[], $3::text[]) asked(type, value)
    join identifier_owners o on o.tenant_id = $1 and o.type = asked.type
      and o.value = asked.value and o.valid_to is null
    where (
      select i.shared from identifiers i
      where i.tenant_id = $1 and i.type = asked.type and i.value = asked.value
        and i.shared is not null) is null
    union
    select named.id from (select $4::uuid as id) named where named.id is not null
  ), roots as materialized (
    select distinct p.root_id as id from meant
    join parts p on p.tenant_id = $1 and p.id = meant.id
  ), members as (
    select id as root_id, id from roots
    union all
    select roots.id, p.id from roots
    join parts p on p.tenant_id = $1 and p.root_id = roots.id and p.root_id <> p.id
  ), before as (
    select distinct on (m.root_id) m.root_id, m.id as part_id, c.channel,
           c.outcome is not distinct from 'transferred' as transferred, c.started_at,
           case c.status when 'ended' then greatest(c.ended_at, c.last_message_at) end as last_sign
    from members m
    cross join lateral (
      select channel, direction, status, outcome, started_at, ended_at, last_message_at, id
      from interactions
      where tenant_id = $1 and part_id = m.id
      order by started_at desc, id desc limit $5) c
    where c.direction = 'inbound'
    order by m.root_id, c.started_at desc, c.id desc
  )
  select presence.value, rules.value, before.*
  from (select 1) once
  left join settings presence on presence.tenant_id = $1 and presence.section = 'presence'
  left join settings rules on rules.tenant_id = $1 and rules.section = 'warnings'
  left join before on true
)sql";

postgres::Answer ask_beginning(postgres::Tx& tx, identity::Subject const& subject, bool began) {
  std::vector<identity::Identifier> none;
  auto const& identifiers = began ? subject.identifiers : none;
  auto const list = [&](auto column) { return Param::array_of(identifiers, column); };
  return tx.ask(beginning_sql,
                {tx.tenant(), list([](identity::Identifier const& one) { return one.type; }),
                 list([](identity::Identifier const& one) { return one.value; }),
                 began ? subject.customer : std::nullopt, contacts_looked_at});
}

Beginning read_beginning(postgres::Answer const& answer) {
  Beginning beginning;
  for (auto const row : answer.rows()) {
    beginning.presence = row[0].text_or_empty();
    beginning.warnings = row[1].text_or_empty();
    if (row[2].is_null()) continue;
    beginning.before[row[2].id<CustomerId>()] = {row[3].id<CustomerId>(), row[4].text(),
                                                 row[5].boolean(), row[6].time(),
                                                 row[7].optional_time()};
  }
  return beginning;
}

}  // namespace throughline::interactions::store

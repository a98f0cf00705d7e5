-- oldest-binary: 0.1.0
-- SPDX-FileCopyrightText: 2026 The Throughline authors
-- SPDX-License-Identifier: Apache-2.0
--
-- Values that are known to be shared although few hold them, and what such knowledge comes from.
alter table identifiers add column shared text;  -- 'ids', 'names': seen with different people; it
                                                 -- finds candidates and decides nothing. Else null.

-- A record came with a value that somebody else holds, and did not get it. Few are kept of a value.
create table identifier_sightings (
  tenant_id integer not null,
  part_id uuid not null,        -- the record's
  type text not null,
  value text not null,
  at timestamptz not null,
  primary key (tenant_id, part_id, type, value)
);
create index identifier_sightings_by_value on identifier_sightings (tenant_id, type, value);
select throughline_tenant_table('identifier_sightings', 'select, insert');

-- `shared`: active on another customer too, or known to be.
create or replace function customer_identifiers(tenant integer, root uuid)
returns table (type text, value text, assurance text, shared boolean, part_id uuid,
               valid_from timestamptz, confirmed_at timestamptz)
language sql stable
begin atomic
  with members as (
    select root as id
    union all
    select p.id from parts p
    where p.tenant_id = tenant and p.root_id = root and p.root_id <> p.id
  )
  select
    o.type, o.value,
    (array['authenticated', 'channel', 'claimed'])[
      min(array_position(array['authenticated', 'channel', 'claimed'], o.assurance))],
    exists (
      select from identifier_owners other
      where other.tenant_id = tenant and other.type = o.type and other.value = o.value
        and other.valid_to is null and other.part_id not in (select m.id from members m))
      or exists (
        select from identifiers i
        where i.tenant_id = tenant and i.type = o.type and i.value = o.value
          and i.shared is not null),
    (array_agg(o.part_id order by o.valid_from, o.part_id))[1],
    min(o.valid_from), max(o.confirmed_last_at)
  from members m
  join identifier_owners o
    on o.tenant_id = tenant and o.part_id = m.id and o.valid_to is null
  group by o.type, o.value;
end;

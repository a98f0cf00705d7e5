-- oldest-binary: 0.1.0
-- SPDX-FileCopyrightText: 2026 The Throughline authors
-- SPDX-License-Identifier: Apache-2.0
--
-- One row per identifier value: what concurrent writers lock. Owners hang on it, each with a time
-- of validity; several active owners on different roots make it shared.
create table identifiers (
  tenant_id integer not null,
  type text not null,
  value text not null,          -- normalised
  alias text,                   -- email: the provider's alias key, strong but not exact
  created_at timestamptz not null,
  primary key (tenant_id, type, value)
);
select throughline_tenant_table('identifiers', 'select, insert, update');

create table identifier_owners (
  tenant_id integer not null,
  type text not null,
  value text not null,
  part_id uuid not null,
  assurance text not null,      -- claimed, channel, authenticated
  raw text not null,            -- as it was sent
  region text,                  -- that a national phone number was read with
  valid_from timestamptz not null,
  valid_to timestamptz,         -- null: active
  confirmed_first_at timestamptz not null,
  confirmed_last_at timestamptz not null,
  key_id uuid not null,         -- whose request attached it
  primary key (tenant_id, type, value, part_id, valid_from)
);
create unique index identifier_owners_active on identifier_owners (tenant_id, type, value, part_id)
  where valid_to is null;
create index identifier_owners_by_part on identifier_owners (tenant_id, part_id)
  where valid_to is null;
select throughline_tenant_table('identifier_owners', 'select, insert, update');

-- The active identifiers of a customer over all its parts, each once; `shared`: active on another
-- customer too. Lent to whoever assembles documents that hold a customer.
create function customer_identifiers(tenant integer, root uuid)
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
        and other.valid_to is null and other.part_id not in (select m.id from members m)),
    (array_agg(o.part_id order by o.valid_from, o.part_id))[1],
    min(o.valid_from), max(o.confirmed_last_at)
  from members m
  join identifier_owners o
    on o.tenant_id = tenant and o.part_id = m.id and o.valid_to is null
  group by o.type, o.value;
end;

-- What joined parts, so that it can be explained and undone.
create table merges (
  tenant_id integer not null,
  id uuid not null,
  survivor_id uuid not null,    -- root afterwards
  loser_id uuid not null,       -- root before
  moved_parts uuid[] not null,  -- parts that answered under the loser
  rule text not null,           -- 'identify'
  interaction_id uuid,
  key_id uuid not null,
  at timestamptz not null,
  undone_at timestamptz,
  primary key (tenant_id, id)
);
create index merges_by_survivor on merges (tenant_id, survivor_id);
create index merges_by_loser on merges (tenant_id, loser_id);
select throughline_tenant_table('merges', 'select, insert');

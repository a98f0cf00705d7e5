-- oldest-binary: 0.1.0
-- SPDX-FileCopyrightText: 2026 The Throughline authors
-- SPDX-License-Identifier: Apache-2.0
--
-- Few values are known to be shared, and every reading of a customer asks it of each that they
-- have: an index of those few is in memory where the rows of all values are not.
create index identifiers_shared on identifiers (tenant_id, type, value) where shared is not null;

-- As before, by that index. As `exists` the plan might read all that are shared into a hash, chosen
-- when there were none; a value that is selected is looked up each time.
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
      or (
        select i.shared from identifiers i
        where i.tenant_id = tenant and i.type = o.type and i.value = o.value
          and i.shared is not null) is not null,
    (array_agg(o.part_id order by o.valid_from, o.part_id))[1],
    min(o.valid_from), max(o.confirmed_last_at)
  from members m
  join identifier_owners o
    on o.tenant_id = tenant and o.part_id = m.id and o.valid_to is null
  group by o.type, o.value;
end;

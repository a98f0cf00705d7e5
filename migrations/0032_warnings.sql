-- oldest-binary: 0.1.0
-- SPDX-FileCopyrightText: 2026 The Throughline authors
-- SPDX-License-Identifier: Apache-2.0
--
-- Warnings that stand for a while: their window ends, or their reason does, and then they are gone.
-- Those that stand for as long as their record says so (a tier, a sensitivity) are no rows.
create table warnings (
  tenant_id integer not null,
  id uuid not null,
  part_id uuid not null,          -- of the contact that gave the reason
  code text not null,             -- frustrated, repeat_contact
  interaction_id uuid not null,   -- that contact
  channel text not null,          -- frustrated: its own; repeat_contact: of the contact before
  before_part_id uuid,            -- repeat_contact: of the contact before, where it is another part
  since timestamptz not null,
  until timestamptz not null,
  key_id uuid not null,
  traceparent text,
  primary key (tenant_id, id)
);
create unique index warnings_by_interaction on warnings (tenant_id, interaction_id, code);
create index warnings_by_part on warnings (tenant_id, part_id, code, since, id);
create index warnings_across on warnings (tenant_id, part_id, before_part_id)
  where before_part_id is not null;
select throughline_tenant_table('warnings', 'select, insert, update (until), delete');

-- The newest of each code over all parts of a customer. Lent to context.
create function warnings_standing(tenant integer, members uuid[])
returns table (code text, id uuid, interaction_id uuid, channel text, since timestamptz,
               until timestamptz)
language sql stable
begin atomic
  select distinct on (w.code) w.code, w.id, w.interaction_id, w.channel, w.since, w.until
  from unnest(members) part(id)
  cross join (values ('frustrated'), ('repeat_contact')) asked(code)
  cross join lateral (
    select x.* from warnings x
    where x.tenant_id = tenant and x.part_id = part.id and x.code = asked.code
    order by x.since desc, x.id desc limit 1) w
  order by w.code, w.since desc, w.id desc;
end;

-- Takes away what rests on a contact of another group: `groups` names each member's. Lent to
-- merges.
create function warnings_unlink(tenant integer, members uuid[], groups uuid[])
returns table (id uuid, part_id uuid, interaction_id uuid)
language sql volatile
begin atomic
  with member as (
    select own.part_id, own.group_id from unnest(members, groups) own(part_id, group_id)
  ), crossing as materialized (
    select w.id
    from member own
    join member other on other.group_id <> own.group_id
    cross join lateral (
      select x.id from warnings x
      where x.tenant_id = tenant and x.part_id = own.part_id
        and x.before_part_id = other.part_id and x.before_part_id is not null
      order by x.id) w
  )
  delete from warnings w using crossing
  where w.tenant_id = tenant and w.id = crossing.id
  returning w.id, w.part_id, w.interaction_id;
end;

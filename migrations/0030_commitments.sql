-- oldest-binary: 0.1.0
-- SPDX-FileCopyrightText: 2026 The Throughline authors
-- SPDX-License-Identifier: Apache-2.0
create table commitments (
  tenant_id integer not null,
  id uuid not null,
  case_id uuid not null,
  part_id uuid not null,         -- the case's
  version bigint not null,
  what text not null,
  due_at timestamptz not null,
  status text not null,          -- open, kept, broken, cancelled
  overdue boolean not null,      -- its due time passed while it was open
  channel text,
  agent jsonb,                   -- who promised
  interaction_id uuid,
  interaction_part_id uuid,      -- of the interaction, where it is another part
  at timestamptz not null,       -- when it was promised
  settled_at timestamptz,
  settled_by jsonb,
  updated_at timestamptz not null,
  external_system text,
  external_id text,
  key_id uuid not null,
  traceparent text,
  primary key (tenant_id, id)
);
create index commitments_by_due on commitments (tenant_id, due_at, id);
create index commitments_by_status on commitments (tenant_id, status, due_at, id);
create index commitments_by_part on commitments (tenant_id, part_id, due_at, id);
create index commitments_by_case on commitments (tenant_id, case_id, due_at, id);
-- What a context shows: a long history of kept promises must cost it nothing.
create index commitments_open on commitments (tenant_id, part_id, due_at, id)
  where status = 'open';
create index commitments_open_of_case on commitments (tenant_id, case_id, due_at, id)
  where status = 'open';
create index commitments_overdue on commitments (tenant_id, part_id, due_at, id)
  where status = 'open' and overdue;
create index commitments_across on commitments (tenant_id, part_id, interaction_part_id)
  where interaction_part_id is not null;
select throughline_tenant_table('commitments', 'select, insert, update (version, what, due_at, '
  'status, overdue, interaction_id, interaction_part_id, settled_at, settled_by, updated_at)');

-- Takes from commitments the interactions of other groups: `groups` names each member's. Lent to
-- merges.
create function commitments_unlink(tenant integer, members uuid[], groups uuid[])
returns table (id uuid, part_id uuid, interaction_id uuid)
language sql volatile
begin atomic
  with member as (
    select own.part_id, own.group_id from unnest(members, groups) own(part_id, group_id)
  ), crossing as materialized (
    select c.id, c.interaction_id
    from member own
    join member other on other.group_id <> own.group_id
    cross join lateral (
      select x.id, x.interaction_id from commitments x
      where x.tenant_id = tenant and x.part_id = own.part_id
        and x.interaction_part_id = other.part_id and x.interaction_part_id is not null
      order by x.id) c
  )
  update commitments c
     set interaction_id = null, interaction_part_id = null, version = c.version + 1
  from crossing
  where c.tenant_id = tenant and c.id = crossing.id
  returning c.id, c.part_id, crossing.interaction_id;
end;

-- The open commitments of a case as its context shows them, soonest due first: at most `shown_max`,
-- and how many there are, counted `beyond_max` further. Lent to context.
create function commitments_view(tenant integer, of_case uuid, text_max integer, shown_max bigint,
                                 beyond_max bigint)
returns table (items json, total bigint)
language sql stable
begin atomic
  select json_agg(json_build_object('id', c.id, 'what', json_text(c.what, text_max),
                    'due_at', json_time(c.due_at), 'status', c.status,
                    'overdue', nullif(c.overdue, false), 'channel', c.channel, 'agent', c.agent)
                  order by c.due_at, c.id) filter (where c.rank <= shown_max),
         count(*)
  from (select x.*, row_number() over (order by x.due_at, x.id) as rank
        from commitments x
        where x.tenant_id = tenant and x.case_id = of_case and x.status = 'open'
        order by x.due_at, x.id limit shown_max + beyond_max) c;
end;

-- oldest-binary: 0.1.0
-- SPDX-FileCopyrightText: 2026 The Throughline authors
-- SPDX-License-Identifier: Apache-2.0
--
-- The passing of a live conversation, with what was known of it at that moment. Written under the
-- lock of the customer of the interaction that is passed on.
create table handoffs (
  tenant_id integer not null,
  id uuid not null,
  part_id uuid not null,         -- of the interaction that is passed on
  version bigint not null,
  status text not null,          -- offered, accepted, declined, expired, cancelled
  interaction_id uuid not null,
  channel text not null,         -- of that interaction
  case_id uuid,                  -- it was on when it was offered
  case_part_id uuid,             -- of the case, where it is another part
  from_agent jsonb,
  to_channel text,
  queue text,
  to_agent jsonb,
  agent_id text,                 -- in whose inbox it is: to whom it was offered, then who accepted
  reason text,
  packet json not null,          -- json, not jsonb: kept to the letter
  offered_at timestamptz not null,
  expires_at timestamptz not null,
  answered_at timestamptz,       -- when it ceased to be offered
  answered_by jsonb,
  answer_reason text,
  receiving_interaction_id uuid,
  receiving_part_id uuid,        -- of that interaction, where it is another part
  read_at timestamptz,           -- by who accepted
  first_message_at timestamptz,  -- of who accepted, since then
  read_before_first_message boolean,
  key_id uuid not null,
  traceparent text,
  primary key (tenant_id, id)
);
create unique index handoffs_offered on handoffs (tenant_id, interaction_id)
  where status = 'offered';
create index handoffs_pending on handoffs (tenant_id, part_id, offered_at, id)
  where status = 'offered';
create index handoffs_by_offer on handoffs (tenant_id, offered_at, id);
create index handoffs_by_status on handoffs (tenant_id, status, offered_at, id);
create index handoffs_by_queue on handoffs (tenant_id, queue, offered_at, id)
  where queue is not null;
create index handoffs_by_agent on handoffs (tenant_id, agent_id, offered_at, id)
  where agent_id is not null;
-- An inbox is what waits of a queue or an agent, however much was answered before.
create index handoffs_queued on handoffs (tenant_id, queue, status, offered_at, id)
  where queue is not null;
create index handoffs_addressed on handoffs (tenant_id, agent_id, status, offered_at, id)
  where agent_id is not null;
create index handoffs_across_case on handoffs (tenant_id, part_id, case_part_id)
  where case_part_id is not null;
create index handoffs_across_receiver on handoffs (tenant_id, part_id, receiving_part_id)
  where receiving_part_id is not null;
-- What was offered stays as it was offered: the rest of the row is nobody's to change.
select throughline_tenant_table('handoffs',
  'select, insert, update (version, status, case_id, case_part_id, agent_id, answered_at, '
  'answered_by, answer_reason, receiving_interaction_id, receiving_part_id, read_at, '
  'first_message_at, read_before_first_message)');

-- To whom the packet was shown, and when first.
create table handoffs_reads (
  tenant_id integer not null,
  handoff_id uuid not null,
  agent_kind text not null,
  agent_id text not null,
  agent jsonb not null,
  at timestamptz not null,
  key_id uuid not null,
  primary key (tenant_id, handoff_id, agent_kind, agent_id)
);
select throughline_tenant_table('handoffs_reads', 'select, insert');

-- Lent to interactions, which calls it when who accepted has spoken: keeps the moment, the first
-- time, and whether the packet had been read by then. `roots` are the customers that those
-- interactions answer under, locked: a handoff of another customer (an undo has parted the two) is
-- left alone. Returns those that it was the first message of.
create function handoffs_spoken(tenant integer, handoffs uuid[], roots uuid[],
                                times timestamptz[])
returns table (id uuid, part_id uuid, accepted_at timestamptz, spoken_at timestamptz, read boolean)
language sql volatile
begin atomic
  update handoffs h
  set first_message_at = said.at, read_before_first_message = h.read_at is not null,
      version = h.version + 1
  from unnest(handoffs, roots, times) said(handoff_id, root_id, at)
  where h.tenant_id = tenant and h.id = said.handoff_id and h.status = 'accepted'
    and h.first_message_at is null
    and exists (select from parts p
                where p.tenant_id = tenant and p.id = h.part_id and p.root_id = said.root_id)
  returning h.id, h.part_id, h.answered_at, h.first_message_at, h.read_before_first_message;
end;

-- Takes from handoffs the cases and receiving interactions of other groups: `groups` names each
-- member's. Lent to merges. A row for each link that is gone.
create function handoffs_unlink(tenant integer, members uuid[], groups uuid[])
returns table (id uuid, part_id uuid, field text, was uuid)
language sql volatile
begin atomic
  with member as (
    select own.part_id, own.group_id from unnest(members, groups) own(part_id, group_id)
  ), pair as materialized (
    select own.part_id, other.part_id as other_id
    from member own join member other on other.group_id <> own.group_id
  ), of_case as (
    select x.id, x.case_id
    from pair
    cross join lateral (
      select h.id, h.case_id from handoffs h
      where h.tenant_id = tenant and h.part_id = pair.part_id
        and h.case_part_id = pair.other_id and h.case_part_id is not null) x
  ), of_receiver as (
    select x.id, x.receiving_interaction_id
    from pair
    cross join lateral (
      select h.id, h.receiving_interaction_id from handoffs h
      where h.tenant_id = tenant and h.part_id = pair.part_id
        and h.receiving_part_id = pair.other_id and h.receiving_part_id is not null) x
  ), crossing as materialized (
    select coalesce(c.id, r.id) as id, c.case_id, r.receiving_interaction_id
    from of_case c full join of_receiver r on r.id = c.id
  ), parted as (
    update handoffs h
    set case_id = case when crossing.case_id is null then h.case_id end,
        case_part_id = case when crossing.case_id is null then h.case_part_id end,
        receiving_interaction_id = case when crossing.receiving_interaction_id is null
                                        then h.receiving_interaction_id end,
        receiving_part_id = case when crossing.receiving_interaction_id is null
                                 then h.receiving_part_id end,
        version = h.version + 1
    from crossing
    where h.tenant_id = tenant and h.id = crossing.id
    returning h.id, h.part_id, crossing.case_id, crossing.receiving_interaction_id
  )
  select parted.id, parted.part_id, 'case_id', parted.case_id
  from parted where parted.case_id is not null
  union all
  select parted.id, parted.part_id, 'receiving_interaction_id', parted.receiving_interaction_id
  from parted where parted.receiving_interaction_id is not null;
end;

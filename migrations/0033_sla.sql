-- oldest-binary: 0.1.0
-- SPDX-FileCopyrightText: 2026 The Throughline authors
-- SPDX-License-Identifier: Apache-2.0
--
-- SLA clocks. A clock keeps the promise it began with: the numbers stand in its row, and the
-- version of the settings that its calendar is of is kept here when it is first used.
create table sla_books (
  tenant_id integer not null,
  version bigint not null,        -- of the section `sla`
  said jsonb not null,
  primary key (tenant_id, version)
);
select throughline_tenant_table('sla_books', 'select, insert');

-- Since when the customer of a case waits for an answer, and whether there ever was one: a human's,
-- or anybody's.
create table sla_talks (
  tenant_id integer not null,
  case_id uuid not null,
  started_at timestamptz not null,
  channel text,
  human_since timestamptz,
  human_channel text,
  human_answered boolean not null,
  any_since timestamptz,
  any_channel text,
  any_answered boolean not null,
  primary key (tenant_id, case_id)
) with (fillfactor = 80);
select throughline_tenant_table('sla_talks', 'select, insert, update');

create table sla_clocks (
  tenant_id integer not null,
  id uuid not null,
  case_id uuid not null,
  part_id uuid not null,           -- of the case, for good
  metric text not null,            -- first_response, next_response, resolution
  state text not null,             -- active, paused, fulfilled, cancelled
  version bigint not null,         -- of the promise: sla_books, where it has a calendar
  policy text not null,
  calendar text,
  target_seconds bigint not null,
  at_risk_percent integer not null,
  answer text not null,
  pauses boolean not null,
  priority text not null,
  channel text,
  started_at timestamptz not null,
  target_since timestamptz not null,
  due_at timestamptz not null,
  at_risk_at timestamptz not null,
  at_risk_since timestamptz,
  breached_at timestamptz,
  ended_at timestamptz,
  pauses_at timestamptz[] not null, -- from the first to the second, and so on
  events bigint not null,
  primary key (tenant_id, id)
) with (fillfactor = 80);
-- What a case's next event may move: a closed round is over.
create index sla_clocks_kept on sla_clocks (tenant_id, case_id)
  where state in ('active', 'paused') or metric <> 'next_response';
create unique index sla_clocks_one on sla_clocks (tenant_id, case_id, metric)
  where metric <> 'next_response';
create index sla_clocks_by_case on sla_clocks (tenant_id, case_id, started_at, id);
create index sla_clocks_by_due on sla_clocks (tenant_id, due_at, id);
create index sla_clocks_by_state on sla_clocks (tenant_id, state, due_at, id);
create index sla_clocks_by_part on sla_clocks (tenant_id, part_id, due_at, id);
create index sla_clocks_at_risk on sla_clocks (tenant_id, part_id, due_at, id)
  where state = 'active' and at_risk_since is not null;
select throughline_tenant_table('sla_clocks', 'select, insert, update');

create table sla_events (
  tenant_id integer not null,
  clock_id uuid not null,
  seq bigint not null,             -- from 1, in order of commit
  event text not null,
  at timestamptz not null,
  due_at timestamptz,
  primary key (tenant_id, clock_id, seq)
);
select throughline_tenant_table('sla_events', 'select, insert');

-- Lent to contexts: the clocks of a case that run, of which there are a few at most, the soonest
-- due first. A breached one keeps the due time that it missed; one that stands still has none.
create function sla_of_case(tenant integer, problem uuid) returns json
language sql stable
begin atomic
  select coalesce(json_agg(json_build_object(
           'metric', running.metric, 'state', running.state,
           'due_at', case when running.state = 'active' then json_time(running.due_at) end,
           'breached_at', json_time(running.breached_at))
         order by running.due_at, running.id), '[]')
  from sla_clocks running
  where running.tenant_id = tenant and running.case_id = problem
    and running.state in ('active', 'paused');
end;

-- Likewise the clocks of a part that run short of time, or have run out of it.
create function sla_at_risk(tenant integer, part uuid, most bigint)
returns table (id uuid, case_id uuid, metric text, due_at timestamptz, breached_at timestamptz)
language sql stable
begin atomic
  select c.id, c.case_id, c.metric, c.due_at, c.breached_at from sla_clocks c
  where c.tenant_id = tenant and c.part_id = part and c.state = 'active'
    and c.at_risk_since is not null
  order by c.due_at, c.id limit most;
end;

-- oldest-binary: 0.1.0
-- SPDX-FileCopyrightText: 2026 The Throughline authors
-- SPDX-License-Identifier: Apache-2.0
create table interactions (
  tenant_id integer not null,
  id uuid not null,
  part_id uuid not null,
  version bigint not null,
  channel text not null,
  direction text not null,
  status text not null,          -- live, ended
  agent_kind text,               -- the current agent
  agent_id text,
  agent jsonb,                   -- with model and versions
  intent text,
  case_id uuid,
  sentiment double precision,
  summary text,
  outcome text,
  decision text not null,        -- how the customer was found
  grade text,
  assurance text,
  candidates jsonb,              -- [{customer_id, grade}], where it was in doubt
  message_count bigint not null, -- also the last seq
  started_at timestamptz not null,
  ended_at timestamptz,
  last_message_at timestamptz,
  last_heartbeat_at timestamptz not null,
  external_system text,
  external_id text,
  key_id uuid not null,
  traceparent text,
  primary key (tenant_id, id)
);
create index interactions_by_part on interactions (tenant_id, part_id, started_at, id);
create index interactions_by_status on interactions (tenant_id, status, started_at, id);
create index interactions_by_channel on interactions (tenant_id, channel, started_at, id);
create index interactions_by_agent on interactions (tenant_id, agent_id, started_at, id);
create index interactions_by_case on interactions (tenant_id, case_id, started_at, id)
  where case_id is not null;
create index interactions_by_start on interactions (tenant_id, started_at, id);
create index interactions_live on interactions (tenant_id, part_id) where status = 'live';
select throughline_tenant_table('interactions', 'select, insert, update');

create table messages (
  tenant_id integer not null,
  id uuid not null,
  interaction_id uuid not null,
  seq bigint not null,
  role text not null,
  text text not null,
  at timestamptz not null,
  sentiment double precision,
  sources jsonb,
  agent jsonb,
  external_system text,
  external_id text,
  key_id uuid not null,
  traceparent text,
  primary key (tenant_id, id)
);
create index messages_by_seq on messages (tenant_id, interaction_id, seq);
select throughline_tenant_table('messages', 'select, insert');

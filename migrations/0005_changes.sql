-- oldest-binary: 0.1.0
-- SPDX-FileCopyrightText: 2026 The Throughline authors
-- SPDX-License-Identifier: Apache-2.0
--
-- The feed. Positions come from one sequence that is never cached: a reader's bound relies on every
-- position below one that is drawn having been drawn before it.
create sequence changes_position as bigint cache 1;
create table changes (
  tenant_id integer not null,
  position bigint not null,
  id uuid not null,
  type text not null,
  at timestamptz not null,
  root_id uuid not null,       -- as committed
  part_id uuid not null,
  version bigint not null,     -- the root's, after this fact
  resource_id uuid not null,
  fields text[] not null,
  key_id uuid not null,
  agent_kind text,
  agent_id text,
  traceparent text,
  primary key (tenant_id, position)
);
select throughline_tenant_table('changes', 'select, insert');
grant select, usage on sequence changes_position to throughline_server;

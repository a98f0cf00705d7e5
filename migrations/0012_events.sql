-- oldest-binary: 0.1.0
-- SPDX-FileCopyrightText: 2026 The Throughline authors
-- SPDX-License-Identifier: Apache-2.0
create table events (
  tenant_id integer not null,
  id uuid not null,
  part_id uuid not null,
  type text not null,
  at timestamptz not null,
  channel text,
  case_id uuid,
  attributes jsonb not null,
  external_system text,
  external_id text,
  key_id uuid not null,
  traceparent text,
  primary key (tenant_id, id)
);
create index events_by_part on events (tenant_id, part_id, at, id);
select throughline_tenant_table('events', 'select, insert');

-- oldest-binary: 0.1.0
-- SPDX-FileCopyrightText: 2026 The Throughline authors
-- SPDX-License-Identifier: Apache-2.0
create table notes (
  tenant_id integer not null,
  id uuid not null,
  case_id uuid not null,
  kind text not null,            -- note, step, open_question, disclosure
  text text not null,
  channel text,
  agent jsonb,
  interaction_id uuid,
  replaces_id uuid,
  at timestamptz not null,
  external_system text,
  external_id text,
  key_id uuid not null,
  traceparent text,
  primary key (tenant_id, id)
);
create index notes_by_case on notes (tenant_id, case_id, at, id);
create unique index notes_replacing on notes (tenant_id, replaces_id) where replaces_id is not null;
select throughline_tenant_table('notes', 'select, insert');

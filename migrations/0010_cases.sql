-- oldest-binary: 0.1.0
-- SPDX-FileCopyrightText: 2026 The Throughline authors
-- SPDX-License-Identifier: Apache-2.0
create table cases (
  tenant_id integer not null,
  id uuid not null,
  number bigint not null,
  part_id uuid not null,
  opening_interaction_id uuid,
  version bigint not null,
  subject text not null,
  intent text,
  status text not null,          -- open, pending, resolved, closed
  priority text not null,
  assignee text,
  open_question text,
  attributes jsonb not null,
  opened_at timestamptz not null,
  resolved_at timestamptz,
  closed_at timestamptz,
  updated_at timestamptz not null,
  external_system text,
  external_id text,
  key_id uuid not null,
  traceparent text,
  primary key (tenant_id, id),
  unique (tenant_id, number)
);
create index cases_by_part on cases (tenant_id, part_id, opened_at, id);
-- What a context shows: a long history of closed cases must cost it nothing.
create index cases_unresolved on cases (tenant_id, part_id, opened_at, id)
  where status in ('open', 'pending');
create index cases_resolved on cases (tenant_id, part_id, resolved_at) where status = 'resolved';
create index cases_by_status on cases (tenant_id, status, opened_at, id);
create index cases_by_assignee on cases (tenant_id, assignee, opened_at, id);
create index cases_by_opening on cases (tenant_id, opened_at, id);
select throughline_tenant_table('cases', 'select, insert, update');

create table case_numbers (
  tenant_id integer primary key,
  last bigint not null
);
select throughline_tenant_table('case_numbers', 'select, insert, update');

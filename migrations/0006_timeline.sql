-- oldest-binary: 0.1.0
-- SPDX-FileCopyrightText: 2026 The Throughline authors
-- SPDX-License-Identifier: Apache-2.0
create table timeline (
  tenant_id integer not null,
  part_id uuid not null,
  at timestamptz not null,
  id uuid not null,
  kind text not null,
  fact text not null,
  resource_id uuid not null,
  channel text,
  case_id uuid,
  interaction_id uuid,
  primary key (tenant_id, part_id, at, id)
);
create index timeline_by_kind on timeline (tenant_id, part_id, kind, at, id);
create index timeline_by_channel on timeline (tenant_id, part_id, channel, at, id);
create index timeline_by_case on timeline (tenant_id, part_id, case_id, at, id)
  where case_id is not null;
select throughline_tenant_table('timeline', 'select, insert');

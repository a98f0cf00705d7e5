-- oldest-binary: 0.1.0
-- SPDX-FileCopyrightText: 2026 The Throughline authors
-- SPDX-License-Identifier: Apache-2.0
--
-- Moments at which something happens to a record by itself: one of a kind for each record.
create table alarms (
  tenant_id integer not null,
  kind text not null,
  resource_id uuid not null,     -- the record
  part_id uuid not null,         -- that it belongs to
  at timestamptz not null,
  primary key (tenant_id, kind, resource_id)
) with (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.02);
create index alarms_by_time on alarms (at);
select throughline_tenant_table('alarms', 'select, insert, update, delete', 'select');

-- oldest-binary: 0.1.0
-- SPDX-FileCopyrightText: 2026 The Throughline authors
-- SPDX-License-Identifier: Apache-2.0

-- The id that a foreign system gave a record; the first record to claim one keeps it.
create table external_ids (
  tenant_id int not null references tenants,
  kind text not null,
  system text not null,
  external_id text not null,
  record_id uuid not null,
  primary key (tenant_id, kind, system, external_id)
);
select throughline_tenant_table('external_ids', 'select, insert, delete');

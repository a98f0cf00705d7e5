-- oldest-binary: 0.1.0
-- SPDX-FileCopyrightText: 2026 The Throughline authors
-- SPDX-License-Identifier: Apache-2.0
--
-- The part that a record arrived under, and the root that answers for it. Narrow on purpose: every
-- change raises a version here, so the row must stay cheap to rewrite (HOT, room left in the page).
create table parts (
  tenant_id integer not null,
  id uuid not null,
  root_id uuid not null,
  version bigint not null,        -- meaningful on roots: raised with every change
  changed_at timestamptz not null,  -- when this version was made
  created_at timestamptz not null,
  provisional boolean not null,   -- made for a contact in doubt
  primary key (tenant_id, id)
) with (fillfactor = 70);
create index parts_by_root on parts (tenant_id, root_id) where root_id <> id;
select throughline_tenant_table('parts', 'select, insert, update');

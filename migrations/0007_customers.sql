-- oldest-binary: 0.1.0
-- SPDX-FileCopyrightText: 2026 The Throughline authors
-- SPDX-License-Identifier: Apache-2.0
--
-- What is known of a person, kept per part so that a merge moves nothing and an undo restores each.
create table customers (
  tenant_id integer not null,
  id uuid not null,             -- the part's id
  version bigint not null,      -- own fields and identifiers; on the root
  display_name text,
  tier text,
  language text,
  profile jsonb not null,
  sensitivities jsonb not null,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (tenant_id, id)
);
select throughline_tenant_table('customers', 'select, insert, update');

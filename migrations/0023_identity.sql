-- oldest-binary: 0.1.0
-- SPDX-FileCopyrightText: 2026 The Throughline authors
-- SPDX-License-Identifier: Apache-2.0
--
-- Finding whom a record could be about without comparing it with everybody.

-- What two records of one person are likely to share, hashed (likeness::keys). A key that many
-- parts have is skipped; a part keeps keys that it has outgrown: they cost a comparison, no more.
create table identity_keys (
  tenant_id integer not null,
  key bigint not null,
  part_id uuid not null,
  primary key (tenant_id, key, part_id)
);
select throughline_tenant_table('identity_keys', 'select, insert');

-- About how many customers a tenant has: one in so many is what a match is measured against. Every
-- sixteenth counts for sixteen, so that writers seldom meet on the row.
create table identity_populations (
  tenant_id integer primary key,
  customers bigint not null
);
select throughline_tenant_table('identity_populations', 'select, insert, update');

-- What levels of agreement are worth, estimated from the tenant's own records; the newest holds.
create table identity_weights (
  tenant_id integer not null,
  version bigint not null,
  weights jsonb not null,        -- likeness::to_json
  pairs_found bigint not null,   -- that shared a key
  pairs_random bigint not null,
  estimated_at timestamptz not null,
  primary key (tenant_id, version)
);
select throughline_tenant_table('identity_weights', 'select, insert');

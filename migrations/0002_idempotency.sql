-- oldest-binary: 0.1.0
-- SPDX-FileCopyrightText: 2026 The Throughline authors
-- SPDX-License-Identifier: Apache-2.0

-- The outcome of every write, by its key: status and ids, never a text that somebody wrote. Columns
-- from status on are null between the claim and the end of the same transaction, seen by no other.
create table idempotency (
  tenant_id int not null references tenants,
  method text not null,
  path_hash bytea not null,
  key text not null,
  body_hash bytea not null,
  created_at timestamptz not null,
  status smallint,
  refs text,
  problem jsonb,
  roots uuid[],                 -- whose versions it raised, and to what
  versions bigint[],
  primary key (tenant_id, method, path_hash, key)
);
create index idempotency_created_at on idempotency (created_at);
select throughline_tenant_table('idempotency',
  'select, insert, update (status, refs, problem, roots, versions)',
  'select (tenant_id, method, path_hash, key, created_at), delete');

-- oldest-binary: 0.1.0
-- SPDX-FileCopyrightText: 2026 The Throughline authors
-- SPDX-License-Identifier: Apache-2.0
--
-- What the context cache's strictness rests on (docs/ARCHITECTURE.md, "The cache"): who may be
-- believed, and what every committing transaction changed.

-- Which life of which database this is: a promoted standby begins a new timeline, a copy restored
-- elsewhere is another database.
create function throughline_timeline() returns text language sql as $$
  select left(pg_walfile_name(pg_current_wal_lsn()), 8)
$$;
create function throughline_database() returns text language sql as $$
  select to_hex(system_identifier) || '-' || d.oid
  from pg_control_system(), pg_database d where d.datname = current_database()
$$;

-- One row. `timeline` and `database` say where it was written: in a promoted standby or a restored
-- copy it speaks of another life of this database and binds nobody.
create table cache_authority (
  single boolean primary key check (single),
  run_id text not null,         -- the one Redis process; 'memory': an instance's own; '': nobody's
  epoch bigint not null,        -- raised with every new beginning; part of every key in Redis
  active boolean not null,
  deactivated_at timestamptz not null,  -- by the clock of this server
  timeline text not null,
  database text not null,
  applied pg_snapshot not null  -- what it sees, the Redis process has been told of
) with (fillfactor = 50);
insert into cache_authority values (true, '', 0, false, 'epoch', '', '', '1:1:');
-- Who may use it may see all of it: it belongs to no tenant.
alter table cache_authority enable row level security;
alter table cache_authority force row level security;
create policy server on cache_authority for select to throughline_server using (true);
create policy service on cache_authority to throughline_service using (true);
grant select on cache_authority to throughline_server;
grant select, update on cache_authority to throughline_service;

-- One row per transaction that raised the version of a root; swept soon after.
create table commits (
  tenant_id integer not null,
  id uuid not null,             -- made by the program, so that it can ask what became of a COMMIT
  xid xid8 not null,
  roots uuid[] not null,
  versions bigint[] not null,
  primary key (tenant_id, id)
) with (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 20000);
create index commits_by_xid on commits (xid);
select throughline_tenant_table('commits', 'select, insert', 'select, delete');

-- Instances that serve from a cache, for the sampler that asks each by its own address.
create table cache_instances (
  id uuid primary key,
  address text not null,        -- host:port of its metrics listener
  seen_at timestamptz not null
);
alter table cache_instances enable row level security;
alter table cache_instances force row level security;
create policy service on cache_instances to throughline_service using (true);
grant select, insert, update, delete on cache_instances to throughline_service;

-- oldest-binary: 0.1.0
-- SPDX-FileCopyrightText: 2026 The Throughline authors
-- SPDX-License-Identifier: Apache-2.0
--
-- A merge is a link between two parts; a customer is a connected set of parts over the links that
-- stand. Links form trees: a merge only ever joins two customers.
alter table merges
  add column one_id uuid,          -- the parts that the link hangs on, one on either side
  add column other_id uuid,
  add column evidence jsonb not null default '[]',  -- [{field, …}]
  add column score double precision,
  add column weights_version bigint not null default 0,
  add column reason text,
  add column agent jsonb,
  add column undo_id uuid;         -- what undid it
alter table merges no force row level security;
update merges set one_id = loser_id, other_id = survivor_id;
alter table merges force row level security;
alter table merges alter column one_id set not null, alter column other_id set not null;
grant update (undone_at, undo_id) on merges to throughline_server;

create index merges_standing on merges (tenant_id, one_id) where undone_at is null;
create index merges_by_undo on merges (tenant_id, undo_id) where undo_id is not null;
-- A customer's history, part by part.
create index merges_by_one on merges (tenant_id, one_id, at, id);
create index merges_by_other on merges (tenant_id, other_id, at, id);
drop index merges_by_survivor;
drop index merges_by_loser;
create index merges_by_survivor on merges (tenant_id, survivor_id, at, id);
create index merges_by_loser on merges (tenant_id, loser_id, at, id);

-- One row an undo; the links that it cut name it.
create table undos (
  tenant_id integer not null,
  id uuid not null,
  merge_id uuid not null,          -- the one that was named
  how text not null,               -- merge, parts, tree
  root_id uuid not null,           -- of the customer before
  roots uuid[] not null,           -- of the customers after, that one among them, oldest first
  since timestamptz not null,      -- when the oldest of the links cut had been made
  unlinked jsonb not null,         -- [{type, id, case_id, …}]: links that crossed the cut, some
  unlinked_count bigint not null,  -- all of them
  reason text,
  agent jsonb,
  key_id uuid not null,
  at timestamptz not null,
  primary key (tenant_id, id)
);
select throughline_tenant_table('undos', 'select, insert');

-- A remembered "not the same" between two parts, the smaller id first. It binds the customers that
-- these parts belong to, whole.
create table partings (
  tenant_id integer not null,
  id uuid not null,
  one_id uuid not null,
  other_id uuid not null,
  source text not null,            -- undo, person, review
  undo_id uuid,
  merge_id uuid,                   -- the link that was cut
  reason text,
  agent jsonb,
  key_id uuid not null,
  at timestamptz not null,
  lifted_at timestamptz,
  lifted_by uuid,                  -- the merge by which people thought otherwise
  primary key (tenant_id, id),
  check (one_id < other_id)
);
create unique index partings_standing on partings (tenant_id, one_id, other_id)
  where lifted_at is null;
create index partings_standing_other on partings (tenant_id, other_id) where lifted_at is null;
create index partings_by_one on partings (tenant_id, one_id, at, id);
create index partings_by_other on partings (tenant_id, other_id, at, id);
select throughline_tenant_table('partings', 'select, insert, update (lifted_at, lifted_by)');

-- oldest-binary: 0.1.0
-- SPDX-FileCopyrightText: 2026 The Throughline authors
-- SPDX-License-Identifier: Apache-2.0
--
-- A write that was made in the knowledge of another tells the caches of that one's roots, too,
-- where names have left them and the other is not settled yet.
alter table commits add column losing uuid[] not null default '{}';  -- those of `roots`
create index commits_losing_by_xid on commits (xid) where losing <> '{}';

-- Asked between transactions, where there is no tenant: it sees those of all, as their owner.
create view commits_losing as
  select c.xid, c.tenant_id, r.root, r.version
  from commits c, unnest(c.roots, c.versions) r (root, version)
  where c.losing <> '{}' and r.root = any(c.losing);
do $$
begin
  execute format('create policy owner on commits for select to %I using (true)', current_user);
end
$$;
grant select on commits_losing to throughline_server;

-- oldest-binary: 0.1.0
-- SPDX-FileCopyrightText: 2026 The Throughline authors
-- SPDX-License-Identifier: Apache-2.0
--
-- A note belongs to its case's part and may name an interaction of another part of the same
-- customer. Which do is known by an index, so that an undo that parts the two finds them however
-- long the histories are.
alter table notes
  add column case_part_id uuid,         -- these two only where they differ
  add column interaction_part_id uuid;
-- The policies bind the owner too, who needs a look at every tenant for this once.
do $$
begin
  execute format('create policy migration on notes to %I using (true)', current_user);
  execute format('create policy migration on cases to %I using (true)', current_user);
  execute format('create policy migration on interactions to %I using (true)', current_user);
end
$$;
update notes n set case_part_id = c.part_id, interaction_part_id = i.part_id
  from cases c, interactions i
 where c.tenant_id = n.tenant_id and c.id = n.case_id
   and i.tenant_id = n.tenant_id and i.id = n.interaction_id and i.part_id <> c.part_id;
drop policy migration on notes;
drop policy migration on cases;
drop policy migration on interactions;
create index notes_across on notes (tenant_id, case_part_id, interaction_part_id)
  where case_part_id is not null;
grant update (interaction_id, case_part_id, interaction_part_id) on notes to throughline_server;

-- Takes from notes the interactions of other groups: `groups` names each member's. Lent to merges.
create function notes_unlink(tenant integer, members uuid[], groups uuid[])
returns table (id uuid, part_id uuid, interaction_id uuid)
language sql volatile
begin atomic
  with member as (
    select own.part_id, own.group_id from unnest(members, groups) own(part_id, group_id)
  ), crossing as materialized (
    select n.id, n.interaction_id, own.part_id
    from member own
    join member other on other.group_id <> own.group_id
    cross join lateral (
      select x.id, x.interaction_id from notes x
      where x.tenant_id = tenant and x.case_part_id = own.part_id
        and x.interaction_part_id = other.part_id and x.case_part_id is not null
      order by x.id) n
  )
  update notes n set interaction_id = null, case_part_id = null, interaction_part_id = null
  from crossing
  where n.tenant_id = tenant and n.id = crossing.id
  returning n.id, crossing.part_id, crossing.interaction_id;
end;

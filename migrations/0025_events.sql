-- oldest-binary: 0.1.0
-- SPDX-FileCopyrightText: 2026 The Throughline authors
-- SPDX-License-Identifier: Apache-2.0
--
-- An event may stand on a case of another part of the same customer. Which do is known by an index,
-- so that an undo that parts the two finds them however long the histories are.
alter table events add column case_part_id uuid;  -- of the case, where it is another part
-- The policies bind the owner too, who needs a look at every tenant for this once.
do $$
begin
  execute format('create policy migration on events to %I using (true)', current_user);
  execute format('create policy migration on cases to %I using (true)', current_user);
end
$$;
update events e set case_part_id = c.part_id
  from cases c
 where c.tenant_id = e.tenant_id and c.id = e.case_id and c.part_id <> e.part_id;
drop policy migration on events;
drop policy migration on cases;
create index events_across on events (tenant_id, part_id, case_part_id)
  where case_part_id is not null;
grant update (case_id, case_part_id) on events to throughline_server;

-- Takes events off the cases of other groups: `groups` names each member's. Lent to merges.
create function events_unlink(tenant integer, members uuid[], groups uuid[])
returns table (id uuid, part_id uuid, case_id uuid)
language sql volatile
begin atomic
  with member as (
    select own.part_id, own.group_id from unnest(members, groups) own(part_id, group_id)
  ), crossing as materialized (
    select e.id, e.case_id
    from member own
    join member other on other.group_id <> own.group_id
    cross join lateral (
      select x.id, x.case_id from events x
      where x.tenant_id = tenant and x.part_id = own.part_id
        and x.case_part_id = other.part_id and x.case_part_id is not null
      order by x.id) e
  )
  update events e set case_id = null, case_part_id = null
  from crossing
  where e.tenant_id = tenant and e.id = crossing.id
  returning e.id, e.part_id, crossing.case_id;
end;

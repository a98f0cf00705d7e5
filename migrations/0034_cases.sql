-- oldest-binary: 0.1.0
-- SPDX-FileCopyrightText: 2026 The Throughline authors
-- SPDX-License-Identifier: Apache-2.0
--
-- A resolved case leaves the contexts seven days later, by an alarm: no document depends on when it
-- is read.
alter table cases add column aged boolean not null default false;
drop index cases_resolved;
create index cases_resolved on cases (tenant_id, part_id, resolved_at)
  where status = 'resolved' and not aged;

-- The policies bind the owner too, who needs a look at every tenant for this once.
do $$
begin
  execute format('create policy migration on cases to %I using (true)', current_user);
  execute format('create policy migration on alarms to %I using (true)', current_user);
end
$$;
insert into alarms (tenant_id, kind, resource_id, part_id, at)
select tenant_id, 'case_aged', id, part_id, resolved_at + interval '7 days'
  from cases where status = 'resolved';
drop policy migration on cases;
drop policy migration on alarms;

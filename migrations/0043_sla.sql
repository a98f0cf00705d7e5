-- oldest-binary: 0.1.0
-- SPDX-FileCopyrightText: 2026 The Throughline authors
-- SPDX-License-Identifier: Apache-2.0
--
-- The clocks of a case that run, shown as before, now as a table: a statement that joins it takes
-- its body in, where a plain value's was planned anew with every call.
drop function sla_of_case;
create function sla_of_case(tenant integer, problem uuid) returns table (items json)
language sql stable
begin atomic
  select coalesce(json_agg(json_build_object(
           'metric', running.metric, 'state', running.state,
           'due_at', case when running.state = 'active' then json_time(running.due_at) end,
           'breached_at', json_time(running.breached_at))
         order by running.due_at, running.id), '[]')
  from sla_clocks running
  where running.tenant_id = tenant and running.case_id = problem
    and running.state in ('active', 'paused');
end;

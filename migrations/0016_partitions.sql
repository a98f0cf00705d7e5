-- oldest-binary: 0.1.0
-- SPDX-FileCopyrightText: 2026 The Throughline authors
-- SPDX-License-Identifier: Apache-2.0
--
-- Where most histories are short, reading one over all partitions and sorting it looks as cheap as
-- merging partitions in order until a page is full; and where one is long, it is not. So the
-- planner is told that the values of these columns are few, which makes every history look long.
-- What looks for one row of a history must ask for the first in its order: where all looks full of
-- matches, walking the table until one comes up looks cheap.
alter table partitioned add column histories_of text[] not null default '{}';
update partitioned set histories_of = case name when 'messages' then array['interaction_id']
                                      else array['part_id', 'case_id'] end
 where name in ('timeline', 'messages');

create function throughline_expect_histories(part regclass, histories_of text[]) returns void
language plpgsql as $$
declare
  history_of text;
begin
  foreach history_of in array histories_of loop
    execute format('alter table %s alter column %I set (n_distinct = 2)', part, history_of);
  end loop;
end
$$;
revoke execute on function throughline_expect_histories from public;

-- As before, and each new partition looks so from its beginning.
create or replace function throughline_make_partitions(moment timestamptz) returns setof text
language plpgsql security definer set search_path = public, pg_temp as $$
declare
  parent record;
  reached bigint;
  last bigint;
  upper bigint;
  partition text;
begin
  perform pg_advisory_xact_lock(hashtext('throughline partitions'));
  for parent in select * from partitioned order by name loop
    reached := case parent.key when 'id' then throughline_point_of(moment)
      else (select last_value from changes_position) end;
    last := (select max(b.upper) from partition_bounds b where b.parent = parent.name);
    while last <= reached + 2 * parent.width loop
      upper := greatest(last / parent.width + 1, reached / parent.width) * parent.width;
      partition := parent.name || '_' || case parent.key when 'position' then last::text
        else to_char(to_timestamp(last / 1000) at time zone 'UTC',
                     case last % 86400000 when 0 then 'YYYYMMDD' else 'YYYYMMDD_HH24MI' end) end;
      execute format('create table %I (like %I including all)', partition, parent.name);
      execute format('alter table %I enable row level security, force row level security',
                     partition);
      perform throughline_expect_histories(partition::regclass, parent.histories_of);
      execute format('alter table %I attach partition %I for values from (%L) to (%L)',
                     parent.name, partition, throughline_bound_at(parent.key, last),
                     throughline_bound_at(parent.key, upper));
      return next partition;
      last := upper;
    end loop;
  end loop;
end
$$;

-- Those there are; what the planner knows of them is gathered anew.
do $$
declare
  part record;
begin
  for part in select b.partition, p.histories_of
                from partition_bounds b join partitioned p on p.name = b.parent loop
    perform throughline_expect_histories(part.partition, part.histories_of);
    execute format('analyze %s', part.partition);
  end loop;
end
$$;

-- oldest-binary: 0.1.0
-- SPDX-FileCopyrightText: 2026 The Throughline authors
-- SPDX-License-Identifier: Apache-2.0
--
-- Append-only tables in partitions that follow the order of arrival: by id, a UUIDv7 of the
-- server's, or, for the feed, by position. A point is what counts along that order: milliseconds
-- since 1970 of an id, or the position itself.
create table partitioned (
  name text primary key,
  key text not null check (key in ('id', 'position')),
  width bigint not null,   -- points of a partition to come; those there are keep their bounds
  kept_from bigint         -- below this point partitions have been detached; null: none was
);
grant select on partitioned to throughline_server;

create function throughline_bound_at(key text, point bigint) returns text language sql immutable
  return case key when 'position' then point::text
    else (lpad(to_hex(point), 12, '0') || repeat('0', 20))::uuid::text end;
create function throughline_point_at(key text, bound text) returns bigint language sql immutable
  return case key when 'position' then bound::bigint
    else ('x' || left(replace(bound, '-', ''), 12))::bit(48)::bigint end;
create function throughline_point_of(moment timestamptz) returns bigint language sql immutable
  return floor(extract(epoch from moment) * 1000)::bigint;

-- The partitions there are; lower is null where one reaches down to the beginning.
create view partition_bounds as
  select p.name as parent, child.oid::regclass as partition,
         throughline_point_at(p.key, substring(bounds from 'FROM \(''([^'']+)''\)')) as lower,
         throughline_point_at(p.key, substring(bounds from 'TO \(''([^'']+)''\)')) as upper
    from partitioned p
    join pg_inherits i on i.inhparent = to_regclass(p.name)
    join pg_class child on child.oid = i.inhrelid
   cross join lateral pg_get_expr(child.relpartbound, child.oid) bounds;

-- Makes the partitions that are missing up to two widths beyond what arrives at this moment;
-- returns their names. The service role calls it now and then. Each is made on its own and then
-- attached, which stops no reader and no writer. Where nobody has called for long, one partition
-- spans the gap.
create function throughline_make_partitions(moment timestamptz) returns setof text
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
      execute format('alter table %I attach partition %I for values from (%L) to (%L)',
                     parent.name, partition, throughline_bound_at(parent.key, last),
                     throughline_bound_at(parent.key, upper));
      return next partition;
      last := upper;
    end loop;
  end loop;
end
$$;

-- Takes the oldest partition of a table out of it: a table of its own from then on, which its owner
-- may archive or drop. Refused for any other, and for one that may still be written. For the feed
-- it moves, in the same transaction, the place below which cursors are refused.
create function throughline_detach_partition(part regclass, moment timestamptz) returns void
language plpgsql as $$
declare
  chosen record;
begin
  select b.*, p.key, case p.key when 'id' then throughline_point_of(moment)
           else (select last_value from changes_position) end as reached,
         (select min(other.upper) from partition_bounds other where other.parent = p.name) as oldest
    into chosen
    from partition_bounds b join partitioned p on p.name = b.parent
   where b.partition = part;
  if not found then
    raise exception '% is no partition', part;
  elsif chosen.upper > chosen.oldest then
    raise exception '% is not the oldest partition of %', part, chosen.parent;
  elsif chosen.upper > chosen.reached then
    raise exception '% may still be written', part;
  end if;
  execute format('alter table %I detach partition %s', chosen.parent, part);
  execute format('alter table %s no force row level security', part);
  update partitioned set kept_from = chosen.upper where name = chosen.parent;
end
$$;
revoke execute on function throughline_bound_at, throughline_point_at, throughline_point_of,
  throughline_make_partitions, throughline_detach_partition from public;
grant execute on function throughline_make_partitions to throughline_service;

-- Puts a table that there is into partitions, under its name and with its indexes and policies: the
-- table itself, with its rows where they are, becomes the first partition.
create function throughline_partition(name text, key text, width bigint, from_point bigint)
returns void language plpgsql as $$
declare
  first text := name || '_first';
  primary_key text;
  indexes text[];
  index record;
  newest text;
  upper bigint;
begin
  execute format('alter table %I rename to %I', name, first);
  execute format('drop policy tenant on %I', first);
  execute format('revoke all on %I from throughline_server', first);
  select pg_get_constraintdef(oid) into primary_key
    from pg_constraint where conrelid = first::regclass and contype = 'p';
  select array_agg(replace(pg_get_indexdef(indexrelid), first, name)) into indexes
    from pg_index where indrelid = first::regclass and not indisprimary;
  for index in select indexrelid::regclass::text as name from pg_index
                where indrelid = first::regclass loop
    execute format('alter index %I rename to %I', index.name,
                   replace(index.name, name, first));
  end loop;

  execute format('create table %I (like %I including defaults) partition by range (%I)',
                 name, first, key);
  execute format('alter table %I add %s', name, primary_key);
  for i in 1 .. coalesce(cardinality(indexes), 0) loop
    execute indexes[i];
  end loop;
  perform throughline_tenant_table(name::regclass, 'select, insert');

  execute format('alter table %I no force row level security', first);
  execute format('select %I::text from %I order by %1$I desc limit 1', key, first) into newest;
  execute format('alter table %I force row level security', first);
  upper := (coalesce(throughline_point_at(key, newest), from_point) / width + 1) * width;
  execute format('alter table %I attach partition %I for values from (minvalue) to (%L)',
                 name, first, throughline_bound_at(key, upper));
  insert into partitioned values (name, key, width);
end
$$;

-- Thirty days, and 2^24 facts. Notes stay whole: a case's are read by the case on the way to every
-- context, over all partitions then, and what replaces a note must be unique over all of them.
do $$
declare
  month constant bigint := 30 * 86400000::bigint;
  introduced constant bigint := throughline_point_of('2026-11-01 00:00:00+00');
begin
  perform throughline_partition('timeline', 'id', month, introduced);
  perform throughline_partition('messages', 'id', month, introduced);
  perform throughline_partition('events', 'id', month, introduced);
  perform throughline_partition('changes', 'position', 16777216, 0);
end
$$;
drop function throughline_partition;

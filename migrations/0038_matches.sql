-- oldest-binary: 0.1.0
-- SPDX-FileCopyrightText: 2026 The Throughline authors
-- SPDX-License-Identifier: Apache-2.0
--
-- What a merge had settled is asked again once the merge is undone.

-- Lent to merges, which calls it when links were cut and the parts in `members` have their new
-- roots. Whether those links should be cut is asked no more. A question that a merge had answered
-- (superseded, or accepted by it) is open again when the part in doubt has left whoever it was said
-- to be: it is raised anew with the candidates that are left, those neither told apart from it nor
-- asked about already. Returns what was raised, and whose part it asks about.
create function matches_parted(tenant integer, links uuid[], members uuid[], parted_at timestamptz,
                               parted_by uuid)
returns table (id uuid, part_id uuid)
language sql volatile
begin atomic
  with settled as (
    update matches m set status = 'superseded'
    where m.tenant_id = tenant and m.merge_id = any(links) and m.status in ('open', 'later')
    returning m.id
  ), settled_candidates as (
    update matches_candidates c set match_status = 'superseded'
    from settled where c.tenant_id = tenant and c.match_id = settled.id
  ), own as materialized (
    select p.id, p.root_id
    from unnest(members) member(id)
    join parts p on p.tenant_id = tenant and p.id = member.id
  ), closed as materialized (
    select m.*, own.root_id
    from own
    join matches m on m.tenant_id = tenant and m.part_id = own.id
    where m.status in ('superseded', 'merged') and m.superseded_by is null and m.reason <> 'shared'
      and (m.status = 'superseded' or m.merge_id = any(links))
      and not exists (
        select from matches_candidates c
        join parts far on far.tenant_id = tenant and far.id = c.part_id
        where c.tenant_id = tenant and c.match_id = m.id and c.verdict is distinct from 'not_same'
          and far.root_id = own.root_id)
  ), standing as materialized (
    select distinct on (closed.root_id, far.root_id) c.*
    from closed
    join matches_candidates c
      on c.tenant_id = tenant and c.match_id = closed.id and c.verdict is null
    join parts far on far.tenant_id = tenant and far.id = c.part_id
    where not exists (
        select from own mine
        join lateral (
          select p.other_id as far_id from partings p
          where p.tenant_id = tenant and p.one_id = mine.id and p.lifted_at is null
          union all
          select p.one_id from partings p
          where p.tenant_id = tenant and p.other_id = mine.id and p.lifted_at is null
        ) parting on true
        join parts theirs on theirs.tenant_id = tenant and theirs.id = parting.far_id
        where mine.root_id = closed.root_id
          and theirs.root_id = far.root_id)
      and not exists (
        select from own mine
        join lateral (
          select asked.part_id as far_id
          from matches m join matches_candidates asked
            on asked.tenant_id = tenant and asked.match_id = m.id and asked.verdict is null
          where m.tenant_id = tenant and m.part_id = mine.id and m.status in ('open', 'later')
          union all
          select m.part_id
          from matches_candidates asked join matches m
            on m.tenant_id = tenant and m.id = asked.match_id
          where asked.tenant_id = tenant and asked.part_id = mine.id and asked.verdict is null
            and asked.match_status in ('open', 'later')
        ) waiting on true
        join parts theirs on theirs.tenant_id = tenant and theirs.id = waiting.far_id
        where mine.root_id = closed.root_id
          and theirs.root_id = far.root_id)
    order by closed.root_id, far.root_id, closed.raised_at desc, closed.id
  ), anew as materialized (
    select closed.*, matches_new_id(parted_at) as new_id
    from closed
    where closed.id in (select standing.match_id from standing)
  ), superseded as (
    update matches m set superseded_by = anew.new_id
    from anew where m.tenant_id = tenant and m.id = anew.id
  ), raised as (
    insert into matches (tenant_id, id, part_id, status, reason, weights_version, more_candidates,
                         raised_at, at, key_id)
    select tenant, new_id, anew.part_id, 'open', reason, weights_version, more_candidates,
           parted_at, parted_at, parted_by
    from anew
  ), raised_candidates as (
    insert into matches_candidates (tenant_id, match_id, place, part_id, grade, score, evidence,
                                    strength, against, match_status, match_at)
    select tenant, anew.new_id, c.place, c.part_id, c.grade, c.score, c.evidence, c.strength,
           c.against, 'open', parted_at
    from standing c join anew on anew.id = c.match_id
  )
  select anew.new_id, anew.part_id from anew;
end;

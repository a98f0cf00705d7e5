-- oldest-binary: 0.1.0
-- SPDX-FileCopyrightText: 2026 The Throughline authors
-- SPDX-License-Identifier: Apache-2.0
--
-- A match of reason `shared` asks whether a link should stand: its merge_id names the link from the
-- beginning, and its part and candidate are one customer until it is cut.
create index matches_by_merge on matches (tenant_id, merge_id) where merge_id is not null;

-- Lent to merges, which calls it when two customers have become one: what that means for questions
-- that wait. One whose part and candidate are one now is answered, and its other candidates fall.
-- One whose part has found its customer (`found`: the parts whose root changed, and those that an
-- accepted match asked about) is overtaken as well; since that customer could still be one of its
-- candidates', it is raised anew, with those who were not told apart from it. Returns the matches
-- raised. Both customers must be locked. A link in question is none of this: it stands as before.
create or replace function matches_joined(tenant integer, root uuid, found uuid[],
                                          joined_at timestamptz, joined_by uuid)
returns setof uuid
language sql volatile
begin atomic
  with members as materialized (
    select matches_joined.root as id
    union all
    select p.id from parts p
    where p.tenant_id = tenant and p.root_id = matches_joined.root and p.root_id <> p.id
  ), asked as materialized (
    select m.*, exists (
      select from matches_candidates c
      where c.tenant_id = tenant and c.match_id = m.id and c.verdict is null
        and c.part_id in (select id from members)) as answered
    from members
    join matches m on m.tenant_id = tenant and m.part_id = members.id
                  and m.status in ('open', 'later') and m.reason <> 'shared'
  ), overtaken as materialized (
    select * from asked where answered or asked.part_id = any(found)
  ), apart as materialized (
    select far.root_id
    from members
    cross join lateral (
      select p.other_id as far_id from partings p
      where p.tenant_id = tenant and p.one_id = members.id and p.lifted_at is null
      union all
      select p.one_id from partings p
      where p.tenant_id = tenant and p.other_id = members.id and p.lifted_at is null
    ) parting
    join parts far on far.tenant_id = tenant and far.id = parting.far_id
  ), standing as materialized (
    select c.*
    from overtaken
    join matches_candidates c
      on c.tenant_id = tenant and c.match_id = overtaken.id and c.verdict is null
    join parts far on far.tenant_id = tenant and far.id = c.part_id
    where not overtaken.answered and far.root_id not in (select apart.root_id from apart)
  ), anew as materialized (
    select overtaken.*, matches_new_id(joined_at) as new_id,
           greatest(overtaken.at, joined_at) as due
    from overtaken
    where overtaken.id in (select standing.match_id from standing)
  ), settled as (
    update matches m set status = 'superseded', superseded_by = anew.new_id
    from overtaken left join anew on anew.id = overtaken.id
    where m.tenant_id = tenant and m.id = overtaken.id
  ), settled_candidates as (
    update matches_candidates c set match_status = 'superseded'
    from overtaken
    where c.tenant_id = tenant and c.match_id = overtaken.id
  ), raised as (
    insert into matches (tenant_id, id, part_id, status, reason, weights_version, more_candidates,
                         raised_at, at, key_id)
    select tenant, new_id, anew.part_id, status, reason, weights_version, more_candidates,
           joined_at, due, joined_by
    from anew
  ), raised_candidates as (
    insert into matches_candidates (tenant_id, match_id, place, part_id, grade, score, evidence,
                                    strength, against, match_status, match_at)
    select tenant, anew.new_id, c.place, c.part_id, c.grade, c.score, c.evidence, c.strength,
           c.against, anew.status, anew.due
    from standing c join anew on anew.id = c.match_id
  )
  select anew.new_id from anew;
end;

-- Lent to merges, which calls it when links were cut: whether they should be is asked no more.
create function matches_parted(tenant integer, links uuid[]) returns void
language sql volatile
begin atomic
  with settled as (
    update matches m set status = 'superseded'
    where m.tenant_id = tenant and m.merge_id = any(links) and m.status in ('open', 'later')
    returning m.id
  )
  update matches_candidates c set match_status = 'superseded'
  from settled where c.tenant_id = tenant and c.match_id = settled.id;
end;

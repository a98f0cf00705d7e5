-- oldest-binary: 0.1.0
-- SPDX-FileCopyrightText: 2026 The Throughline authors
-- SPDX-License-Identifier: Apache-2.0
--
-- A question for people: whose is this part? Written under the lock of the part's customer.
create table matches (
  tenant_id integer not null,
  id uuid not null,
  part_id uuid not null,           -- in doubt
  status text not null,            -- open, later, merged, not_same, superseded
  reason text not null,            -- several, doubtful, vetoed, shared, full
  weights_version bigint not null, -- of the weights behind the scores; 0: none
  more_candidates integer not null, -- beyond those that are kept
  raised_at timestamptz not null,
  at timestamptz not null,         -- when it waits for a decision: raised, or put back until
  merge_id uuid,                   -- that an accepted match became
  superseded_by uuid,              -- the match that asks instead
  key_id uuid not null,            -- whose request raised it
  primary key (tenant_id, id)
);
create index matches_by_status on matches (tenant_id, status, at, id);
create index matches_by_part on matches (tenant_id, part_id, status, at, id);
select throughline_tenant_table('matches',
  'select, insert, update (status, at, merge_id, superseded_by)');

-- Whose it could be, best first.
create table matches_candidates (
  tenant_id integer not null,
  match_id uuid not null,
  place integer not null,
  part_id uuid not null,           -- what a merge would link
  verdict text,                    -- same, not_same; null: not decided, or no longer asked
  grade text not null,
  score double precision not null,
  evidence jsonb not null,         -- [{field, level, bits}]
  strength double precision not null, -- the sum of its bits
  against text[] not null,
  -- As the match has them, so that a customer's matches are read in their order from one index.
  match_status text not null,
  match_at timestamptz not null,
  primary key (tenant_id, match_id, place)
);
create index matches_candidates_by_part
  on matches_candidates (tenant_id, part_id, match_status, match_at, match_id);
select throughline_tenant_table('matches_candidates',
  'select, insert, update (verdict, match_status, match_at)');

-- What people said to it, one after the other.
create table matches_decisions (
  tenant_id integer not null,
  match_id uuid not null,
  place integer not null,          -- 1, 2, … whatever the clocks of those who wrote them
  decision text not null,          -- merge, not_same, later
  part_id uuid,                    -- the candidate it is about; null: all that were left
  until timestamptz,
  reason text,
  agent jsonb,
  key_id uuid not null,
  at timestamptz not null,
  primary key (tenant_id, match_id, place)
);
select throughline_tenant_table('matches_decisions', 'select, insert');

-- A version 7 id as the server makes them, for what the next function raises.
create function matches_new_id(at timestamptz) returns uuid
language sql volatile
begin atomic
  select encode(set_bit(set_bit(
    overlay(uuid_send(gen_random_uuid())
            placing substring(int8send((extract(epoch from at) * 1000)::bigint) from 3) from 1),
    52, 1), 53, 1), 'hex')::uuid;
end;

-- Lent to merges, which calls it when two customers have become one: what that means for questions
-- that wait. One whose part and candidate are one now is answered, and its other candidates fall.
-- One whose part has found its customer (`found`: the parts whose root changed, and those that an
-- accepted match asked about) is overtaken as well; since that customer could still be one of its
-- candidates', it is raised anew, with those who were not told apart from it. Returns the matches
-- raised. Both customers must be locked.
create function matches_joined(tenant integer, root uuid, found uuid[], joined_at timestamptz,
                               joined_by uuid)
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
                  and m.status in ('open', 'later')
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

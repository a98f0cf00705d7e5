-- oldest-binary: 0.1.0
-- SPDX-FileCopyrightText: 2026 The Throughline authors
-- SPDX-License-Identifier: Apache-2.0
--
-- Presence and mood. last_heartbeat_at is the last sign of life: the start, a heartbeat, a line of
-- the customer or an agent.
alter table interactions
  add column fell_silent boolean not null default false,  -- ended by that, until somebody speaks
  add column sentiment_before double precision;           -- the slow average; null: as sentiment

-- Contacts that are live set their alarms now, by the limits that hold where nothing is set. The
-- policies bind the owner too, who needs a look at every tenant for this once.
do $$
begin
  execute format('create policy migration on interactions to %I using (true)', current_user);
  execute format('create policy migration on alarms to %I using (true)', current_user);
end
$$;
insert into alarms (tenant_id, kind, resource_id, part_id, at)
select tenant_id, 'interaction_silent', id, part_id,
       last_heartbeat_at + case channel when 'voice' then interval '2 minutes'
                                        else interval '5 minutes' end
  from interactions
 where status = 'live' and channel in ('voice', 'chat');
drop policy migration on interactions;
drop policy migration on alarms;

-- Where a mood is going; moves within the dead band are none. Moods have three digits.
create function mood_trend(latest double precision, before double precision) returns text
  language sql immutable parallel safe
  return case when latest is null then null
              when round((latest - before)::numeric, 3) > 0.1 then 'rising'
              when round((before - latest)::numeric, 3) > 0.1 then 'falling'
              else 'steady' end;

-- How a case feels: its newest contact of which that is known, and where that is going; where it
-- is going nowhere, against the contact before.
create function case_mood(tenant integer, problem uuid)
returns table (last double precision, trend text)
language sql stable
begin atomic
  select newest.sentiment,
         case mood_trend(newest.sentiment, newest.sentiment_before)
           when 'steady' then mood_trend(newest.sentiment, earlier.sentiment)
           else mood_trend(newest.sentiment, newest.sentiment_before) end
  from (select i.sentiment, i.sentiment_before, i.started_at, i.id from interactions i
        where i.tenant_id = tenant and i.case_id = problem and i.sentiment is not null
        order by i.started_at desc, i.id desc limit 1) newest
  left join lateral (
        select i.sentiment from interactions i
        where i.tenant_id = tenant and i.case_id = problem and i.sentiment is not null
          and (i.started_at, i.id) < (newest.started_at, newest.id)
        order by i.started_at desc, i.id desc limit 1) earlier on true;
end;

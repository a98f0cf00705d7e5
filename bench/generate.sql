-- SPDX-FileCopyrightText: 2026 The Throughline authors
-- SPDX-License-Identifier: Apache-2.0
--
-- Customers :first to :last of a generated tenant with all that hangs on them, as the server would
-- have left it after a year; run by generate.py in one transaction. Nothing is random: a customer's
-- number decides everything. Of :customers customers
--   the first :heavy have 20,000 contacts each (100,000 entries of the timeline and more),
--   one in a thousand has 100, one in ten 5, everybody else one;
--   every second has a case for each 20 contacts, the first thousand an open one with eight notes;
--   those above :customers are merged: :parts20 customers of 20 parts, then some of 100 parts.
set role throughline_server;
select set_config('throughline.tenant', :'tenant', false) \g /dev/null

-- An id that arrived at this time: kind and number make it unique.
create function pg_temp.made(kind int, number bigint, at timestamptz) returns uuid
language sql immutable as $$
  select (lpad(to_hex((extract(epoch from at) * 1000)::bigint), 12, '0') || '7' ||
          lpad(to_hex(kind), 3, '0') || '8' || lpad(to_hex(number), 15, '0'))::uuid
$$;
create function pg_temp.case_id(n bigint, j bigint, at timestamptz) returns uuid
language sql immutable as $$ select pg_temp.made(3, n * 1024 + j, at) $$;

create temp table person on commit drop as
  select n, pg_temp.made(1, n, at) as part, at,
         case when n > :customers then pg_temp.made(1, leader, at_of_leader)
              else pg_temp.made(1, n, at) end as root,
         n > :customers and leader <> n as merged,
         case when n <= :heavy then 20000 when n % 1000 = 1 then 100 when n % 10 = 0 then 5
              else 1 end as contacts,
         case when n <= 1000 or n % 2 = 0 then 1 else 0 end as has_cases
    from generate_series(:first::bigint, :last::bigint) n
   cross join lateral (
     select case when n <= :customers then n
                 when n <= :customers + 20 * :parts20
                   then :customers + (n - :customers - 1) / 20 * 20 + 1
                 else :customers + 20 * :parts20
                   + (n - :customers - 20 * :parts20 - 1) / 100 * 100 + 1 end as leader) l
   cross join lateral (
     select :'now'::timestamptz - interval '1 year'
              + least(n, :customers) * interval '300 days' / :customers as at,
            :'now'::timestamptz - interval '1 year'
              + least(leader, :customers) * interval '300 days' / :customers as at_of_leader) t;

create temp table contact on commit drop as
  select p.n, i, part, root, number, pg_temp.made(2, number, started) as id, started,
         case when has_cases = 1
              then pg_temp.case_id(p.n, (i - 1) / 20, p.at + (i - 1) / 20 * 20 * step)
              end as case_id,
         (i - 1) % 20 = 0 and has_cases = 1 as opens,
         (i - 1) / 20 as case_number,
         p.n % 50 = 0 and i = contacts as live,
         (array['voice', 'chat', 'email'])[1 + (p.n + i) % 3] as channel
    from (select *, interval '60 days' / contacts as step from person) p
   cross join lateral generate_series(1, contacts) i
   cross join lateral (select p.n * 32768 + i as number, p.at + (i - 1) * step as started) t;

insert into parts (tenant_id, id, root_id, version, changed_at, created_at, provisional)
select :tenant, part, root, 1, at, at, false from person;

insert into customers (tenant_id, id, version, display_name, tier, language, profile,
                       sensitivities, field_times, created_at, updated_at)
select :tenant, part, 1, 'Customer ' || n, (array['bronze', 'silver', 'gold'])[1 + n % 3], 'en',
       jsonb_build_object('city', 'City ' || n % 500), '[]',
       '{"display_name": "2026-01-01T00:00:00Z", "tier": "2026-01-01T00:00:00Z"}', at, at
  from person;

create temp table held on commit drop as
  select part, at, type, value, assurance
    from person cross join lateral (values
      ('phone', '+1212' || 2000000 + n, 'channel'),
      ('email', 'customer' || n || '@example.com', 'authenticated'),
      ('account', 'crm:' || n, 'authenticated')) held (type, value, assurance);
-- Together and in the order in which they came, as the server writes what a record comes with.
insert into identifiers (tenant_id, type, value, created_at)
select :tenant, type, value, at from held order by at, part, type, value;
-- Confirmed just now: a telephone that nobody has confirmed for 90 days decides nothing alone.
insert into identifier_owners (tenant_id, type, value, part_id, assurance, raw, valid_from,
                               confirmed_first_at, confirmed_last_at, key_id)
select :tenant, type, value, part, assurance, value, at, at, now(), :'key' from held
 order by at, part, type, value;

insert into merges (tenant_id, id, survivor_id, loser_id, moved_parts, one_id, other_id, rule,
                    key_id, at)
select :tenant, pg_temp.made(6, n, at), root, part, array[part], part, root, 'identify', :'key', at
  from person where merged;

insert into interactions (tenant_id, id, part_id, version, channel, direction, status, agent_kind,
                          agent_id, agent, intent, case_id, sentiment, summary, outcome, decision,
                          grade, assurance, message_count, started_at, ended_at, last_message_at,
                          last_heartbeat_at, key_id)
select :tenant, id, part, 1, channel, 'inbound', case when live then 'live' else 'ended' end, 'bot',
       'bot-1', '{"kind": "bot", "id": "bot-1"}', 'product_defect', case_id,
       (i % 20) / 10.0 - 1, case when not live then 'The display stays dark after charging.' end,
       case when not live then 'resolved' end, 'matched', 'certain', 'channel', 3, started,
       case when not live then started + interval '5 minutes' end, started + interval '3 minutes',
       started, :'key'
  from contact;

create temp table said on commit drop as
  select n, part, root, case_id, channel, id as interaction, seq,
         started + seq * interval '1 minute' as at,
         pg_temp.made(4, number * 4 + seq, started + seq * interval '1 minute') as id
    from contact cross join generate_series(1, 3) seq;
insert into messages (tenant_id, id, interaction_id, seq, role, text, at, key_id)
select :tenant, id, interaction, seq, case seq when 2 then 'agent' else 'customer' end,
       'The lamp blinks three times and the display stays dark; I tried another socket.', at, :'key'
  from said;

-- Numbered with gaps, which the server never leaves and nobody minds.
insert into cases (tenant_id, id, number, part_id, opening_interaction_id, version, subject, intent,
                   status, priority, attributes, opened_at, resolved_at, closed_at, updated_at,
                   key_id)
select :tenant, case_id, n * 1024 + case_number, part, id, 1, 'The display stays dark',
       'product_defect', case when is_open then 'open' else 'closed' end, 'normal', '{}', started,
       case when not is_open then started end, case when not is_open then started end, started,
       :'key'
  from (select *, (n <= 1000 or n % 4 = 0) and case_number = 0 as is_open from contact) c
 where opens;

create temp table noted on commit drop as
  select n, part, root, case_id, channel, note, started + note * interval '1 minute' as at,
         pg_temp.made(5, (n * 1024 + case_number) * 16 + note,
                      started + note * interval '1 minute') as id
    from contact
   cross join lateral generate_series(
     1, case when n <= 1000 and case_number = 0 then 8 else 2 end) note
   where opens;
insert into notes (tenant_id, id, case_id, kind, text, channel, agent, at, key_id)
select :tenant, id, case_id, case note when 1 then 'step' else 'note' end, :'note', channel,
       '{"kind": "bot", "id": "bot-1"}', at, :'key'
  from noted;

-- What the timeline shows has a kind; the feed has everything.
create temp table fact on commit drop as
  select n, part, root, 0 as rank, at, 'customer.created' as type, null as kind, null as fact,
         part as resource, null as channel, null::uuid as case_id, null::uuid as interaction
    from person
  union all
  select n, part, root, 1, at, 'identifier.attached', null, null, part, null, null, null
    from person cross join generate_series(1, 3)
  union all
  select n, part, root, 2, started, 'interaction.started', 'interaction', 'started', id, channel,
         case_id, id from contact
  union all
  select n, part, root, 3, started, 'case.opened', 'case', 'opened', case_id, channel, case_id, id
    from contact where opens
  union all
  select n, part, root, 4, at, 'message.added', 'message', 'added', id, channel, case_id,
         interaction from said
  union all
  select n, part, root, 5, at, 'note.added', 'note', 'added', id, channel, case_id, null from noted
  union all
  select n, part, root, 6, started + interval '5 minutes', 'interaction.ended', 'interaction',
         'ended', id, channel, case_id, id from contact where not live
  union all
  select n, part, root, 7, :'now', 'customer.merged', null, null, pg_temp.made(6, n, at), null,
         null, null from person where merged;

create temp table numbered on commit drop as
  select *, :first::bigint * 1048576 + row_number() over (order by n, at, rank) as number,
         row_number() over (partition by case when rank < 7 then part else root end
                            order by at, rank, n) as version
    from fact;

insert into timeline (tenant_id, part_id, at, id, kind, fact, resource_id, channel, case_id,
                      interaction_id)
select :tenant, part, at, pg_temp.made(7, number, at), kind, fact, resource, channel, case_id,
       interaction
  from numbered where kind is not null order by number;

insert into changes (tenant_id, position, id, type, at, root_id, part_id, version, resource_id,
                     fields, key_id)
select :tenant, nextval('changes_position'), pg_temp.made(8, number, at), type, at,
       case when rank < 7 then part else root end, part, version, resource, '{}', :'key'
  from (select * from numbered order by number) numbered;

-- A root stands above everything that any of its parts came to.
update parts p
   set version = top.version + 1, changed_at = top.at
  from (select root, max(version) as version, max(at) as at from numbered group by root) top
 where p.tenant_id = :tenant and p.root_id = top.root and p.id in (select part from person);

insert into case_numbers (tenant_id, last) values (:tenant, (:last + 1) * 1024)
on conflict (tenant_id) do update set last = greatest(case_numbers.last, excluded.last);

-- oldest-binary: 0.1.0
-- SPDX-FileCopyrightText: 2026 The Throughline authors
-- SPDX-License-Identifier: Apache-2.0
--
-- The open cases of a context, each with what was done, said and promised. In plpgsql, which keeps
-- its plan apart from the caller's: who has no open case does not pay for setting it up.
create function context_cases(tenant integer, ids uuid[], text_max integer, steps_max bigint,
                              notes_max bigint, promises_max bigint, beyond_max bigint)
returns json language plpgsql stable as $$
begin
  return (
    select json_agg(json_build_object(
      'id', c.id,
      'number', c.number,
      'subject', json_text(c.subject, text_max),
      'intent', c.intent,
      'status', c.status,
      'priority', c.priority,
      'assignee', c.assignee,
      'opened_at', json_time(c.opened_at),
      'open_question', json_text(c.open_question, text_max),
      'steps_taken', coalesce(steps.items, '[]'),
      'commitments', coalesce(promises.items, '[]'),
      'sla', sla.items,
      'sentiment', case when mood.last is not null then
        json_build_object('last', mood.last, 'trend', mood.trend) end,
      'notes', coalesce(told.items, '[]'),
      'more', nullif(jsonb_strip_nulls(jsonb_build_object(
        'steps_taken', nullif(greatest(steps.total - steps_max, 0), 0),
        'commitments', nullif(greatest(promises.total - promises_max, 0), 0),
        'notes', nullif(greatest(told.total - notes_max, 0), 0))), '{}'))
      order by c.opened_at desc, c.id desc)
    from cases c
    cross join lateral (
      select json_agg(json_build_object('text', json_text(n.text, text_max), 'channel', n.channel,
          'at', json_time(n.at)) order by n.at desc, n.id desc)
          filter (where n.rank <= steps_max) as items,
        count(*) as total
      from (select s.text, s.channel, s.at, s.id,
              row_number() over (order by s.at desc, s.id desc) as rank
            from notes s where s.tenant_id = tenant and s.case_id = c.id and s.kind = 'step'
              and not exists (
                select from notes r where r.tenant_id = tenant and r.replaces_id = s.id)
            order by s.at desc, s.id desc limit steps_max + beyond_max) n
    ) steps
    cross join lateral (
      select json_agg(json_build_object('kind', n.kind, 'text', json_text(n.text, text_max),
          'agent', n.agent, 'channel', n.channel, 'at', json_time(n.at))
          order by n.at desc, n.id desc) filter (where n.rank <= notes_max) as items,
        count(*) as total
      from (select s.kind, s.text, s.agent, s.channel, s.at, s.id,
              row_number() over (order by s.at desc, s.id desc) as rank
            from notes s
            where s.tenant_id = tenant and s.case_id = c.id and s.kind in ('note', 'disclosure')
              and not exists (
                select from notes r where r.tenant_id = tenant and r.replaces_id = s.id)
            order by s.at desc, s.id desc limit notes_max + beyond_max) n
    ) told
    cross join lateral commitments_view(tenant, c.id, text_max, promises_max, beyond_max) promises
    cross join lateral sla_of_case(tenant, c.id) sla
    left join lateral case_mood(tenant, c.id) mood on true
    where c.tenant_id = tenant and c.id = any(ids));
end
$$;

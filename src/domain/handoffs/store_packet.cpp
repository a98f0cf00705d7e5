// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// What is handed over: the packet, as everything stands under the customer's lock.
#include "store.hpp"

namespace throughline::handoffs::store {

// $1 tenant, $2 interaction, $3 root, $4 case or null, $5 summary and $6 open question as the offer
// has them, $7 longest text, $8 steps, $9 notes, $10 commitments, $11 messages, $12 sources,
// $13 messages looked through for them, $14 identifiers. Every list is read through an index that
// ends with its order. Verified is what the network or a login vouches for, of this customer alone.
constexpr std::string_view packet_sql = R"sql(
select json_build_object(
  'interaction', json_build_object(
    'id', i.id, 'channel', i.channel, 'direction', i.direction, 'intent', i.intent,
    'started_at', json_time(i.started_at), 'message_count', i.message_count),
  'customer', json_build_object(
    'id', $3::uuid, 'display_name', person.display_name, 'tier', person.tier,
    'language', person.language),
  'identifiers_verified', coalesce((
    select json_agg(json_build_object('type', o.type, 'value', o.value, 'assurance', o.assurance)
                    order by o.assurance, o.confirmed_at desc, o.type, o.value)
    from (select * from customer_identifiers($1, $3) x
          where x.assurance in ('authenticated', 'channel') and not x.shared
          order by x.assurance, x.confirmed_at desc, x.type, x.value limit $14) o), '[]'),
  'issue', case when c.id is not null then json_build_object(
    'case_id', c.id, 'number', c.number, 'subject', json_text(c.subject, $7), 'intent', c.intent,
    'status', c.status, 'priority', c.priority, 'opened_at', json_time(c.opened_at)) end,
  'steps_taken', coalesce((
    select json_agg(json_build_object('text', json_text(n.text, $7), 'channel', n.channel,
        'agent', n.agent, 'at', json_time(n.at)) order by n.at desc, n.id desc)
    from (select s.* from notes s
          where s.tenant_id = $1 and s.case_id = c.id and s.kind = 'step'
            and not exists (select from notes r where r.tenant_id = $1 and r.replaces_id = s.id)
          order by s.at desc, s.id desc limit $8) n), '[]'),
  'notes', coalesce((
    select json_agg(json_build_object('kind', n.kind, 'text', json_text(n.text, $7),
        'channel', n.channel, 'agent', n.agent, 'at', json_time(n.at))
        order by n.at desc, n.id desc)
    from (select s.* from notes s
          where s.tenant_id = $1 and s.case_id = c.id and s.kind in ('note', 'disclosure')
            and not exists (select from notes r where r.tenant_id = $1 and r.replaces_id = s.id)
          order by s.at desc, s.id desc limit $9) n), '[]'),
  'commitments', coalesce((
    select json_agg(json_build_object('id', k.id, 'what', json_text(k.what, $7),
        'due_at', json_time(k.due_at), 'status', k.status, 'overdue', k.overdue,
        'channel', k.channel) order by k.due_at, k.id)
    from (select * from commitments x
          where x.tenant_id = $1 and x.case_id = c.id and x.status = 'open'
          order by x.due_at, x.id limit $10) k), '[]'),
  'sentiment', case when i.sentiment is not null
    then json_build_object('last', i.sentiment,
                           'trend', mood_trend(i.sentiment, i.sentiment_before))
    else (select json_build_object('last', m.last, 'trend', m.trend)
          from case_mood($1, c.id) m) end,
  'open_question', json_text(coalesce(nullif($6::text, ''), c.open_question), $7),
  'summary', json_text(coalesce(nullif($5::text, ''), i.summary), $7),
  'messages', coalesce((
    select json_agg(json_build_object('id', m.id, 'seq', m.seq, 'role', m.role,
        'text', json_text(m.text, $7), 'agent', m.agent, 'at', json_time(m.at),
        'sentiment', m.sentiment, 'sources', coalesce(m.sources, '[]')) order by m.seq)
    from (select x.* from messages x
          where x.tenant_id = $1 and x.interaction_id = $2
          order by x.seq desc limit $11) m), '[]'),
  'knowledge', coalesce((
    select json_agg(json_build_object('id', k.id, 'version', k.version)
                    order by k.seq desc, k.id, k.version)
    from (select source ->> 'id' as id, source ->> 'version' as version, max(m.seq) as seq
          from (select x.seq, x.sources from messages x
                where x.tenant_id = $1 and x.interaction_id = $2
                order by x.seq desc limit $13) m
          cross join lateral jsonb_array_elements(m.sources) source
          group by 1, 2 order by 3 desc, 1, 2 limit $12) k), '[]'),
  'agent', i.agent,
  'more', json_build_object('messages', greatest(i.message_count - $11, 0)))
from interactions i
left join cases c on c.tenant_id = $1 and c.id = $4
left join lateral customer_view($1, $3) person on true
where i.tenant_id = $1 and i.id = $2
)sql";

std::string assemble_packet(postgres::Tx& tx, Handoff const& value, Offer const& offer) {
  return tx
      .exec(packet_sql,
            {tx.tenant(), value.interaction, value.root, value.case_id, offer.summary,
             offer.open_question, packet_text_max, steps_max, notes_max, commitments_max,
             messages_max, knowledge_max, knowledge_messages_max, identifiers_max})[0][0]
      .text();
}

}  // namespace throughline::handoffs::store

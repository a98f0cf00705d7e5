// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include "support/history.hpp"

namespace throughline::support {
namespace {

using postgres::Mode;
using postgres::Tx;

// An id that the server could have made at $2: the kind and the number of the record make it one.
constexpr std::string_view ids_sql = R"sql(
  create function pg_temp.made(kind int, number bigint) returns uuid language sql immutable as
    $f$ select ('01a1a6d0-1400-7' || lpad(kind::text, 3, '0') || '-8000-' ||
                lpad(number::text, 12, '0'))::uuid $f$)sql";

constexpr std::string_view people_sql = R"sql(
  with person as (
    insert into parts (tenant_id, id, root_id, version, changed_at, created_at, provisional)
    select $1, pg_temp.made(1, n), pg_temp.made(1, n), 1, $2, $2, false
      from generate_series(1, $3::int) n returning id),
  customer as (
    insert into customers (tenant_id, id, version, display_name, profile, sensitivities,
                           field_times, created_at, updated_at)
    select $1, id, 1, 'Somebody', '{}', '[]', '{}', $2, $2 from person),
  value as (
    insert into identifiers (tenant_id, type, value, created_at)
    select $1, 'phone', '+1212' || 2000000 + n, $2 from generate_series(1, $3::int) n)
  insert into identifier_owners (tenant_id, type, value, part_id, assurance, raw, valid_from,
                                 confirmed_first_at, confirmed_last_at, key_id)
  select $1, 'phone', '+1212' || 2000000 + n, pg_temp.made(1, n), 'channel', 'x', $2, $2, $2,
         pg_temp.made(9, 1)
    from generate_series(1, $3::int) n)sql";

// Two contacts of everybody, then all of the one; likewise cases, but one of everybody.
// Most cases are closed. None has a sentiment but the first.
constexpr std::string_view contacts_sql = R"sql(
  with contact as (
    insert into interactions (tenant_id, id, part_id, version, channel, direction, status,
                              agent_id, case_id, sentiment, decision, message_count, started_at,
                              ended_at, last_heartbeat_at, key_id)
    select $1, pg_temp.made(2, n), pg_temp.made(1, whose), 1, 'chat', 'inbound',
           case when n % 400 = 1 then 'live' else 'ended' end, 'bot-1', pg_temp.made(3, whose),
           case n when 1 then -0.5 end, 'matched', 0, at, at, at, pg_temp.made(9, 1)
      from generate_series(1, 2 * $3::int + $4::int) n
     cross join lateral (select case when n <= 2 * $3 then (n - 1) % $3 + 1 else 1 end as whose,
                                $2::timestamptz - n * interval '1 minute' as at) t)
  insert into cases (tenant_id, id, number, part_id, version, subject, status, priority,
                     attributes, opened_at, resolved_at, updated_at, key_id)
  select $1, pg_temp.made(3, n), n, pg_temp.made(1, case when n <= $3 then n else 1 end), 1,
         'Torn', case when n <= $3 or n % 100 = 0 then 'open' else 'closed' end, 'normal', '{}',
         at, at, at, pg_temp.made(9, 1)
    from generate_series(1, $3::int + $4::int) n
   cross join lateral (select $2::timestamptz - n * interval '1 minute' as at) t)sql";

// Two of everybody, all the others on case 1 and interaction 1.
constexpr std::string_view written_sql = R"sql(
  with numbered as (
    select n, case when n <= 2 * $3::int then (n - 1) % $3 + 1 else 1 end as whose,
           $2::timestamptz - n * interval '1 second' as at
      from generate_series(1, 2 * $3::int + $4::int) n),
  note as (
    insert into notes (tenant_id, id, case_id, kind, text, at, key_id)
    select $1, pg_temp.made(4, n), pg_temp.made(3, whose), 'note', 'Look', at, pg_temp.made(9, 1)
      from numbered returning id),
  message as (
    insert into messages (tenant_id, id, interaction_id, seq, role, text, at, key_id)
    select $1, pg_temp.made(5, n), pg_temp.made(2, whose), n, 'customer', 'Hello', at,
           pg_temp.made(9, 1)
      from numbered),
  event as (
    insert into events (tenant_id, id, part_id, type, at, attributes, key_id)
    select $1, pg_temp.made(6, n), pg_temp.made(1, whose), 'page_viewed', at, '{}',
           pg_temp.made(9, 1)
      from numbered),
  promise as (
    insert into commitments (tenant_id, id, case_id, part_id, version, what, due_at, status,
                             overdue, at, updated_at, key_id)
    select $1, pg_temp.made(10, n), pg_temp.made(3, whose), pg_temp.made(1, whose), 1, 'A refund',
           at, case when n % 100 = 0 then 'open' else 'kept' end, n % 1000 = 0, at, at,
           pg_temp.made(9, 1)
      from numbered),
  entry as (
    insert into timeline (tenant_id, part_id, at, id, kind, fact, resource_id, channel, case_id)
    select $1, pg_temp.made(1, whose), at, pg_temp.made(7, n), 'note', 'added',
           pg_temp.made(4, n), 'chat', pg_temp.made(3, whose)
      from numbered)
  insert into changes (tenant_id, position, id, type, at, root_id, part_id, version, resource_id,
                       fields, key_id)
  select $1, nextval('changes_position'), pg_temp.made(8, n), 'note.added', at,
         pg_temp.made(1, whose), pg_temp.made(1, whose), n, pg_temp.made(4, n), '{}',
         pg_temp.made(9, 1)
    from numbered)sql";

// Everybody's case is to be resolved; that of the one has had many rounds, and its clock many
// events.
constexpr std::string_view promised_sql = R"sql(
  with promise as (
    insert into settings (tenant_id, section, value, version, updated_at, key_id)
    values ($1, 'sla', '{"policies": [
      {"name": "answer", "metric": "first_response", "target_minutes": 10},
      {"name": "again", "metric": "next_response", "target_minutes": 20},
      {"name": "solve", "metric": "resolution", "target_minutes": 2880}]}', 1, $2,
      pg_temp.made(9, 1))),
  talk as (
    insert into sla_talks (tenant_id, case_id, started_at, human_answered, any_answered)
    select $1, pg_temp.made(3, n), $2, true, true from generate_series(1, $3::int) n),
  event as (
    insert into sla_events (tenant_id, clock_id, seq, event, at)
    select $1, pg_temp.made(10, 1), n, 'paused', $2 from generate_series(1, $4::int) n)
  insert into sla_clocks (tenant_id, id, case_id, part_id, metric, state, version, policy,
                          target_seconds, at_risk_percent, answer, pauses, priority, started_at,
                          target_since, due_at, at_risk_at, pauses_at, events)
  select $1, pg_temp.made(10, n), pg_temp.made(3, whose), pg_temp.made(1, whose),
         case when n = whose then 'resolution' else 'next_response' end,
         case when n = whose then 'active' else 'fulfilled' end, 1, 'solve', 172800, 75, 'human',
         true, 'normal', at, at, at + interval '2 days', at + interval '1 day', '{}', 1
    from generate_series(1, $3::int + $4::int) n
   cross join lateral (select case when n <= $3 then n else 1 end as whose,
                              $2::timestamptz - n * interval '1 second' as at) t)sql";

// Thousands of values have become shared since PostgreSQL looked, and found none.
constexpr std::string_view shared_sql = R"sql(
  insert into identifiers (tenant_id, type, value, created_at, shared)
  select $1, 'phone', '+1213' || 2000000 + n, $2, 'ids' from generate_series(1, $3::int) n)sql";

constexpr std::string_view numbers_sql =
    "insert into case_numbers (tenant_id, last) values ($1, 1000000)";

}  // namespace

History::History() {
  database.pool().transact(Mode::write, tenant, [&](Tx& tx) {
    tx.exec("set local statement_timeout = '60s'");
    tx.exec(ids_sql);
    tx.exec(people_sql, {tenant, test_now - std::chrono::hours(24), customers});
    tx.exec(contacts_sql, {tenant, test_now, customers, history});
    tx.exec(written_sql, {tenant, test_now, customers, history});
    tx.exec(promised_sql, {tenant, test_now, customers, history});
    tx.exec(numbers_sql, {tenant});
    auto const row =
        tx.exec("select pg_temp.made(1, 1), pg_temp.made(2, 1), pg_temp.made(3, 1)")[0];
    customer = row[0].id<CustomerId>();
    interaction = row[1].id<InteractionId>();
    case_id = row[2].id<CaseId>();
  });
  database.owner_pool().transact(Mode::write, tenant, [](Tx& tx) {
    tx.exec("set local statement_timeout = '60s'");
    tx.exec("analyze");
  });
  database.pool().transact(Mode::write, tenant,
                           [&](Tx& tx) { tx.exec(shared_sql, {tenant, test_now, history}); });
}

}  // namespace throughline::support

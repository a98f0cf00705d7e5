// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include "domain/sla/store.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace throughline::sla::store {
namespace {

using postgres::Param;

Param text_or_null(std::string const& text) {
  return text.empty() ? Param(nullptr) : Param(text);
}

template <class Enum>
Enum parse(std::span<std::string_view const> names, std::string_view word) {
  auto const found = std::find(names.begin(), names.end(), word);
  if (found == names.end()) throw std::logic_error("an unknown word in a clock's row");
  return static_cast<Enum>(found - names.begin());
}

std::vector<Timestamp> times_in(std::string_view text) {
  std::vector<Timestamp> times;
  while (!text.empty()) {
    auto const end = std::min(text.find(','), text.size());
    times.push_back(parse_rfc3339(text.substr(0, end)).value());
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return times;
}

Param cases_param(std::span<CaseId const> cases) {
  return Param::array_of(cases, [](CaseId id) { return id; });
}

}  // namespace

// --- promises ------------------------------------------------------------------------------------

constexpr std::string_view settings_there_sql =
    "select from settings where tenant_id = $1 and section = 'sla'";

postgres::Answer ask_settings(postgres::Tx& tx) {
  return tx.ask(settings_there_sql, {tx.tenant()});
}

constexpr std::string_view said_sql =
    "select version, value from settings where tenant_id = $1 and section = 'sla'";

Said said(postgres::Tx& tx) {
  auto const rows = tx.exec(said_sql, {tx.tenant()});
  return rows.empty() ? Said{} : Said{rows[0][0].integer(), rows[0][1].text()};
}

constexpr std::string_view kept_sql =
    "select version, said from sla_books where tenant_id = $1 and version = $2";

Said kept(postgres::Tx& tx, std::int64_t version) {
  auto const rows = tx.exec(kept_sql, {tx.tenant(), version});
  if (rows.empty()) throw std::logic_error("a clock's promise was not kept");
  return {rows[0][0].integer(), rows[0][1].text()};
}

constexpr std::string_view keep_sql = R"sql(
  insert into sla_books (tenant_id, version, said) values ($1, $2, $3) on conflict do nothing
)sql";

void keep(postgres::Tx& tx, Said const& what) {
  tx.write(keep_sql, {tx.tenant(), what.version, what.said});
}

constexpr std::string_view tier_sql = "select tier from customer_view($1, $2)";

std::string tier_of(postgres::Tx& tx, CustomerId root) {
  return tx.exec(tier_sql, {tx.tenant(), root})[0][0].text_or_empty();
}

// --- cases ---------------------------------------------------------------------------------------

std::string_view const clock_columns = R"sql(
  select c.id, c.case_id, c.part_id, p.root_id, c.metric, c.state, c.version, c.policy, c.calendar,
         c.target_seconds, c.at_risk_percent, c.answer, c.pauses, c.priority, c.channel,
         c.started_at, c.target_since, c.due_at, c.at_risk_at, c.at_risk_since, c.breached_at,
         c.ended_at, (select string_agg(json_time(one.at), ',' order by one.place)
                      from unnest(c.pauses_at) with ordinality one(at, place)), c.events
)sql";

Clock read_clock(postgres::Rows::Row const& row) {
  Clock clock;
  clock.id = row[0].id<ClockId>();
  clock.case_id = row[1].id<CaseId>();
  clock.part = row[2].id<CustomerId>();
  clock.root = row[3].id<CustomerId>();
  clock.metric = parse<Metric>(metric_names(), row[4].view());
  clock.state = parse<State>(state_names(), row[5].view());
  clock.version = row[6].integer();
  clock.policy = row[7].text();
  clock.calendar = row[8].text_or_empty();
  clock.target = std::chrono::seconds(row[9].integer());
  clock.at_risk_percent = static_cast<int>(row[10].integer());
  clock.answer = row[11].view() == name(Answer::human) ? Answer::human : Answer::any;
  clock.pauses = row[12].boolean();
  clock.priority = row[13].text();
  clock.channel = row[14].text_or_empty();
  clock.started_at = row[15].time();
  clock.target_since = row[16].time();
  clock.due_at = row[17].time();
  clock.at_risk_at = row[18].time();
  clock.at_risk_since = row[19].optional_time();
  clock.breached_at = row[20].optional_time();
  clock.ended_at = row[21].optional_time();
  if (!row[22].is_null()) clock.pauses_at = times_in(row[22].view());
  clock.events = row[23].integer();
  return clock;
}

constexpr std::string_view talks_sql = R"sql(
  select case_id, started_at, channel, human_since, human_channel, human_answered, any_since,
         any_channel, any_answered
  from sla_talks where tenant_id = $1 and case_id = any($2::uuid[])
)sql";

constexpr std::string_view clocks_of_cases_sql = R"sql(
  from sla_clocks c
  join parts p on p.tenant_id = c.tenant_id and p.id = c.part_id
  where c.tenant_id = $1 and c.case_id = any($2::uuid[])
    and (c.state in ('active', 'paused') or c.metric <> 'next_response')
)sql";

Kept of_cases(postgres::Tx& tx, std::span<CaseId const> cases) {
  auto const talks = tx.ask(talks_sql, {tx.tenant(), cases_param(cases)});
  auto const clocks = tx.exec(std::string(clock_columns).append(clocks_of_cases_sql),
                              {tx.tenant(), cases_param(cases)});
  Kept kept;
  for (auto const row : talks.rows()) {
    Talk& talk = kept.talks[row[0].id<CaseId>()];
    talk.started_at = row[1].time();
    talk.channel = row[2].text_or_empty();
    talk.sides[0] = {row[3].optional_time(), row[4].text_or_empty(), row[5].boolean()};
    talk.sides[1] = {row[6].optional_time(), row[7].text_or_empty(), row[8].boolean()};
  }
  for (auto const row : clocks) {
    Clock clock = read_clock(row);
    kept.clocks[clock.case_id].push_back(std::move(clock));
  }
  for (auto& [id, of_case] : kept.clocks) {
    std::sort(of_case.begin(), of_case.end(), [](Clock const& one, Clock const& other) {
      return std::pair(one.started_at, one.id) < std::pair(other.started_at, other.id);
    });
  }
  return kept;
}

constexpr std::string_view clocks_by_id_sql = R"sql(
  from sla_clocks c
  join parts p on p.tenant_id = c.tenant_id and p.id = c.part_id
  where c.tenant_id = $1 and c.id = any($2::uuid[])
  order by c.due_at, c.id
)sql";

std::vector<Clock> clocks(postgres::Tx& tx, std::span<Uuid const> ids) {
  std::vector<Clock> found;
  auto const list = Param::array_of(ids, [](Uuid const& id) { return id; });
  for (auto const row :
       tx.exec(std::string(clock_columns).append(clocks_by_id_sql), {tx.tenant(), list}))
    found.push_back(read_clock(row));
  return found;
}

constexpr std::string_view save_talks_sql = R"sql(
  insert into sla_talks (tenant_id, case_id, started_at, channel, human_since, human_channel,
                         human_answered, any_since, any_channel, any_answered)
  select $1, talk.*
  from unnest($2::uuid[], $3::timestamptz[], $4::text[], $5::timestamptz[], $6::text[],
              $7::boolean[], $8::timestamptz[], $9::text[], $10::boolean[]) talk
  on conflict (tenant_id, case_id) do update
  set human_since = excluded.human_since, human_channel = excluded.human_channel,
      human_answered = excluded.human_answered, any_since = excluded.any_since,
      any_channel = excluded.any_channel, any_answered = excluded.any_answered
)sql";

void save(postgres::Tx& tx, std::map<CaseId, Talk> const& talks) {
  auto const list = [&](auto column) {
    return Param::array_of(talks, [&](auto const& talk) { return column(talk.second); });
  };
  auto const since = [&](std::size_t side) {
    return list([=](Talk const& talk) { return talk.sides[side].waiting_since; });
  };
  auto const channel = [&](std::size_t side) {
    return list([=](Talk const& talk) { return text_or_null(talk.sides[side].channel); });
  };
  auto const answered = [&](std::size_t side) {
    return list([=](Talk const& talk) { return talk.sides[side].answered; });
  };
  tx.write(save_talks_sql,
           {tx.tenant(), Param::array_of(talks, [](auto const& talk) { return talk.first; }),
            list([](Talk const& talk) { return talk.started_at; }),
            list([](Talk const& talk) { return text_or_null(talk.channel); }), since(0), channel(0),
            answered(0), since(1), channel(1), answered(1)});
}

// A clock's pauses come as one text, so that each row can have an array of its own.
constexpr std::string_view save_clocks_sql = R"sql(
  insert into sla_clocks (tenant_id, id, case_id, part_id, metric, state, version, policy, calendar,
                          target_seconds, at_risk_percent, answer, pauses, priority, channel,
                          started_at, target_since, due_at, at_risk_at, at_risk_since, breached_at,
                          ended_at, events, pauses_at)
  select $1, clock.id, clock.case_id, clock.part_id, clock.metric, clock.state, clock.version,
         clock.policy, clock.calendar, clock.target_seconds, clock.at_risk_percent, clock.answer,
         clock.pauses, clock.priority, clock.channel, clock.started_at, clock.target_since,
         clock.due_at, clock.at_risk_at, clock.at_risk_since, clock.breached_at, clock.ended_at,
         clock.events, clock.pauses_at::timestamptz[]
  from unnest($2::uuid[], $3::uuid[], $4::uuid[], $5::text[], $6::text[], $7::bigint[], $8::text[],
              $9::text[], $10::bigint[], $11::integer[], $12::text[], $13::boolean[], $14::text[],
              $15::text[], $16::timestamptz[], $17::timestamptz[], $18::timestamptz[],
              $19::timestamptz[], $20::timestamptz[], $21::timestamptz[], $22::timestamptz[],
              $23::bigint[], $24::text[])
       as clock(id, case_id, part_id, metric, state, version, policy, calendar, target_seconds,
                at_risk_percent, answer, pauses, priority, channel, started_at, target_since,
                due_at, at_risk_at, at_risk_since, breached_at, ended_at, events, pauses_at)
  on conflict (tenant_id, id) do update
  set state = excluded.state, version = excluded.version, policy = excluded.policy,
      calendar = excluded.calendar, target_seconds = excluded.target_seconds,
      at_risk_percent = excluded.at_risk_percent, answer = excluded.answer,
      pauses = excluded.pauses, priority = excluded.priority, channel = excluded.channel,
      started_at = excluded.started_at, target_since = excluded.target_since,
      due_at = excluded.due_at, at_risk_at = excluded.at_risk_at,
      at_risk_since = excluded.at_risk_since, breached_at = excluded.breached_at,
      ended_at = excluded.ended_at, events = excluded.events, pauses_at = excluded.pauses_at
)sql";

void save(postgres::Tx& tx, std::span<Clock const> clocks) {
  auto const list = [&](auto column) { return Param::array_of(clocks, column); };
  auto const field = [&](auto Clock::*member) {
    return list([=](Clock const& clock) { return Param(clock.*member); });
  };
  auto const text = [&](std::string Clock::*member) {
    return list([=](Clock const& clock) { return text_or_null(clock.*member); });
  };
  auto const word = [&](auto Clock::*member) {
    return list([=](Clock const& clock) { return Param(name(clock.*member)); });
  };
  tx.write(save_clocks_sql,
           {tx.tenant(),
            field(&Clock::id),
            field(&Clock::case_id),
            field(&Clock::part),
            word(&Clock::metric),
            word(&Clock::state),
            field(&Clock::version),
            text(&Clock::policy),
            text(&Clock::calendar),
            list([](Clock const& clock) { return std::int64_t{clock.target.count()}; }),
            field(&Clock::at_risk_percent),
            word(&Clock::answer),
            field(&Clock::pauses),
            text(&Clock::priority),
            text(&Clock::channel),
            field(&Clock::started_at),
            field(&Clock::target_since),
            field(&Clock::due_at),
            field(&Clock::at_risk_at),
            field(&Clock::at_risk_since),
            field(&Clock::breached_at),
            field(&Clock::ended_at),
            field(&Clock::events),
            list([](Clock const& clock) {
              auto const same = [](Timestamp at) { return at; };
              return Param::array_of(clock.pauses_at, same);
            })});
}

constexpr std::string_view append_sql = R"sql(
  insert into sla_events (tenant_id, clock_id, seq, event, at, due_at)
  select $1, one.*
  from unnest($2::uuid[], $3::bigint[], $4::text[], $5::timestamptz[], $6::timestamptz[]) one
)sql";

void append(postgres::Tx& tx, std::span<NewEvent const> events) {
  auto const list = [&](auto column) { return Param::array_of(events, column); };
  tx.append(append_sql, {tx.tenant(), list([](NewEvent const& one) { return one.clock; }),
                         list([](NewEvent const& one) { return one.seq; }),
                         list([](NewEvent const& one) { return name(one.occurred.event); }),
                         list([](NewEvent const& one) { return one.occurred.at; }),
                         list([](NewEvent const& one) { return one.occurred.due_at; })});
}

// --- transcripts ---------------------------------------------------------------------------------

constexpr std::string_view transcript_sql = R"sql(
  with said as materialized (
    select seq, role = 'customer' as customer, role = 'agent' as agent,
           role = 'agent' and agent->>'kind' = 'human' as human, at
    from messages where tenant_id = $1 and interaction_id = $2
    order by seq desc limit $3
  ), opening as (
    select min(seq) as seq from said where customer
  ), answers as (
    select min(s.seq) as first, max(s.seq) as last,
           min(s.seq) filter (where s.human) as first_human,
           max(s.seq) filter (where s.human) as last_human
    from said s cross join opening where s.agent and s.seq > opening.seq
  ), waiting as (
    select min(s.seq) filter (where s.seq > coalesce(answers.last_human, 0)) as for_human,
           min(s.seq) filter (where s.seq > coalesce(answers.last, 0)) as for_any
    from said s cross join answers where s.customer
  )
  select s.seq, s.customer, coalesce(s.human, false), coalesce(s.seq = waiting.for_human, false),
         coalesce(s.seq = waiting.for_any, false), s.at, i.channel
  from said s cross join opening cross join answers cross join waiting
  join interactions i on i.tenant_id = $1 and i.id = $2
  where s.seq in (opening.seq, answers.first, answers.last, answers.first_human,
                  answers.last_human, waiting.for_human, waiting.for_any)
  order by s.seq
)sql";

std::vector<Line> transcript(postgres::Tx& tx, InteractionId interaction) {
  std::vector<Line> lines;
  for (auto const row : tx.exec(transcript_sql, {tx.tenant(), interaction, lines_looked_at})) {
    lines.push_back({row[0].integer(), row[1].boolean(), row[2].boolean(), row[3].boolean(),
                     row[4].boolean(), row[5].time(), row[6].text()});
  }
  return lines;
}

constexpr std::string_view channel_sql =
    "select channel from interactions where tenant_id = $1 and id = $2";

std::string channel_of(postgres::Tx& tx, InteractionId interaction) {
  auto const rows = tx.exec(channel_sql, {tx.tenant(), interaction});
  return rows.empty() ? std::string() : rows[0][0].text();
}

}  // namespace throughline::sla::store

// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// Matches with the customers they name. A page finds its matches through an index for each status
// and part that is asked for, at most a page from each; what it shows of them is read by id.
#include <algorithm>
#include <string>

#include "domain/matches/store.hpp"

namespace throughline::matches::store {
namespace {

using postgres::Param;

/// The matches of one stored status that stand between two times.
struct Range {
  std::string_view status;
  std::optional<Timestamp> after;  // nullopt: from the beginning
  TimeKey below;
};

std::vector<Range> ranges(std::optional<std::string> const& status, Timestamp now,
                          TimeKey const& below) {
  TimeKey due{now, {}};
  due.id.bytes.fill(0xFF);
  if (below.at <= now) due = below;
  if (status == "open") return {{"open", {}, below}, {"later", {}, due}};
  if (status == "later") return {{"later", now, below}};
  std::vector<Range> all;
  for (std::string_view const one : statuses) {
    if (!status || status == one) all.push_back({one, {}, below});
  }
  return all;
}

constexpr std::string_view asked_sql = R"sql(
with asked as (
  select * from unnest($2::text[], $3::timestamptz[], $4::timestamptz[], $5::uuid[])
    asked(status, after, at, id)
), page as materialized (
)sql";

constexpr std::string_view all_sql = R"sql(
  select m.id, m.at
  from asked
  cross join lateral (
    select m.id, m.at from matches m
    where m.tenant_id = $1 and m.status = asked.status and m.at > asked.after
      and (m.at, m.id) < (asked.at, asked.id)
    order by m.at desc, m.id desc limit $6) m
  order by m.at desc, m.id desc
  limit $6
)
)sql";

constexpr std::string_view of_customer_sql = R"sql(
  select m.id, m.at
  from (
    select p.root_id as id from parts p where p.tenant_id = $1 and p.id = $7
    union all
    select member.id
    from parts p
    join parts member on member.tenant_id = p.tenant_id and member.root_id = p.root_id
                     and member.root_id <> member.id
    where p.tenant_id = $1 and p.id = $7
  ) part
  cross join asked
  cross join lateral (
    (select m.id, m.at from matches m
     where m.tenant_id = $1 and m.part_id = part.id and m.status = asked.status
       and m.at > asked.after and (m.at, m.id) < (asked.at, asked.id)
     order by m.at desc, m.id desc limit $6)
    union all
    (select c.match_id, c.match_at from matches_candidates c
     where c.tenant_id = $1 and c.part_id = part.id and c.match_status = asked.status
       and c.match_at > asked.after and (c.match_at, c.match_id) < (asked.at, asked.id)
     order by c.match_at desc, c.match_id desc limit $6)
  ) m
  group by m.id, m.at
  order by m.at desc, m.id desc
  limit $6
)
)sql";

constexpr std::string_view one_sql = R"sql(
with page as (select id, at from matches where tenant_id = $1 and id = $2)
)sql";

// By limits the planner is told how few there are; else it may begin at the matches, or below at
// the customers.
constexpr std::string_view matches_sql = R"sql(
select m.id, m.part_id, p.root_id, m.status, m.reason, m.weights_version, m.more_candidates,
       m.raised_at, m.at, m.merge_id, merge.undone_at, m.superseded_by
from page
cross join lateral (
  select * from matches where tenant_id = $1 and id = page.id limit 1) m
cross join lateral (
  select root_id from parts where tenant_id = $1 and id = m.part_id limit 1) p
left join lateral (
  select undone_at from merges where tenant_id = $1 and id = m.merge_id limit 1) merge on true
order by page.at desc, page.id desc
)sql";

Shown read_match(postgres::Rows::Row const& row) {
  Shown match;
  match.id = row[0].id<MatchId>();
  match.person.part = row[1].id<CustomerId>();
  match.person.customer = row[2].id<CustomerId>();
  match.status = row[3].text();
  match.reason = row[4].text();
  match.weights_version = row[5].integer();
  match.more = row[6].integer();
  match.raised_at = row[7].time();
  match.at = row[8].time();
  match.merge = row[9].optional_id<MergeId>();
  match.undone_at = row[10].optional_time();
  match.superseded_by = row[11].optional_id<MatchId>();
  return match;
}

constexpr std::string_view candidates_sql = R"sql(
select c.match_id, c.part_id, p.root_id, c.verdict, c.grade, c.score, c.evidence,
       to_json(c.against)
from unnest($2::uuid[]) asked(id)
cross join lateral (
  select * from matches_candidates
  where tenant_id = $1 and match_id = asked.id
  order by place limit $3) c
cross join lateral (
  select root_id from parts where tenant_id = $1 and id = c.part_id limit 1) p
order by c.match_id, c.place
)sql";

ShownCandidate read_candidate(postgres::Rows::Row const& row) {
  ShownCandidate candidate;
  candidate.person.part = row[1].id<CustomerId>();
  candidate.person.customer = row[2].id<CustomerId>();
  candidate.verdict = row[3].text_or_empty();
  candidate.grade = row[4].text();
  candidate.score = row[5].real();
  candidate.evidence = row[6].text();
  candidate.against = row[7].text();
  return candidate;
}

constexpr std::string_view decisions_sql = R"sql(
select asked.id, d.decision, d.part_id, d.until, d.reason, d.agent, d.key_id, d.at
from unnest($2::uuid[]) asked(id)
cross join lateral (
  select * from matches_decisions d
  where d.tenant_id = $1 and d.match_id = asked.id
  order by d.place desc limit $3) d
order by d.match_id, d.place desc
)sql";

Said read_decision(postgres::Rows::Row const& row) {
  Said said;
  said.decision = row[1].text();
  said.part = row[2].optional_id<CustomerId>();
  said.until = row[3].optional_time();
  said.reason = row[4].text_or_empty();
  if (!row[5].is_null()) said.agent = parse_agent(row[5].view());
  said.key = row[6].id<KeyId>();
  said.at = row[7].time();
  return said;
}

constexpr std::string_view people_sql = R"sql(
select asked.id, c.display_name, c.profile
from unnest($2::uuid[]) asked(id) cross join lateral customer_view($1::int, asked.id) c
)sql";

constexpr std::string_view identifiers_sql = R"sql(
select asked.id, i.type, i.value, i.assurance, i.shared
from unnest($2::uuid[]) asked(id) cross join lateral customer_identifiers($1::int, asked.id) i
order by asked.id, i.type, i.value
)sql";

template <class Tag>
Param ids(std::vector<Id<Tag>> const& items) {
  return Param::array_of(items, [](Id<Tag> id) { return id; });
}

/// What is known of each customer, by its root.
std::map<CustomerId, Person> people(postgres::Tx& tx, std::vector<CustomerId> const& roots) {
  auto const views = tx.ask(people_sql, {tx.tenant(), ids(roots)});
  auto const identifiers = tx.ask(identifiers_sql, {tx.tenant(), ids(roots)});
  std::map<CustomerId, Person> known;
  for (auto const row : views.rows()) {
    Person& person = known[row[0].id<CustomerId>()];
    person.display_name = row[1].text_or_empty();
    person.profile = row[2].text();
  }
  for (auto const row : identifiers.rows()) {
    known[row[0].id<CustomerId>()].identifiers.push_back(
        {row[1].text(), row[2].text(), row[3].text(), row[4].boolean()});
  }
  return known;
}

std::vector<CustomerId> roots_in(std::vector<Shown> const& matches) {
  std::vector<CustomerId> roots;
  for (Shown const& match : matches) {
    roots.push_back(match.person.customer);
    for (auto const& candidate : match.candidates) roots.push_back(candidate.person.customer);
  }
  std::sort(roots.begin(), roots.end());
  roots.erase(std::unique(roots.begin(), roots.end()), roots.end());
  return roots;
}

void fill_in(Person& person, std::map<CustomerId, Person> const& known) {
  auto const found = known.find(person.customer);
  if (found == known.end()) return;
  person.display_name = found->second.display_name;
  person.profile = found->second.profile;
  person.identifiers = found->second.identifiers;
}

/// The matches of a page with all that they show.
std::vector<Shown> read_all(postgres::Tx& tx, postgres::Rows const& rows) {
  std::vector<Shown> matches;
  std::vector<MatchId> asked;
  for (auto const row : rows) {
    matches.push_back(read_match(row));
    asked.push_back(matches.back().id);
  }
  auto const candidates = tx.ask(candidates_sql, {tx.tenant(), ids(asked), candidates_max});
  auto const decisions = tx.ask(decisions_sql, {tx.tenant(), ids(asked), decisions_shown_max});
  auto const match_of = [&](postgres::Rows::Row const& row) -> Shown& {
    auto const id = row[0].id<MatchId>();
    return *std::find_if(matches.begin(), matches.end(),
                         [id](Shown const& match) { return match.id == id; });
  };
  for (auto const row : candidates.rows()) match_of(row).candidates.push_back(read_candidate(row));
  for (auto const row : decisions.rows()) match_of(row).decisions.push_back(read_decision(row));
  auto const known = people(tx, roots_in(matches));
  for (Shown& match : matches) {
    fill_in(match.person, known);
    for (auto& candidate : match.candidates) fill_in(candidate.person, known);
  }
  return matches;
}

}  // namespace

Page<Shown> list(postgres::Tx& tx, Timestamp now, Filter const& filter, PageRequest const& page) {
  auto const asked = ranges(filter.status, now, below(page));
  auto const column = [&](auto project) { return Param::array_of(asked, project); };
  std::vector<Param> params{tx.tenant(),
                            column([](Range const& range) { return range.status; }),
                            column([](Range const& range) {
                              return range.after ? Param(*range.after) : Param("-infinity");
                            }),
                            column([](Range const& range) { return range.below.at; }),
                            column([](Range const& range) { return range.below.id; }),
                            page.limit + 1};
  std::string sql(asked_sql);
  sql.append(filter.customer ? of_customer_sql : all_sql).append(matches_sql);
  if (filter.customer) params.emplace_back(*filter.customer);
  auto const rows = tx.exec(sql, params);
  return cut(read_all(tx, rows), page.limit, [](Shown const& match) {
    return to_keys({match.at, match.id.value});
  });
}

std::optional<Shown> show(postgres::Tx& tx, MatchId id) {
  auto const rows = tx.exec(std::string(one_sql).append(matches_sql), {tx.tenant(), id});
  if (rows.empty()) return std::nullopt;
  return std::move(read_all(tx, rows).front());
}

}  // namespace throughline::matches::store

// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include "domain/matches/store.hpp"

#include "domain/matches/wire.hpp"

namespace throughline::matches::store {
namespace {

using postgres::Param;

template <class Tag>
Param ids(std::span<Id<Tag> const> items) {
  return Param::array_of(items, [](Id<Tag> id) { return id; });
}

template <class Project>
Param column(std::vector<Candidate> const& candidates, Project project) {
  return Param::array_of(candidates, project);
}

constexpr std::string_view roots_of_sql = R"sql(
select id, root_id from parts where tenant_id = $1 and id = any($2::uuid[])
)sql";

}  // namespace

std::map<CustomerId, CustomerId> roots_of(postgres::Tx& tx, std::span<CustomerId const> parts) {
  std::map<CustomerId, CustomerId> roots;
  for (auto const row : tx.exec(roots_of_sql, {tx.tenant(), ids(parts)})) {
    roots.emplace(row[0].id<CustomerId>(), row[1].id<CustomerId>());
  }
  return roots;
}

namespace {

// What a decision rested on stands with its match, what an undo took back with the merge.
constexpr std::string_view strength_at_sql = R"sql(
select coalesce(greatest(
  (select max(c.strength)
   from matches m
   join matches_candidates c on c.tenant_id = m.tenant_id and c.match_id = m.id
   where m.tenant_id = $1 and m.part_id = any($2::uuid[]) and c.part_id = any($2::uuid[])
     and c.verdict = 'not_same'),
  (select sum((item->>'bits')::double precision)
   from merges m cross join jsonb_array_elements(m.evidence) item
   where m.tenant_id = $1 and m.id = $3 and jsonb_typeof(item->'bits') = 'number')), 0)
)sql";

}  // namespace

double strength_at(postgres::Tx& tx, merges::Parting const& parting) {
  std::vector<CustomerId> const both{parting.one, parting.other};
  return tx.exec(strength_at_sql, {tx.tenant(), ids<CustomerTag>(both), parting.merge})[0][0]
      .real();
}

namespace {

constexpr std::string_view waiting_sql = R"sql(
with members as (
  select $2::uuid as id
  union all
  select id from parts where tenant_id = $1 and root_id = $2 and root_id <> id
)
select m.id, true, far.root_id
from members
join matches m on m.tenant_id = $1 and m.part_id = members.id and m.status in ('open', 'later')
join matches_candidates c on c.tenant_id = $1 and c.match_id = m.id and c.verdict is null
join parts far on far.tenant_id = $1 and far.id = c.part_id
union all
select m.id, false, far.root_id
from members
join matches_candidates c on c.tenant_id = $1 and c.part_id = members.id
                         and c.match_status in ('open', 'later') and c.verdict is null
join matches m on m.tenant_id = $1 and m.id = c.match_id
join parts far on far.tenant_id = $1 and far.id = m.part_id
)sql";

}  // namespace

std::vector<Waiting> waiting(postgres::Tx& tx, CustomerId root) {
  std::vector<Waiting> found;
  for (auto const row : tx.exec(waiting_sql, {tx.tenant(), root})) {
    found.push_back({row[0].id<MatchId>(), row[1].boolean(), row[2].id<CustomerId>()});
  }
  return found;
}

namespace {

constexpr std::string_view link_in_question_sql = R"sql(
select link.id
from merges link
where link.tenant_id = $1 and link.undone_at is null and link.rule <> 'person'
  and link.one_id in ($2, $3) and link.other_id in ($2, $3)
  and not exists (select from matches m
                  where m.tenant_id = $1 and m.merge_id = link.id and m.status <> 'superseded')
)sql";

}  // namespace

std::optional<MergeId> link_in_question(postgres::Tx& tx, CustomerId part, CustomerId other) {
  auto const rows = tx.exec(link_in_question_sql, {tx.tenant(), part, other});
  return rows.empty() ? std::nullopt : std::optional(rows[0][0].id<MergeId>());
}

namespace {

constexpr std::string_view insert_sql = R"sql(
insert into matches (tenant_id, id, part_id, status, reason, weights_version, more_candidates,
                     raised_at, at, merge_id, key_id)
values ($1, $2, $3, 'open', $4, $5, $6, $7, $7, $8, $9)
)sql";

constexpr std::string_view insert_candidates_sql = R"sql(
insert into matches_candidates (tenant_id, match_id, place, part_id, grade, score, evidence,
                                strength, against, match_status, match_at)
select $1, $2, c.place, c.part_id, c.grade, c.score, c.evidence, c.strength,
       array(select jsonb_array_elements_text(c.against)), 'open', $3
from unnest($4::uuid[], $5::text[], $6::double precision[], $7::jsonb[], $8::double precision[],
            $9::jsonb[]) with ordinality
     c(part_id, grade, score, evidence, strength, against, place)
)sql";

}  // namespace

void insert(postgres::Tx& tx, Actor const& actor, NewMatch const& match) {
  Raised const& raised = *match.raised;
  tx.write(insert_sql, {tx.tenant(), match.id, raised.part, raised.reason, raised.weights_version,
                        match.more, actor.now, match.link, actor.key});
  auto const& kept = match.candidates;
  tx.write(
      insert_candidates_sql,
      {tx.tenant(), match.id, actor.now, column(kept, [](Candidate const& c) { return c.part; }),
       column(kept, [](Candidate const& c) { return c.grade; }),
       column(kept, [](Candidate const& c) { return c.score; }),
       column(kept, [](Candidate const& c) { return c.evidence_json; }),
       column(kept, [](Candidate const& c) { return strength(c.evidence_json); }),
       column(kept, [](Candidate const& c) { return texts_json(c.against); })});
}

namespace {

constexpr std::string_view supersede_sql = R"sql(
with settled as (
  update matches set status = 'superseded', superseded_by = $3
  where tenant_id = $1 and id = any($2::uuid[])
)
update matches_candidates set match_status = 'superseded'
where tenant_id = $1 and match_id = any($2::uuid[])
)sql";

}  // namespace

void supersede(postgres::Tx& tx, std::span<MatchId const> matches, MatchId by) {
  if (!matches.empty()) tx.write(supersede_sql, {tx.tenant(), ids(matches), by});
}

namespace {

constexpr std::string_view find_sql = R"sql(
select m.part_id, m.status, m.reason, m.at, m.weights_version, m.merge_id,
       merge.undone_at is not null, m.superseded_by
from matches m
left join merges merge on merge.tenant_id = m.tenant_id and merge.id = m.merge_id
where m.tenant_id = $1 and m.id = $2
)sql";

constexpr std::string_view choices_sql = R"sql(
select part_id, verdict, grade, score, evidence
from matches_candidates
where tenant_id = $1 and match_id = $2
order by place
)sql";

Choice read_choice(postgres::Rows::Row const& row) {
  Choice choice;
  choice.candidate.part = row[0].id<CustomerId>();
  choice.verdict = row[1].text_or_empty();
  choice.candidate.grade = row[2].text();
  choice.candidate.score = row[3].real();
  choice.candidate.evidence_json = row[4].text();
  return choice;
}

}  // namespace

std::optional<Match> find(postgres::Tx& tx, MatchId id) {
  auto const found = tx.ask(find_sql, {tx.tenant(), id});
  auto const choices = tx.ask(choices_sql, {tx.tenant(), id});
  auto const rows = found.rows();
  if (rows.empty()) return std::nullopt;
  auto const row = rows[0];
  Match match{id,
              row[0].id<CustomerId>(),
              row[1].text(),
              row[2].text(),
              row[3].time(),
              row[4].integer(),
              row[5].optional_id<MergeId>(),
              row[6].boolean(),
              row[7].optional_id<MatchId>(),
              {}};
  for (auto const choice : choices.rows()) match.choices.push_back(read_choice(choice));
  return match;
}

namespace {

constexpr std::string_view judge_sql = R"sql(
update matches_candidates set verdict = $4
where tenant_id = $1 and match_id = $2 and part_id = any($3::uuid[])
)sql";

constexpr std::string_view move_sql = R"sql(
with moved as (
  update matches set status = $3, at = $4 where tenant_id = $1 and id = $2
)
update matches_candidates set match_status = $3, match_at = $4
where tenant_id = $1 and match_id = $2
)sql";

constexpr std::string_view keep_merge_sql = R"sql(
update matches set merge_id = $3 where tenant_id = $1 and id = $2
)sql";

constexpr std::string_view decision_sql = R"sql(
insert into matches_decisions (tenant_id, match_id, place, decision, part_id, until, reason, agent,
                               key_id, at)
select $1, $2, coalesce(max(place), 0) + 1, $3, $4, $5, nullif($6::text, ''), $7::jsonb, $8, $9
from matches_decisions where tenant_id = $1 and match_id = $2
)sql";

}  // namespace

void judge(postgres::Tx& tx, MatchId id, std::span<CustomerId const> parts,
           std::string_view verdict) {
  tx.write(judge_sql, {tx.tenant(), id, ids(parts), verdict});
}

void move(postgres::Tx& tx, MatchId id, std::string_view status, Timestamp at) {
  tx.write(move_sql, {tx.tenant(), id, status, at});
}

void keep_merge(postgres::Tx& tx, MatchId id, MergeId merge) {
  tx.write(keep_merge_sql, {tx.tenant(), id, merge});
}

void insert(postgres::Tx& tx, Actor const& actor, MatchId match, Decide const& decide,
            std::optional<CustomerId> candidate) {
  tx.write(decision_sql,
           {tx.tenant(), match, name(decide.decision), candidate, decide.until, decide.reason,
            decide.agent ? Param(to_json(*decide.agent)) : Param(nullptr), actor.key, actor.now});
}

}  // namespace throughline::matches::store

// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// The queue, page by page, and what a page costs.
#include <catch2/catch.hpp>

#include "domain/matches/review.hpp"
#include "support/reads.hpp"

using namespace throughline;
using namespace throughline::test;

namespace {

using Ids = std::vector<MatchId>;

Ids reversed(Ids ids) {
  return {ids.rbegin(), ids.rend()};
}

}  // namespace

TEST_CASE("matches: the queue runs from the newest to the oldest, in pages that join") {
  support::Database database;
  Review people(database);
  auto const ann = people.person("ann");
  Ids all;
  for (int i = 0; i < 7; ++i) {
    all.push_back(people.asked(people.person("d" + std::to_string(i)), {ann}));
  }
  CHECK(people.waiting() == reversed(all));
  for (std::size_t const limit : {1, 2, 3, 7}) {
    CHECK(people.listed("open", {}, limit) == reversed(all));
    CHECK(people.listed({}, ann, limit) == reversed(all));
  }
}

TEST_CASE("matches: each status is a list of its own, and without one all are shown") {
  support::Database database;
  Review people(database);
  auto const ann = people.person("ann");
  Ids ids;
  std::vector<CustomerId> parts;
  for (int i = 0; i < 5; ++i) {
    parts.push_back(people.person("d" + std::to_string(i)));
    ids.push_back(people.asked(parts.back(), {ann}));
  }
  people.tell_apart(ids[1]);
  people.put_back(ids[2]);
  people.joined(parts[3], ann);
  people.accept(ids[4]);
  auto const check = [&](std::string const& status, Ids const& expected) {
    INFO(status);
    CHECK(people.listed(status) == expected);
    CHECK(people.listed(status, ann) == expected);
    CHECK(people.listed(status, parts[3]) == expected);
  };
  check("open", {ids[0]});
  check("not_same", {ids[1]});
  check("later", {ids[2]});
  check("superseded", {ids[3]});
  check("merged", {ids[4]});
  CHECK(people.listed({}) == Ids{ids[2], ids[4], ids[3], ids[1], ids[0]});
  CHECK(people.listed({}, {}, 2) == Ids{ids[2], ids[4], ids[3], ids[1], ids[0]});
  CHECK(people.listed({}, parts[1]) == Ids{ids[1]});
  CHECK(people.listed({}, CustomerId::make(people.actor.now)).empty());
}

namespace {

constexpr int many = 20'000;

/// As many who may be ann, and the question about each, every other one answered.
constexpr std::string_view parts_sql = R"sql(
insert into parts (tenant_id, id, root_id, version, changed_at, created_at, provisional)
select $1, made.id, made.id, 1, $2, $2, false
from generate_series(1, $3::int) i
cross join lateral (
  select ('01900000-0000-7000-9000-' || lpad(to_hex(i), 12, '0'))::uuid as id) made
)sql";
constexpr std::string_view matches_sql = R"sql(
insert into matches (tenant_id, id, part_id, status, reason, weights_version, more_candidates,
                     raised_at, at, key_id)
select $1, ('01900000-0000-7000-8000-' || lpad(to_hex(i), 12, '0'))::uuid,
       ('01900000-0000-7000-9000-' || lpad(to_hex(i), 12, '0'))::uuid,
       case i % 2 when 0 then 'open' else 'not_same' end, 'doubtful', 0, 0,
       $2::timestamptz - i * interval '1 second', $2::timestamptz - i * interval '1 second', $3
from generate_series(1, $4::int) i
)sql";
constexpr std::string_view candidates_sql = R"sql(
insert into matches_candidates (tenant_id, match_id, place, part_id, grade, score, evidence,
                                strength, against, match_status, match_at)
select tenant_id, id, 1, $2, 'possible', 0.5, '[]', 0, '{}', status, at
from matches where tenant_id = $1
)sql";
constexpr std::string_view decisions_sql = R"sql(
insert into matches_decisions (tenant_id, match_id, place, decision, key_id, at)
select tenant_id, id, 1, 'not_same', key_id, at
from matches where tenant_id = $1 and status = 'not_same'
)sql";

}  // namespace

TEST_CASE("matches: the last page costs what the first does", "[plans]") {
  support::Database database(support::Database::Kind::fresh);  // the statistics are its own
  Review people(database);
  auto const ann = people.person("ann");
  auto const now = people.actor.now;
  people.write([&](postgres::Tx& tx) {
    tx.exec(parts_sql, {tx.tenant(), now, many});
    tx.exec(matches_sql, {tx.tenant(), now, people.actor.key, many});
    tx.exec(candidates_sql, {tx.tenant(), ann});
    tx.exec(decisions_sql, {tx.tenant()});
    return 0;
  });
  database.owner_pool().transact(postgres::Mode::write, TenantId{},
                                 [](postgres::Tx& tx) { tx.exec("analyze"); });
  constexpr std::size_t limit = 10;
  auto const deep = to_keys({now - std::chrono::seconds(many / 2), Uuid{}});
  for (auto const& after : {std::vector<std::string>{}, deep}) {
    for (auto const& customer : {std::optional<CustomerId>(), std::optional(ann)}) {
      for (auto const& status :
           {std::optional<std::string>(), std::optional<std::string>("open")}) {
        auto const reads = support::reads_of(
            database, people.actor.tenant, postgres::Mode::read, [&](postgres::Tx& tx) {
              auto const page = matches::store::list(tx, now, {status, customer}, {limit, after});
              CHECK(page.items.size() == limit);
            });
        INFO(reads.text());
        CHECK(reads.most() > 0);
        CHECK(reads.most() <= 10 * limit);
        // Customers are few here, so reading them all is as good as any other plan.
        for (auto const& [table, rows] : reads.walked) {
          CHECK((rows == 0 || !table.starts_with("matches")));
        }
      }
    }
  }
}

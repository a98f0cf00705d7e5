// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// Which questions are put to people, and which are not asked again.
#include <catch2/catch.hpp>

#include "domain/matches/review.hpp"

using namespace throughline;
using namespace throughline::test;

namespace {

using Ids = std::vector<MatchId>;

struct Three : Review {
  explicit Three(support::Database& database) : Review(database) {}
  CustomerId ann = person("ann");
  CustomerId bea = person("bea");
  CustomerId doubt = person("doubt");
};

}  // namespace

TEST_CASE("matches: a question names everybody it could be, and is a fact of the part in doubt") {
  support::Database database;
  Three people(database);
  auto const version = people.version(people.doubt);
  auto const id =
      people.raise(people.doubt, {candidate(people.bea, 12), candidate(people.ann, 8)}, "several");
  REQUIRE(id);
  auto const match = people.shown(*id);
  CHECK(match.status == "open");
  CHECK(match.reason == "several");
  CHECK(match.weights_version == 3);
  CHECK(match.raised_at == people.actor.now);
  CHECK(match.person.part == people.doubt);
  CHECK(match.person.display_name == "doubt");
  REQUIRE(match.person.identifiers.size() == 1);
  CHECK(match.person.identifiers[0].value == "doubt@x.com");
  REQUIRE(match.candidates.size() == 2);
  CHECK(match.candidates[0].person.customer == people.bea);
  CHECK(match.candidates[0].person.display_name == "bea");
  CHECK(match.candidates[0].grade == "probable");
  CHECK(match.candidates[0].score == 1.2);
  CHECK(match.candidates[0].evidence.find("family_name") != std::string::npos);
  CHECK(match.candidates[0].against == R"(["given_name"])");
  CHECK(match.candidates[1].person.customer == people.ann);
  CHECK(people.facts(people.doubt).back() == "match.raised");
  CHECK(people.version(people.doubt) > version);
  CHECK(people.number("select count(*) from timeline where tenant_id = $1 and part_id = $2 and "
                      "fact = 'match_raised' and resource_id = $3",
                      {people.doubt, *id}) == 1);
}

TEST_CASE("matches: the same question is asked once, from either side") {
  support::Database database;
  Three people(database);
  people.asked(people.doubt, {people.ann});
  auto const version = people.version(people.doubt);
  CHECK_FALSE(people.raise(people.doubt, {candidate(people.ann, 30)}));
  CHECK_FALSE(people.raise(people.ann, {candidate(people.doubt)}));
  CHECK(people.version(people.doubt) == version);
  CHECK(people.waiting().size() == 1);

  people.put_back(people.waiting().front());
  CHECK_FALSE(people.raise(people.doubt, {candidate(people.ann)}));
}

TEST_CASE("matches: nobody to choose from is no question") {
  support::Database database;
  Three people(database);
  CHECK_FALSE(people.raise(people.doubt, {}));
  CHECK_FALSE(people.raise(people.doubt, {candidate(people.doubt)}));
  people.joined(people.ann, people.doubt);
  CHECK_FALSE(people.raise(people.doubt, {candidate(people.ann)}));
}

TEST_CASE("matches: candidates that are one customer count as their best") {
  support::Database database;
  Three people(database);
  people.joined(people.ann, people.bea);
  auto const id = people.raise(people.doubt, {candidate(people.bea, 12), candidate(people.ann, 8)});
  REQUIRE(id);
  auto const match = people.shown(*id);
  REQUIRE(match.candidates.size() == 1);
  CHECK(match.candidates[0].person.part == people.bea);
  CHECK(match.candidates[0].person.customer == people.ann);
}

TEST_CASE("matches: a question that asks for more takes the place of one that asks for less") {
  support::Database database;
  Three people(database);
  auto const less = people.asked(people.doubt, {people.ann});
  auto const other = people.asked(people.bea, {people.ann});
  auto const more = people.raise(people.doubt, {candidate(people.ann), candidate(people.bea)});
  REQUIRE(more);
  CHECK(people.status(less) == "superseded");
  CHECK(people.shown(less).superseded_by == more);
  CHECK(people.status(other) == "open");
  CHECK(people.waiting() == Ids{*more, other});
}

TEST_CASE("matches: more candidates than are kept are counted") {
  support::Database database;
  Review people(database);
  std::vector<matches::Candidate> candidates;
  for (std::size_t i = 0; i < matches::candidates_max + 3; ++i) {
    candidates.push_back(candidate(people.person("c" + std::to_string(i))));
  }
  auto const id = people.raise(people.person("doubt"), candidates);
  REQUIRE(id);
  auto const match = people.shown(*id);
  CHECK(match.candidates.size() == matches::candidates_max);
  CHECK(match.candidates.front().person.part == candidates.front().part);
  CHECK(match.more == 3);
}

TEST_CASE("matches: a person's not the same against stronger evidence is asked again, never less") {
  support::Database database;
  Three people(database);
  people.tell_apart(people.raise(people.doubt, {candidate(people.ann, 9)}).value());
  CHECK_FALSE(people.raise(people.doubt, {candidate(people.ann, 9)}));
  CHECK_FALSE(people.raise(people.ann, {candidate(people.doubt, 9.5)}));
  auto const bea = people.raise(people.doubt, {candidate(people.ann, 9), candidate(people.bea, 9)});
  REQUIRE(bea);
  CHECK(people.shown(*bea).candidates.size() == 1);

  auto const stronger = people.raise(people.doubt, {candidate(people.ann, 12)});
  REQUIRE(stronger);
  CHECK(people.parted(people.doubt, people.ann));
  people.tell_apart(*stronger);
  CHECK_FALSE(people.raise(people.doubt, {candidate(people.ann, 12.5)}));
  CHECK(people.raise(people.doubt, {candidate(people.ann, 13.5)}));
}

TEST_CASE("matches: what was told apart binds the customers whole") {
  support::Database database;
  Three people(database);
  auto const son = people.person("son");
  people.joined(people.doubt, son);
  people.tell_apart(people.asked(people.doubt, {people.ann}));
  people.joined(people.ann, people.bea);
  CHECK_FALSE(people.raise(son, {candidate(people.bea)}));
}

TEST_CASE("matches: the evidence of a merge that was undone is not asked about again") {
  support::Database database;
  Three people(database);
  auto const accepted = people.raise(people.doubt, {candidate(people.ann, 9)}).value();
  people.accept(accepted);
  people.undo(people.shown(accepted).merge.value());
  CHECK_FALSE(people.raise(people.doubt, {candidate(people.ann, 9)}));
  CHECK(people.raise(people.doubt, {candidate(people.ann, 11)}));
}

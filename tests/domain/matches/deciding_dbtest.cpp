// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// What people say to a match, once and again, and what it does to the others.
#include <catch2/catch.hpp>

#include "domain/matches/review.hpp"

using namespace throughline;
using namespace throughline::test;

namespace {

using Ids = std::vector<MatchId>;

struct Four : Review {
  explicit Four(support::Database& database) : Review(database) {}
  CustomerId ann = person("ann");
  CustomerId bea = person("bea");
  CustomerId cleo = person("cleo");
  CustomerId doubt = person("doubt");

  std::optional<Code> accepting(MatchId id, std::optional<CustomerId> customer = {}) {
    return code_of([&] { accept(id, customer); });
  }
  std::int64_t decisions() {
    return number("select count(*) from matches_decisions where tenant_id = $1");
  }
};

}  // namespace

TEST_CASE("matches: an accepted match is a merge that explains itself") {
  support::Database database;
  Four people(database);
  auto const id = people.asked(people.doubt, {people.ann});
  people.accept(id);
  CHECK(people.root(people.doubt) == people.ann);
  auto const match = people.shown(id);
  CHECK(match.status == "merged");
  CHECK(match.candidates[0].verdict == "same");
  REQUIRE(match.decisions.size() == 1);
  CHECK(match.decisions[0].decision == "merge");
  CHECK(match.decisions[0].part == people.ann);
  CHECK(match.decisions[0].reason == "same passport");
  CHECK(match.decisions[0].agent.value().id == "anna");
  CHECK(match.decisions[0].at == people.actor.now);
  CHECK(people.number("select count(*) from merges where tenant_id = $1 and id = $2 and one_id = $3"
                      " and other_id = $4 and rule = 'match' and score = 0.9 and"
                      " weights_version = 3 and reason = 'same passport' and"
                      " evidence->0->>'field' = 'family_name'",
                      {match.merge.value(), people.doubt, people.ann}) == 1);
  auto const facts = people.facts(people.doubt);
  CHECK(facts[facts.size() - 2] == "customer.merged");
  CHECK(facts.back() == "match.decided");
  CHECK(people.waiting().empty());
}

TEST_CASE("matches: two equal candidates need a choice, and the one not chosen falls") {
  support::Database database;
  Four people(database);
  auto const id = people.asked(people.doubt, {people.ann, people.bea});
  CHECK(people.accepting(id) == Code::invalid);
  CHECK(people.accepting(id, people.cleo) == Code::invalid);
  CHECK(people.accepting(id, people.doubt) == Code::invalid);
  CHECK(people.accepting(id, CustomerId::make(people.actor.now)) == Code::invalid);
  CHECK(people.decisions() == 0);
  people.accept(id, people.bea);
  CHECK(people.one_person(people.doubt, people.bea));
  CHECK_FALSE(people.one_person(people.doubt, people.ann));
  CHECK_FALSE(people.parted(people.doubt, people.ann));
  auto const match = people.shown(id);
  CHECK(match.candidates[0].verdict == "");
  CHECK(match.candidates[1].verdict == "same");
}

TEST_CASE("matches: accepted twice it stands, and with another candidate it is refused") {
  support::Database database;
  Four people(database);
  auto const id = people.asked(people.doubt, {people.ann, people.bea});
  people.accept(id, people.ann);
  people.accept(id, people.ann);
  people.accept(id);
  CHECK(people.decisions() == 1);
  CHECK(people.accepting(id, people.bea) == Code::conflict);
  CHECK(code_of([&] { people.tell_apart(id); }) == Code::conflict);
  CHECK(code_of([&] { people.put_back(id); }) == Code::conflict);
  CHECK_FALSE(people.one_person(people.doubt, people.bea));
  CHECK(people.decisions() == 1);
}

TEST_CASE("matches: a candidate is chosen by any id of the customer it is now") {
  support::Database database;
  Four people(database);
  auto const id = people.asked(people.doubt, {people.bea, people.cleo});
  people.joined(people.ann, people.bea);
  people.joined(people.bea, people.cleo);
  people.accept(id);
  CHECK(people.root(people.doubt) == people.ann);
  people.accept(id, people.ann);
}

TEST_CASE("matches: an accepted match overtakes what else was asked about the part") {
  support::Database database;
  Four people(database);
  auto const other = people.asked(people.doubt, {people.bea});
  auto const third = people.asked(people.doubt, {people.bea, people.cleo});
  CHECK(people.status(other) == "superseded");
  auto const fourth = people.asked(people.cleo, {people.ann});
  auto const id = people.asked(people.doubt, {people.ann});
  people.accept(id);
  auto const accepted_at = people.actor.now;

  CHECK(people.status(third) == "superseded");
  CHECK(people.accepting(third, people.bea) == Code::conflict);
  CHECK_FALSE(people.one_person(people.doubt, people.bea));
  auto const anew = people.shown(third).superseded_by;
  REQUIRE(anew);
  CHECK(people.waiting() == Ids{*anew, fourth});
  auto const match = people.shown(*anew);
  CHECK(match.person.customer == people.ann);
  CHECK(match.raised_at == accepted_at);
  CHECK(match.candidates.size() == 2);
  CHECK(match.candidates[0].evidence == people.shown(third).candidates[0].evidence);
  auto const facts = people.facts(people.doubt);
  CHECK(std::count(facts.begin(), facts.end(), "match.raised") == 4);

  people.accept(*anew, people.bea);
  CHECK(people.one_person(people.ann, people.bea));
}

TEST_CASE("matches: what was told apart from the joined customer is not raised anew") {
  support::Database database;
  Four people(database);
  people.tell_apart(people.asked(people.bea, {people.ann}));
  auto const other = people.asked(people.doubt, {people.bea});
  people.accept(people.asked(people.doubt, {people.ann}));
  CHECK(people.status(other) == "superseded");
  CHECK_FALSE(people.shown(other).superseded_by);
  CHECK(people.waiting().empty());
}

TEST_CASE("matches: who is asked about keeps the question when a younger contact joins them") {
  support::Database database;
  Four people(database);
  auto const id = people.asked(people.bea, {people.ann});
  people.joined(people.bea, people.doubt);
  CHECK(people.waiting() == Ids{id});
  people.accept(id);
  CHECK(people.root(people.doubt) == people.ann);
}

TEST_CASE("matches: a stale accept after a merge elsewhere is refused") {
  support::Database database;
  Four people(database);
  auto const id = people.asked(people.doubt, {people.ann, people.bea});
  people.joined(people.doubt, people.ann);
  CHECK(people.status(id) == "superseded");
  CHECK_FALSE(people.shown(id).superseded_by);
  CHECK(people.accepting(id, people.bea) == Code::conflict);
  CHECK(people.accepting(id, people.ann) == Code::conflict);
  CHECK_FALSE(people.one_person(people.doubt, people.bea));
  CHECK(people.waiting().empty());
}

TEST_CASE("matches: an undo opens again what the merge had settled, without whom it tells apart") {
  support::Database database;
  Four people(database);
  auto const settled = people.asked(people.doubt, {people.ann, people.bea, people.cleo});
  SECTION("by an accepted match") {
    people.accept(settled, people.ann);
  }
  SECTION("by a merge elsewhere") {
    people.joined(people.doubt, people.ann);
  }
  CHECK(people.waiting().empty());
  people.joined(people.cleo, people.person("dan"));
  auto const merge = people.read([&](postgres::Tx& tx) {
    return tx
        .exec("select id from merges where tenant_id = $1 and $2 in (one_id, other_id)",
              {tx.tenant(), people.doubt})[0][0]
        .id<MergeId>();
  });
  people.undo(merge);
  auto const waiting = people.waiting(people.doubt);
  REQUIRE(waiting.size() == 1);
  auto const match = people.shown(waiting.front());
  CHECK(match.reason == "doubtful");
  CHECK(match.raised_at == people.actor.now);
  REQUIRE(match.candidates.size() == 2);
  CHECK(match.candidates[0].person.customer == people.bea);
  CHECK(match.candidates[1].person.customer == people.cleo);
  CHECK(people.shown(settled).superseded_by == match.id);
  CHECK(people.facts(people.doubt).back() == "match.raised");

  people.undo(people.joined(people.ann, people.bea));
  CHECK(people.waiting() == std::vector{match.id});  // asked already
}

TEST_CASE("matches: after an undo the decision is history, and people have the last word") {
  support::Database database;
  Four people(database);
  auto const id = people.asked(people.doubt, {people.ann});
  people.accept(id);
  people.undo(people.shown(id).merge.value());
  auto const match = people.shown(id);
  CHECK(match.status == "merged");
  CHECK(match.undone_at == people.actor.now);
  CHECK(people.accepting(id) == Code::conflict);
  CHECK_FALSE(people.one_person(people.doubt, people.ann));
  people.joined(people.doubt, people.ann);
  CHECK(people.one_person(people.doubt, people.ann));
}

TEST_CASE("matches: not the same blocks every path between the two, all candidates or one") {
  support::Database database;
  Four people(database);
  auto const id = people.asked(people.doubt, {people.ann, people.bea});
  people.tell_apart(id, people.ann);
  CHECK(people.status(id) == "open");
  CHECK(people.shown(id).candidates[0].verdict == "not_same");
  CHECK(people.parted(people.doubt, people.ann));
  CHECK_FALSE(people.parted(people.doubt, people.bea));
  people.tell_apart(id, people.ann);
  CHECK(people.decisions() == 1);
  CHECK(people.accepting(id, people.ann) == Code::conflict);
  people.tell_apart(id);
  CHECK(people.status(id) == "not_same");
  CHECK(people.parted(people.doubt, people.bea));
  people.tell_apart(id);
  people.tell_apart(id, people.bea);
  CHECK(people.decisions() == 2);
  CHECK(people.accepting(id, people.bea) == Code::conflict);
  CHECK(people.facts(people.doubt).back() == "match.decided");
  CHECK(people.number("select count(*) from timeline where tenant_id = $1 and part_id = $2 and "
                      "fact = 'not_same'",
                      {people.doubt}) == 2);
  people.joined(people.bea, people.cleo);
  CHECK(people.parted(people.cleo, people.doubt));
}

TEST_CASE("matches: one candidate left needs no choice") {
  support::Database database;
  Four people(database);
  auto const id = people.asked(people.doubt, {people.ann, people.bea});
  people.tell_apart(id, people.ann);
  people.accept(id);
  CHECK(people.one_person(people.doubt, people.bea));
}

TEST_CASE("matches: what is put back comes back as open at its time") {
  support::Database database;
  Four people(database);
  auto const id = people.asked(people.doubt, {people.ann});
  auto const newer = people.asked(people.cleo, {people.bea});
  auto const until = people.actor.now + std::chrono::hours(2);
  people.put_back(id, until);
  people.put_back(id, until);
  CHECK(people.decisions() == 1);
  CHECK(people.waiting() == Ids{newer});
  CHECK(people.listed("later") == Ids{id});
  CHECK(people.waiting(people.ann).empty());
  people.actor.now = until;
  CHECK(people.waiting() == Ids{id, newer});
  CHECK(people.waiting(people.ann) == Ids{id});
  CHECK(people.listed("later").empty());
  people.put_back(id);
  CHECK(people.shown(id).at == people.actor.now + matches::later_default);
  people.accept(id);
  CHECK(people.one_person(people.doubt, people.ann));
}

TEST_CASE("matches: put back into the past or out of sight is refused") {
  support::Database database;
  Four people(database);
  auto const id = people.asked(people.doubt, {people.ann});
  auto const until = [&](Timestamp at) { return code_of([&] { people.put_back(id, at); }); };
  CHECK(until(people.actor.now) == Code::invalid);
  CHECK(until(people.actor.now + matches::later_max + std::chrono::hours(1)) == Code::invalid);
  CHECK(code_of([&] { people.accept(MatchId::make(people.actor.now)); }) == Code::not_found);
}

TEST_CASE("matches: a cap refuses the merge and leaves the match as it was") {
  support::Database database;
  Four people(database);
  auto const id = people.asked(people.doubt, {people.ann, people.bea});
  for (std::size_t i = 1; i < merges::identifiers_max; ++i) {
    people.attach(people.ann, identifier("account", "shop-" + std::to_string(i) + ":1"));
  }
  CHECK(people.accepting(id, people.ann) == Code::conflict);
  CHECK(people.status(id) == "open");
  CHECK(people.shown(id).candidates[0].verdict == "");
  CHECK(people.decisions() == 0);
  people.accept(id, people.bea);
}

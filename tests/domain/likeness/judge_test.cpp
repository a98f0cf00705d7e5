// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// Each test names the trap it stands for.
#include <algorithm>
#include <catch2/catch.hpp>
#include <chrono>

#include "domain/likeness/people.hpp"

namespace throughline::likeness::tests {
namespace {

constexpr double population = 20000;

/// What judge() says of one customer made of these records.
Judged judged(Record const& incoming, std::vector<Record> const& records,
              std::vector<Veto> told = {}) {
  Entity const entity{records, std::move(told)};
  return judge(incoming, {&entity, 1}, default_weights(), {}, population).judged.front();
}

Verdict judged_all(Record const& incoming, std::vector<std::vector<Record>> const& customers) {
  std::vector<Entity> entities;
  for (auto const& records : customers) entities.push_back({records, {}});
  return judge(incoming, entities, default_weights(), {}, population);
}

Told const ann{"Ann",
               "Walker",
               "1984-03-17",
               "12 Mill Lane",
               "Sheffield",
               "S1 2HE",
               {email("ann.walker@mail.example")}};

Told with(Told told, auto change) {
  change(told);
  return told;
}

}  // namespace

TEST_CASE("judge: the same person told twice is certain", "[likeness]") {
  auto const verdict = judged_all(person(ann), {{person(ann)}});
  CHECK(verdict.judged.front().grade == Grade::certain);
  CHECK(verdict.winner == 0U);
  CHECK(verdict.review.empty());
}

TEST_CASE("judge: trap: a typo in the email, a nickname, a day for a month", "[likeness]") {
  auto const typo = with(ann, [](Told& told) {
    told.identifiers = {email("ann.walkr@mail.example")};
    told.street.clear();
  });
  CHECK(judged(person(typo), {person(ann)}).grade == Grade::certain);
  auto const nickname = with(ann, [](Told& told) {
    told.given = "Annie";
    told.born = "1984-17-03";
  });
  CHECK(judged(person(nickname), {person(ann)}).grade == Grade::certain);
}

TEST_CASE("judge: trap: a family name that changed", "[likeness]") {
  auto const married = with(ann, [](Told& told) {
    told.family = "Bishop";
    told.identifiers.clear();
  });
  CHECK(judged(person(married), {person(ann)}).grade <= Grade::probable);
}

TEST_CASE("judge: trap: twins", "[likeness]") {
  auto const twin = with(ann, [](Told& told) { told.given = "Mary"; });
  auto const found = judged(person(twin), {person(ann)});
  CHECK(found.grade != Grade::certain);
  CHECK(found.doubt == Doubt::given_name);
  // Nor behind a record that tells no given name.
  auto const bridge = with(ann, [](Told& told) { told.given.clear(); });
  CHECK(judged(person(twin), {person(ann), person(bridge)}).grade != Grade::certain);
}

TEST_CASE("judge: trap: a family's mailbox and landline", "[likeness]") {
  auto const child = with(ann, [](Told& told) {
    told.given = "George";
    told.born.clear();
    told.identifiers.push_back(phone("+441142000000"));
  });
  auto const parent =
      with(ann, [](Told& told) { told.identifiers.push_back(phone("+441142000000")); });
  auto const verdict = judged_all(person(child), {{person(parent)}});
  CHECK_FALSE(verdict.winner);
  CHECK(verdict.judged.front().doubt == Doubt::given_name);
}

TEST_CASE("judge: trap: a role mailbox", "[likeness]") {
  auto const one = person({"Otto", "Otter", "", "", "", "", {email("info@firm.example")}});
  auto const other = person({"Nelson", "Nice", "", "", "", "", {email("info@firm.example")}});
  CHECK(judged(one, {other}).grade == Grade::certainly_not);
}

TEST_CASE("judge: trap: an email or a telephone and no name at all", "[likeness]") {
  auto const nameless = person({"", "", "", "", "", "", ann.identifiers});
  auto const found = judged(nameless, {person(ann)});
  CHECK(found.grade != Grade::certain);
}

TEST_CASE("judge: trap: father and son of one name at one address", "[likeness]") {
  auto const undated = with(ann, [](Told& told) {
    told.born.clear();
    told.identifiers.clear();
  });
  auto const found = judged(person(undated), {person(ann)});
  CHECK(found.grade != Grade::certain);
  CHECK(found.doubt == Doubt::unanchored);
}

TEST_CASE("judge: trap: Jr and Sr, II and III", "[likeness]") {
  auto const suffixed = [](char const* suffix) {
    return person(with(ann, [&](Told& told) { told.family += std::string(" ") + suffix; }));
  };
  auto const found = judged(suffixed("Jr"), {suffixed("Sr")});
  CHECK(found.grade == Grade::certainly_not);
  CHECK(found.vetoes == std::vector{Veto::suffix});
  CHECK(judged(suffixed("III"), {suffixed("II")}).grade == Grade::certainly_not);
  CHECK(judged(suffixed("I"), {suffixed("II")}).grade == Grade::certainly_not);
  CHECK(judged(suffixed("Jr"), {person(ann)}).vetoes.empty());
}

TEST_CASE("judge: trap: dates of birth that no one person has", "[likeness]") {
  auto const other = with(ann, [](Told& told) { told.born = "1952-09-30"; });
  auto const found = judged(person(other), {person(ann)});
  CHECK(found.grade == Grade::certainly_not);
  CHECK(found.vetoes == std::vector{Veto::date_of_birth});
}

TEST_CASE("judge: trap: the chain over a record without a date", "[likeness]") {
  auto const undated = with(ann, [](Told& told) { told.born.clear(); });
  auto const other = with(ann, [](Told& told) { told.born = "1952-09-30"; });
  CHECK(judged(person(other), {person(undated)}).grade == Grade::certain);
  CHECK(judged(person(other), {person(undated), person(ann)}).grade == Grade::certainly_not);
}

TEST_CASE("judge: what the caller forbids is forbidden", "[likeness]") {
  for (auto const veto : {Veto::exclusive, Veto::parted}) {
    CHECK(judged(person(ann), {person(ann)}, {veto}).grade == Grade::certainly_not);
  }
}

TEST_CASE("judge: an account that agrees against a veto is for a person to look at", "[likeness]") {
  auto const known = Told{"Ann", "", "1984-03-17", "", "", "", {account("crm:1000077")}};
  auto const other = with(known, [](Told& told) { told.born = "1952-09-30"; });
  auto const verdict = judged_all(person(other), {{person(known)}});
  CHECK_FALSE(verdict.winner);
  CHECK(verdict.review == std::vector<std::size_t>{0});
}

TEST_CASE("judge: two accounts of one system contradict nothing by themselves", "[likeness]") {
  auto const one =
      with(ann, [](Told& told) { told.identifiers.push_back(account("bank:1000077")); });
  auto const other =
      with(ann, [](Told& told) { told.identifiers.push_back(account("bank:5559901")); });
  CHECK(judged(person(other), {person(one)}).grade == Grade::certain);
}

TEST_CASE("judge: trap: two equal candidates are both put to review", "[likeness]") {
  auto const verdict = judged_all(person(ann), {{person(ann)}, {person(ann)}});
  CHECK_FALSE(verdict.winner);
  CHECK(verdict.review == std::vector<std::size_t>{0, 1});
}

TEST_CASE("judge: trap: the bridge record between two people", "[likeness]") {
  Told const one{"Ann", "Walker", "1984-03-17", "", "", "", {email("ann.walker@mail.example")}};
  Told const other{"Ann", "Walker", "1951-10-02", "", "", "", {email("walkers@post.example")}};
  auto const bridge = Told{"Ann", "Walker", "", "", "", "", {one.identifiers[0]}};
  auto const both =
      with(bridge, [&](Told& told) { told.identifiers.push_back(other.identifiers[0]); });
  CHECK(judged_all(person(bridge), {{person(one)}, {person(other)}}).winner == 0U);
  auto const verdict = judged_all(person(both), {{person(one)}, {person(other)}});
  CHECK_FALSE(verdict.winner);
  CHECK(verdict.review == std::vector<std::size_t>{0, 1});
}

TEST_CASE("judge: fragments of one customer do not contend", "[likeness]") {
  auto const whole = person(ann);
  auto const fragment = person(
      {"Annie", "Walker", "1984-03-27", "", "Sheffield", "", {email("ann.walker@mail.example")}});
  auto const verdict = judged_all(person(ann), {{whole}, {fragment}});
  CHECK(verdict.winner == 0U);
  CHECK(verdict.also == std::vector<std::size_t>{1});
}

TEST_CASE("judge: a winner is ahead by the margin", "[likeness]") {
  auto const weak = person({"Ann", "Walker", "", "", "Sheffield", "", {}});
  auto const verdict = judged_all(person(ann), {{weak}, {person(ann)}});
  CHECK(verdict.winner == 1U);
  CHECK(verdict.also.empty());
}

TEST_CASE("judge: a number of one's own outweighs a name or a date that was replaced",
          "[likeness]") {
  auto const numbered = with(ann, [](Told& told) { told.identifiers = {account("ssn:8872631")}; });
  auto const renamed = with(numbered, [](Told& told) { told.given = "Taliah"; });
  CHECK(judged(person(renamed), {person(numbered)}).grade == Grade::certain);
  auto const redated = with(numbered, [](Told& told) { told.born = "1952-09-30"; });
  CHECK(judged(person(redated), {person(numbered)}).grade == Grade::certain);
  // A joint account does not: husband and wife.
  auto const joint = with(ann, [](Told& told) {
    told.identifiers = {account("bank:8872631")};
    told.born.clear();
  });
  auto const husband = with(joint, [](Told& told) { told.given = "George"; });
  CHECK(judged(person(husband), {person(joint)}).grade != Grade::certain);
}

TEST_CASE("judge: trap: given names a letter apart are a slip as well as two people",
          "[likeness]") {
  Told const jane{"Jane", "", "", "", "", "", {email("smith@mail.example"), phone("+12025550175")}};
  auto const janet = with(jane, [](Told& told) { told.given = "Janet"; });
  auto const found = judged(person(janet), {person(jane)});
  CHECK(found.grade == Grade::probable);
  CHECK(found.doubt == Doubt::given_name);
  auto const oscar = with(jane, [](Told& told) { told.given = "Oscar"; });
  CHECK(judged(person(oscar), {person(jane)}).grade == Grade::possible);
}

TEST_CASE("judge: two that grew apart are named once a record makes one of them tell enough",
          "[likeness]") {
  // One tells a date, the other a mailbox; only the third shows that they fit.
  Told const dated{"Reuben", "", "1975-07-24", "", "Leicester"};
  Told const mailed{"Reuben", "James", "", "", "", "", {email("r.james@jackson.example")}};
  Told const both{"Reuben", "James", "1975-07-24", "", "", "", {email("r.james@jackson.example")}};
  auto const before = judged_all(person(mailed), {{person(dated)}});
  CHECK_FALSE(before.winner);
  CHECK(before.review.empty());
  auto const grown = judged_all(person(both), {{person(mailed)}, {person(dated)}});
  REQUIRE(grown.winner == 0U);
  REQUIRE(grown.doubles.size() == 1);
  CHECK(grown.doubles[0].index == 1);
  CHECK(grown.doubles[0].grade == Grade::probable);
  auto const other = judged_all(person(both), {{person(mailed)}, {person(ann)}});
  CHECK(other.doubles.empty());
}

TEST_CASE("judge: nobody in particular", "[likeness]") {
  CHECK(judged_all(person(ann), {}).judged.empty());
  auto const empty = judged(read("", {}), {read("", {})});
  CHECK(empty.grade == Grade::certainly_not);
  CHECK(empty.evidence.empty());
  CHECK(judged(person(ann), {}).grade == Grade::certainly_not);
}

TEST_CASE("judge: the more people, the more evidence a name needs; an email needs no more",
          "[likeness]") {
  auto const probability = [](Told const& told, double people) {
    std::vector<Record> const records{person(told)};
    Entity const entity{records, {}};
    return judge(person(told), {&entity, 1}, default_weights(), {}, people)
        .judged.front()
        .probability;
  };
  Told const named{"Ann", "Walker", "1984-03-17"};
  CHECK(probability(named, 1e7) < probability(named, 1e4));
  Told const addressed{"", "", "", "", "", "", {email("ann.walker@mail.example")}};
  CHECK(probability(addressed, 1e7) == Approx(probability(addressed, 1e4)));
}

TEST_CASE("judge: 50 candidates of three records take well under a millisecond", "[likeness]") {
  std::vector<Record> const records(3, person(ann));
  std::vector<Entity> const entities(50, Entity{records, {}});
  auto const incoming = person(ann);
  auto best = std::chrono::nanoseconds::max();
  for (int i = 0; i < 20; ++i) {
    auto const begin = std::chrono::steady_clock::now();
    auto const verdict = judge(incoming, entities, default_weights(), {}, population);
    best = std::min<std::chrono::nanoseconds>(best, std::chrono::steady_clock::now() - begin);
    REQUIRE(verdict.judged.size() == 50);
  }
  // Generous, for builds without optimisation and with sanitizers.
  CHECK(best < std::chrono::milliseconds(10));
}

TEST_CASE("compare: is symmetric", "[likeness]") {
  std::vector<Record> const records{
      person(ann), person({"Walker", "Anne", "1984-17-03", "Mill Ln 12", "Shefield"}),
      person({"A", "", "1984", "", "", "S1 2HE", {email("ann.walke@mail.example")}}),
      read(R"({"full_name":"Walker"})", {}), read("{}", {})};
  for (auto const& one : records) {
    for (auto const& other : records) CHECK(pattern(one, other) == pattern(other, one));
  }
}

}  // namespace throughline::likeness::tests

// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>

#include "domain/likeness/people.hpp"

namespace throughline::likeness::tests {
namespace {

std::string given(std::string const& one, std::string const& other) {
  return level(Field::given_name, person({one, "Smith"}), person({other, "Smith"}));
}
std::string family(std::string const& one, std::string const& other) {
  return level(Field::family_name, person({"Ann", one}), person({"Ann", other}));
}

}  // namespace

TEST_CASE("names: case, accents, punctuation and script are no difference", "[likeness]") {
  CHECK(given("JOSÉ", "jose") == "exact");
  CHECK(family("O'Hare", "Ohare") == "exact");
  CHECK(family("Müller-Lüdenscheidt", "muller ludenscheidt") == "exact");
  CHECK(family("Lillie-Hinrichs", "LillieHinrichs") == "exact");
  CHECK(family("Васильев", "Vasilev") == "exact");
  CHECK(level(Field::family_name, read(R"({"full_name":"王 杰"})", {}),
              read(R"({"full_name":"Wang Jie"})", {})) == "exact");
}

TEST_CASE("names: nicknames are alike, never equal", "[likeness]") {
  CHECK(given("Robert", "Bob") == "variant");
  CHECK(given("Bob", "Rob") == "variant");
  CHECK(given("Margaret", "Peggy") == "variant");
  CHECK(given("Maria Luis", "Maria") == "variant");
}

TEST_CASE("names: one edit is close, but Mark is no misspelt Mary", "[likeness]") {
  CHECK(given("Jayden", "Jyayden") == "close");
  CHECK(given("Oliver", "Olver") == "close");
  CHECK(given("Jonathan", "Jonahtan") == "close");
  CHECK(given("Mark", "Marsha") == "different");
  CHECK(given("Jim", "Tim") == "different");
  CHECK(given("Patrick", "Patricia") == "different");
  CHECK(given("Darla", "Darlene") == "different");
  CHECK(given("Jo", "Bo") == "different");
}

TEST_CASE("names: two edits, letters in another order, the same sound are near", "[likeness]") {
  CHECK(family("Desquire", "Desqueir") == "near");
  CHECK(family("Jones", "Jsneo") == "near");
  CHECK(family("Stephenson", "Stevenson") == "near");
  CHECK(family("Smith", "Baker") == "different");
}

TEST_CASE("names: an initial stands for names that begin with it", "[likeness]") {
  CHECK(given("R", "Roderick") == "initial");
  CHECK(given("R.", "Anna") == "different");
}

TEST_CASE("names: one of several family names is a variant", "[likeness]") {
  CHECK(family("Sanchez", "Sanchez Mendoza") == "variant");
  CHECK(family("Medina Sentosa", "Sentosa") == "variant");
}

TEST_CASE("names: given and family name in each other's place", "[likeness]") {
  auto const one = person({"Daniella", "Shaw"});
  auto const other = person({"Shaw", "Daniella"});
  CHECK(level(Field::given_name, one, other) == "exact");
  CHECK(level(Field::family_name, one, other) == "exact");
  CHECK(level(Field::name_order, one, other) == "swapped");
  CHECK(level(Field::name_order, one, one).empty());
}

TEST_CASE("names: a full name is taken apart", "[likeness]") {
  auto const told = person({"Peggie", "Charney"});
  for (auto const* profile :
       {R"({"full_name":"Charney, Peggie"})", R"({"full_name":"Ms. Peggie Charney"})",
        R"({"full_name":"Charney Peggie"})"}) {
    auto const whole = read(profile, {});
    CHECK(level(Field::given_name, told, whole) == "exact");
    CHECK(level(Field::family_name, told, whole) == "exact");
  }
  // A single name may be either.
  CHECK(level(Field::given_name, told, read(R"({"full_name":"Peggie"})", {})) == "exact");
}

TEST_CASE("names: what is not told has no level", "[likeness]") {
  CHECK(given("", "Robert").empty());
  CHECK(family("", "").empty());
}

TEST_CASE("names: suffixes are kept apart from the name", "[likeness]") {
  CHECK(person({"David", "Dobbins Jr"}).suffix == "jr");
  CHECK(person({"David", "Dobbins Senior"}).suffix == "sr");
  CHECK(person({"Morris II", "Klein"}).suffix == "ii");
  CHECK(read(R"({"full_name":"John Smith, Jr."})", {}).suffix == "jr");
  CHECK(family("Dobbins Jr", "Dobbins") == "exact");
  CHECK(person({"Ann", "Senior"}).suffix.empty());
}

}  // namespace throughline::likeness::tests

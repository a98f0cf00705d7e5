// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>

#include "domain/likeness/people.hpp"

namespace throughline::likeness::tests {
namespace {

std::string born(std::string const& one, std::string const& other) {
  return level(Field::date_of_birth, person({"", "", one}), person({"", "", other}));
}

std::string lives(Told const& one, Told const& other) {
  return level(Field::address, person(one), person(other));
}

Told at(std::string street, std::string city = {}, std::string postal_code = {}) {
  return {"", "", "", std::move(street), std::move(city), std::move(postal_code)};
}

std::string identified(Field field, Value one, Value other) {
  return level(field, read("{}", std::vector{std::move(one)}),
               read("{}", std::vector{std::move(other)}));
}

}  // namespace

TEST_CASE("dates: in all the ways they are written", "[likeness]") {
  for (auto const* text : {"1978-11-12", "19781112", "11/12/1978", "12-Nov-1978", "Nov 12 1978",
                           "12 November 78", "1978/11/12", "1978-11-12T00:00:00Z", "11/12/78"}) {
    INFO(text);
    CHECK(born("1978-11-12", text) == "exact");
  }
  CHECK(born("1978-10-31", "31.10.1978") == "exact");
}

TEST_CASE("dates: levels", "[likeness]") {
  CHECK(born("1978-11-12", "1978-12-11") == "swapped");
  CHECK(born("1978-11-12", "1978-11-13") == "digit");
  CHECK(born("1978-11-12", "1987-11-12") == "digit");
  CHECK(born("1978-11-12", "1978-11-21") == "digit");
  CHECK(born("1978-11-12", "1978") == "year");
  CHECK(born("1978-11-12", "1978-11") == "year");
  CHECK(born("1978-11-12", "1978-11-29") == "slip");
  CHECK(born("1978-11-12", "1979-10-30") == "slip");
  CHECK(born("1978-11-12", "1988-12-10") == "slip");
  CHECK(born("1978-11-12", "1980-11-13") == "different");
  CHECK(born("1978-11-12", "1954-03-31") == "different");
}

TEST_CASE("dates: what is none says nothing", "[likeness]") {
  for (auto const* text : {"", "unknown", "1900-01-01", "1978-13-40", "0000-00-00", "99999999",
                           "12", "1978-11-12-13-14", "31/31/1978", "99999999999999999999"}) {
    INFO(text);
    CHECK(born("1978-11-12", text).empty());
  }
}

TEST_CASE("addresses: levels", "[likeness]") {
  CHECK(lives(at("123 Main Street", "Las Vegas", "89132"), at("123 main st.", "", "89132")) ==
        "home");
  CHECK(lives(at("16 wilshire street", "rose bay", "6207"),
              at("16 wilshirestreet", "rose ay", "6207")) == "home");
  CHECK(lives(at("Suite 900, 1450 N City Rd", "Arlington"), at("1450 N City Road", "Arlington")) ==
        "street");  // 900 stands first: another number, the same street
  CHECK(lives(at("123 Main St", "Las Vegas"), at("Main St", "Las Vegas")) == "street");
  CHECK(lives(at("123 Main St", "Boston", "02108"), at("123 Main St", "Salem", "97301")) ==
        "street");
  CHECK(lives(at("9 Oak Road", "Hull", "HU1 1AA"), at("4 Elm Lane", "Hull", "hu11aa")) ==
        "postal_code");
  CHECK(lives(at("", "Birmingham"), at("", "Birminghaim")) == "city");
  CHECK(lives(at("9 Oak Road", "Hull"), at("4 Elm Lane", "Leeds")) == "different");
  CHECK(lives(at("9 Oak Road"), at("", "Hull")).empty());
}

TEST_CASE("identifiers: an email's levels", "[likeness]") {
  auto const compared = [](Value one, Value other) {
    return identified(Field::email, std::move(one), std::move(other));
  };
  CHECK(compared(email("jane@a.example"), email("jane@a.example")) == "exact");
  CHECK(compared(email("j.ane@gmail.com", "jane@gmail.com"), email("jane@gmail.com")) == "alias");
  CHECK(compared(email("janedoe@a.example"), email("jandoe@a.example")) == "close");
  CHECK(compared(email("janedoe@work.example"), email("janedoe@home.test")) == "local");
  CHECK(compared(email("jane@a.example"), email("john@b.example")) == "different");
  CHECK(compared(email("anna81@a.example"), email("anna18@a.example")) == "different");
  CHECK(compared(email("j.t@pierce.biz"), email("j.t@pierc.biz")) == "close");
  CHECK(compared(email("info@a.example"), email("info@a.example")) == "shared");
  Value shared = email("jane@a.example");
  shared.shared = true;
  CHECK(compared(shared, email("jane@a.example")) == "shared");
}

TEST_CASE("identifiers: a phone's and an account's levels", "[likeness]") {
  CHECK(identified(Field::phone, phone("+17029191300"), phone("+17029191300")) == "exact");
  CHECK(identified(Field::phone, phone("+17029191300"), phone("+17029191301")) == "close");
  CHECK(identified(Field::phone, phone("+17029191300"), phone("+14155550100")) == "different");
  Value text = phone("321-3212");
  text.exact = false;
  CHECK(identified(Field::phone, phone("+12023213212"), text) == "close");
  CHECK(identified(Field::phone, text, text) == "shared");

  CHECK(identified(Field::personal_number, account("ssn:5212121"), account("ssn:5212121")) ==
        "exact");
  CHECK(identified(Field::personal_number, account("passport-us:5212121"),
                   account("passport-us:5212112")) == "close");
  CHECK(identified(Field::account, account("ssn:5212121"), account("ssn:5212121")).empty());
  CHECK(identified(Field::account, account("crm:A10042"), account("crm:A10042")) == "exact");
  CHECK(identified(Field::account, account("crm:A10042"), account("crm:A10043")) == "close");
  CHECK(identified(Field::account, account("crm:3241"), account("crm:3242")) == "different");
  CHECK(identified(Field::account, account("crm:3241"), account("ssn:3241")).empty());
  CHECK(identified(Field::social, handle("x:jane"), handle("x:jane")) == "exact");
}

TEST_CASE("identifiers: the closest pair counts", "[likeness]") {
  auto const one = read("{}", std::vector{email("a@x.example"), email("jane@x.example")});
  auto const other = read("{}", std::vector{email("jane@x.example"), email("b@x.example")});
  CHECK(level(Field::email, one, other) == "exact");
}

}  // namespace throughline::likeness::tests

// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include "domain/customers/patch.hpp"

#include <catch2/catch.hpp>

#include "domain/customers/wire.hpp"
#include "throughline/base/error.hpp"
#include "throughline/base/json.hpp"
#include "throughline/domain/customers_wire.hpp"

using namespace throughline;
using namespace throughline::customers;

namespace {

constexpr Timestamp tuesday{std::chrono::microseconds(1'763'452'800'000'000)};
constexpr Timestamp thursday = tuesday + std::chrono::hours(48);

Customer shown() {
  Customer customer;
  customer.display_name = "Jane";
  customer.tier = "gold";
  customer.profile = R"({"address":{"city":"Oslo","line1":"1"},"given_name":"Jane"})";
  customer.sensitivities = {{"hearing", "left ear", "anna", tuesday}};
  return customer;
}

Patch read(std::string const& body) {
  auto const object = json::parse_object(body);
  json::Reader in(object);
  Actor actor;
  actor.now = thursday;
  Patch patch = read_patch(in, actor);
  in.finish();
  return patch;
}

Difference changed(std::string const& body) {
  return difference(shown(), read(body));
}

std::vector<std::string> faults(std::string const& body) {
  std::vector<std::string> pointers;
  try {
    read(body);
  } catch (Error const& error) {
    REQUIRE(error.code() == Code::invalid);
    for (auto const& field : error.fields()) pointers.push_back(field.pointer);
  }
  return pointers;
}

using Texts = std::vector<std::string>;

}  // namespace

TEST_CASE("customers: an absent field is untouched, null clears, a value sets") {
  CHECK(read("{}").empty());
  auto const difference = changed(R"({"display_name":null,"language":"pt-BR"})");
  CHECK(difference.fields == Texts{"display_name", "language"});
  CHECK(difference.cleared == Texts{"display_name"});
  CHECK(difference.language == "pt-BR");
  CHECK_FALSE(difference.tier);
  CHECK(difference.set == Texts{"language"});
}

TEST_CASE("customers: what is shown already is no change") {
  CHECK(changed(R"({"display_name":"Jane","tier":"gold","language":null})").fields.empty());
  CHECK(changed(R"({"profile":{"given_name":"Jane","address":{"city":"Oslo"}}})").fields.empty());
  CHECK(changed(R"({"profile":{"nickname":null}})").fields.empty());
  CHECK(changed(R"({"sensitivities":[{"code":"hearing","note":"left ear","agent":"anna"}]})")
            .fields.empty());
}

TEST_CASE("customers: a profile is patched member by member, inside its members too") {
  auto const difference =
      changed(R"({"profile":{"given_name":null,"address":{"line1":null,"city":"Bergen"},"x":1}})");
  CHECK(difference.fields == Texts{"profile"});
  CHECK(difference.profile == R"({"address":{"city":"Bergen"},"x":1})");
  CHECK(difference.set == Texts{"profile/address", "profile/x"});
  CHECK(difference.cleared == Texts{"profile/given_name"});
  CHECK(difference.cleared_members == Texts{"given_name"});
}

TEST_CASE("customers: null for the profile removes every member") {
  auto const difference = changed(R"({"profile":null})");
  CHECK(difference.cleared_members == Texts{"address", "given_name"});
  CHECK(difference.profile == "{}");
}

TEST_CASE("customers: a profile has a limit for what it holds in all") {
  std::string const half(json::free_object_bytes_max / 2, 'x');
  Customer customer;
  customer.profile = R"({"a":")" + half + R"("})";
  CHECK_THROWS_AS(difference(customer, read(R"({"profile":{"b":")" + half + R"("}})")), Error);
  CHECK(difference(customer, read(R"({"profile":{"a":")" + half + R"(y"}})")).set ==
        Texts{"profile/a"});
  CHECK(faults(R"({"profile":{"a":")" + half + half + R"("}})") == Texts{"/profile"});
}

TEST_CASE("customers: a sensitivity keeps the time at which it was first said") {
  auto const difference = changed(R"({"sensitivities":[
      {"code":"hearing","note":"left ear","agent":"anna"},{"code":"grief"}]})");
  auto const items = parse_sensitivities(difference.sensitivities.value());
  REQUIRE(items.size() == 2);
  CHECK(items[0].at == tuesday);
  CHECK(items[1].at == thursday);
  CHECK(items[1].note.empty());

  auto const sent_back = changed(R"({"sensitivities":[
    {"code":"hearing","note":"both","agent":"anna","at":"2025-01-01T00:00:00Z"}]})");
  CHECK(parse_sensitivities(sent_back.sensitivities.value())[0].at == thursday);
  CHECK(changed(R"({"sensitivities":[]})").cleared == Texts{"sensitivities"});
  CHECK(changed(R"({"sensitivities":null})").cleared == Texts{"sensitivities"});
}

TEST_CASE("customers: every bad field is named") {
  CHECK(faults(R"({"display_name":1,"tier":"","language":"e","name":"x"})") ==
        Texts{"/display_name", "/tier", "/language", "/name"});
  CHECK(faults(R"({"profile":[]})") == Texts{"/profile"});
  CHECK(faults(R"({"profile":{"given_name":1,"date_of_birth":"1990-02-30",
                   "address":{"city":2,"planet":3},"free":[1]}})") ==
        Texts{"/profile/given_name", "/profile/date_of_birth", "/profile/address/city"});
  CHECK(faults(R"({"profile":{"address":"Oslo"}})") == Texts{"/profile/address"});
  CHECK(faults(R"({"sensitivities":[{"code":""},{"note":"x","at":"yesterday"},3]})") ==
        Texts{"/sensitivities/0/code", "/sensitivities/1/code", "/sensitivities/1/at",
              "/sensitivities/2"});
  std::string many = R"({"code":"a"})";
  for (std::size_t i = 0; i < sensitivities_max; ++i) many += R"(,{"code":"a"})";
  CHECK(faults(R"({"sensitivities":[)" + many + "]}") == Texts{"/sensitivities"});
}

TEST_CASE("customers: a date of birth is a real date") {
  for (auto const* good : {"1990-02-28", "2000-02-29", "1900-01-01"}) {
    CHECK(faults(R"({"profile":{"date_of_birth":")" + std::string(good) + "\"}}").empty());
  }
  for (auto const* bad : {"1990-2-28", "1990-02-30", "1899-12-31", "28.02.1990", "1990-02-28T00",
                          "1990-02-28 ", "", "today"}) {
    INFO(bad);
    CHECK(faults(R"({"profile":{"date_of_birth":")" + std::string(bad) + "\"}}") ==
          Texts{"/profile/date_of_birth"});
  }
  CHECK(faults(R"({"profile":{"date_of_birth":null}})").empty());
}

TEST_CASE("customers: a language has the form of BCP 47") {
  for (auto const* good : {"en", "pt-BR", "zh-Hant-TW", "sl-rozaj-biske-1994", "de-CH-x-phonebk"}) {
    CHECK(faults(R"({"language":")" + std::string(good) + "\"}").empty());
  }
  for (auto const* bad : {"e", "en_US", "en-", "-en", "en-that-is-much-longer-than-any-tag-is",
                          "abcdefghi", "1n", "en--US", "é"}) {
    INFO(bad);
    CHECK(faults(R"({"language":")" + std::string(bad) + "\"}") == Texts{"/language"});
  }
}

// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// POST /v1/identity/resolve with whole records: each trap a test that names it.
#include <algorithm>
#include <catch2/catch.hpp>
#include <map>
#include <random>
#include <set>
#include <thread>

#include "support/seed.hpp"
#include "support/server.hpp"

using namespace throughline;
using namespace throughline::support;
using nlohmann::json;

namespace {

json email(std::string const& value) {
  return {{"type", "email"}, {"value", value}};
}
json phone(std::string const& value) {
  return {{"type", "phone"}, {"value", value}};
}
json account(std::string const& value) {
  return {{"type", "account"}, {"value", value}};
}
json named(std::string const& given, std::string const& family, std::string const& born = "",
           json const& address = {}) {
  json profile = {{"given_name", given}, {"family_name", family}};
  if (!born.empty()) profile["date_of_birth"] = born;
  if (!address.empty()) profile["address"] = address;
  return profile;
}
json const elm_street = {
    {"line1", "14 Elm Street"}, {"city", "Springfield"}, {"postal_code", "97477"}};

/// One tenant, to which records come.
struct Desk {
  Server server;
  Client client = server.client();

  json ask(json body) {
    auto const answered = client.post("/v1/identity/resolve", body.dump());
    INFO(answered.body);
    REQUIRE(answered.status == 200);
    return answered.json();
  }
  json keep(std::vector<json> const& identifiers, json const& profile) {
    return ask({{"identifiers", identifiers}, {"profile", profile}, {"create", true}});
  }
  std::string root(std::string const& customer) {
    return client.get("/v1/customers/" + customer).json().at("id");
  }
  std::size_t open_matches() {
    return client.get("/v1/identity/matches?status=open").json().at("items").size();
  }
  json undo(std::string const& merge) {
    auto const answered = client.post("/v1/merges/" + merge + "/undo", "{}");
    INFO(answered.body);
    REQUIRE(answered.status == 200);
    return answered.json();
  }
  std::size_t facts() { return client.get("/v1/changes?limit=200").json().at("items").size(); }
};

std::string id_of(json const& answer) {
  return answer.at("customer_id");
}
std::vector<std::string> against(json const& answer) {
  return answer.at("matches").at(0).at("against");
}

/// Both records are one customer, by a merge that tells its evidence.
void check_same(Desk& desk, json const& first, json const& second) {
  INFO(second.dump());
  CHECK(second.at("decision") == "matched");
  CHECK(second.at("merge_id").is_string());
  CHECK(desk.root(id_of(first)) == desk.root(id_of(second)));
  CHECK_FALSE(second.at("matches").at(0).at("evidence").empty());
}
/// They are two, whether a person is asked or not.
void check_apart(Desk& desk, json const& first, json const& second) {
  INFO(second.dump());
  CHECK(second.at("merge_id").is_null());
  CHECK(desk.root(id_of(first)) != desk.root(id_of(second)));
}

}  // namespace

TEST_CASE("recognise: trap: the same event twice changes nothing") {
  Desk desk;
  auto const profile = named("Crystal", "Minh", "1980-02-29", elm_street);
  auto const first = desk.keep({email("cminh730@email.com")}, profile);
  CHECK(first.at("decision") == "created");
  auto const facts = desk.facts();
  auto const again = desk.keep({email("cminh730@email.com")}, profile);
  CHECK(again.at("decision") == "matched");
  CHECK(again.at("merge_id").is_null());
  CHECK(id_of(again) == id_of(first));
  CHECK(desk.facts() == facts);
}

TEST_CASE("recognise: what is not compared is kept, though the record says nothing new otherwise") {
  Desk desk;
  auto profile = named("Crystal", "Minh", "1980-02-29");
  auto const first = desk.keep({email("cminh730@email.com")}, profile);
  profile["loyalty"] = "gold";
  auto const again = desk.keep({email("cminh730@email.com")}, profile);
  CHECK(again.at("merge_id").is_null());
  auto const facts = desk.facts();
  desk.keep({email("cminh730@email.com")}, profile);
  CHECK(desk.facts() == facts);
  auto const shown = desk.client.get("/v1/customers/" + id_of(first)).json();
  CHECK(shown.at("profile").at("loyalty") == "gold");
}

TEST_CASE("recognise: trap: formats, a typo in email, telephone and name, a nickname") {
  Desk desk;
  auto const first = desk.keep({email("Robert.Miller@acme.com"), phone("+14155552671")},
                               named("Robert", "Miller", "1971-06-24"));
  check_same(desk, first,
             desk.keep({email("robert.miler@acme.com")}, named("Bob", "Miller", "06/24/1971")));
  check_same(desk, first,
             desk.keep({phone("+1 (415) 555-2671")}, named("Rob", "Miler", "19710624")));
  check_same(desk, first,
             desk.keep({phone("+14155552617"), email("robert.miller@acme.com")},
                       named("MILLER", "Robert", "24-Jun-1971")));
}

TEST_CASE("recognise: trap: day and month swapped") {
  Desk desk;
  auto const first = desk.keep({email("ada@x-mail.com")}, named("Ada", "Okafor", "1985-03-07"));
  check_same(desk, first,
             desk.keep({email("ada@x-mail.com")}, named("Ada", "Okafor", "1985-07-03")));
}

TEST_CASE("recognise: trap: a family name that changed, at the same address") {
  Desk desk;
  auto const first =
      desk.keep({email("m.jones@x-mail.com")}, named("Maria", "Jones", "1990-11-02", elm_street));
  check_same(desk, first,
             desk.keep({email("m.jones@x-mail.com")},
                       named("Maria", "Castellano", "1990-11-02", elm_street)));
}

TEST_CASE("recognise: trap: Jr and Sr of one name at one address are two") {
  Desk desk;
  auto const father =
      desk.keep({phone("+14155552671")}, named("John", "Carver Sr", "", elm_street));
  auto const son = desk.keep({phone("+14155552671")}, named("John", "Carver Jr", "", elm_street));
  check_apart(desk, father, son);
}

TEST_CASE("recognise: trap: twins") {
  Desk desk;
  auto const one =
      desk.keep({phone("+14155552671")}, named("Ella", "Novak", "2001-05-05", elm_street));
  auto const other =
      desk.keep({phone("+14155552671")}, named("Mira", "Novak", "2001-05-05", elm_street));
  check_apart(desk, one, other);
}

TEST_CASE("recognise: trap: given names a letter apart on one mailbox and telephone") {
  Desk desk;
  std::vector<json> const contacts{email("smith@x-mail.com"), phone("+14155552671")};
  auto const jane = desk.keep(contacts, {{"given_name", "Jane"}});
  auto const janet = desk.keep(contacts, {{"given_name", "Janet"}});
  check_apart(desk, jane, janet);
  CHECK(janet.at("decision") == "review");
  CHECK(janet.at("match_id").is_string());
  CHECK(against(janet) == std::vector<std::string>{"given_name"});
  auto const oscar = desk.keep(contacts, {{"given_name", "Oscar"}});  // another of the family
  check_apart(desk, jane, oscar);
  CHECK(desk.open_matches() == 1);
}

TEST_CASE("recognise: trap: a walk-in with a paper form and no identifier at all") {
  Desk desk;
  auto const profile = named("Wilhelmina", "Oosterhuis", "1962-01-17", elm_street);
  auto const first = desk.keep({email("wilma@x-mail.com")}, profile);
  check_same(desk, first,
             desk.keep({}, named("Wilhelmina", "Osterhuis", "1962-01-17", elm_street)));
  auto const nameless = desk.keep({}, named("John", "Smith"));
  CHECK(nameless.at("decision") == "created");
  CHECK(id_of(desk.keep({}, named("John", "Smith"))) != id_of(nameless));
}

TEST_CASE("recognise: trap: two equal candidates are both named, and neither is joined") {
  Desk desk;
  auto const one = desk.keep({email("ann.lee@one-mail.com")}, named("Ann", "Lee", "1975-09-09"));
  auto const other = desk.keep({email("ann.lee@two-mail.com")}, named("Anne", "Li", "1975-09-19"));
  if (desk.root(id_of(one)) == desk.root(id_of(other))) return;
  auto const third = desk.keep({email("ann.lee@one-mail.com"), email("ann.lee@two-mail.com")},
                               named("Ann", "Lee"));
  INFO(third.dump());
  std::set<std::string> named_ones;
  for (auto const& match : third.at("matches")) named_ones.insert(match.at("customer_id"));
  if (third.at("decision") == "review") {
    CHECK(third.at("match_id").is_string());
    CHECK(named_ones == std::set{desk.root(id_of(one)), desk.root(id_of(other))});
    check_apart(desk, one, third);
    check_apart(desk, other, third);
  }
}

TEST_CASE("recognise: trap: the bridge record joins nobody") {
  Desk desk;
  auto const ada = desk.keep({email("ada@x-mail.com")}, named("Ada", "Okafor", "1985-03-07"));
  auto const ben = desk.keep({phone("+14155552671")}, named("Ben", "Adeyemi", "1991-12-24"));
  auto const bridge = desk.keep({email("ada@x-mail.com"), phone("+14155552671")}, named("", ""));
  check_apart(desk, ada, bridge);
  check_apart(desk, ben, bridge);
  CHECK(desk.root(id_of(ada)) != desk.root(id_of(ben)));
}

TEST_CASE("recognise: trap: a chain over a record without a date, in all orders") {
  std::vector<json> const records{named("Lena", "Marsh", "1970-01-01", elm_street),
                                  named("Lena", "Marsh", "", elm_street),
                                  named("Lena", "Marsh", "1999-08-20", elm_street)};
  std::vector<std::size_t> order{0, 1, 2};
  do {
    Desk desk;
    std::map<std::size_t, std::string> ids;
    for (auto const place : order)
      ids[place] = id_of(desk.keep({email("marsh@x-mail.com")}, records[place]));
    INFO(order[0] << order[1] << order[2]);
    CHECK(desk.root(ids[0]) != desk.root(ids[2]));
  } while (std::next_permutation(order.begin(), order.end()));
}

TEST_CASE("recognise: trap: the event that would re-merge what was parted") {
  Desk desk;
  auto const first = desk.keep({email("kim@x-mail.com")}, named("Kim", "Doe", "1980-01-01"));
  auto const profile = named("Kim", "Doe", "1980-01-10");
  auto const second = desk.keep({email("kim@x-mail.com")}, profile);
  check_same(desk, first, second);
  desk.undo(second.at("merge_id"));
  auto const replayed = desk.keep({email("kim@x-mail.com")}, profile);
  CHECK(replayed.at("merge_id").is_null());
  CHECK(desk.root(id_of(replayed)) != desk.root(id_of(first)));
  auto const original = desk.keep({email("kim@x-mail.com")}, named("Kim", "Doe", "1980-01-01"));
  CHECK(original.at("merge_id").is_null());
  CHECK(desk.root(id_of(original)) == desk.root(id_of(first)));
}

TEST_CASE("recognise: trap: an undo keeps what the record came with") {
  Desk desk;
  auto const first = desk.keep({email("kim@x-mail.com")}, named("Kim", "Doe", "1980-01-01"));
  auto const second = desk.keep({email("kim@x-mail.com"), phone("+14155552671")},
                                named("Kimberly", "Doe", "1980-01-01"));
  check_same(desk, first, second);
  desk.undo(second.at("merge_id"));
  auto const by_phone = desk.ask({{"identifiers", {phone("+14155552671")}}});
  REQUIRE(by_phone.at("decision") == "matched");
  auto const left = desk.client.get("/v1/customers/" + id_of(by_phone)).json();
  CHECK(left.at("profile").at("given_name") == "Kimberly");
  CHECK(left.at("id") != desk.root(id_of(first)));
  CHECK(left.at("identifiers").size() == 2);
}

TEST_CASE("recognise: trap: 64 threads bring one new email and the same person") {
  Server server;
  auto const key = server.make_key(Server::make_tenant_name());
  auto const body = json{
      {"identifiers", {email("new@x-mail.com")}},
      {"profile", named("Nia", "Frost", "1988-04-04")},
      {"create", true}}.dump();
  std::vector<Response> answers(64);
  std::vector<std::thread> threads;
  for (auto& answer : answers) {
    threads.emplace_back([&] {
      Client client = server.client_with(key);
      answer = client.post("/v1/identity/resolve", body);
    });
  }
  for (auto& thread : threads) thread.join();
  Client client = server.client_with(key);
  std::set<std::string> customers;
  for (auto const& answer : answers) {
    INFO(answer.body);
    REQUIRE(answer.status == 200);
    customers.insert(
        client.get("/v1/customers/" + id_of(answer.json())).json().at("id").get<std::string>());
  }
  CHECK(customers.size() == 1);
}

TEST_CASE("recognise: trap: 16 walk-ins hand in the same paper form at one instant") {
  Server server;
  auto const key = server.make_key(Server::make_tenant_name());
  auto const body =
      json{{"profile", named("Nia", "Frost", "1988-04-04", elm_street)}, {"create", true}}.dump();
  std::vector<Response> answers(16);
  std::vector<std::thread> threads;
  for (auto& answer : answers) {
    threads.emplace_back([&] {
      Client client = server.client_with(key);
      answer = client.post("/v1/identity/resolve", body);
    });
  }
  for (auto& thread : threads) thread.join();
  std::set<std::string> customers;
  for (auto const& answer : answers) {
    INFO(answer.body);
    REQUIRE(answer.status == 200);
    customers.insert(id_of(answer.json()));
  }
  CHECK(customers.size() == 1);
}

TEST_CASE("recognise: a try tells what would happen and writes nothing") {
  Desk desk;
  auto const first = desk.keep({email("ada@x-mail.com")}, named("Ada", "Okafor", "1985-03-07"));
  auto const facts = desk.facts();
  auto const tried = desk.ask({{"identifiers", {email("ada@x-mail.com")}},
                               {"profile", named("Ada", "Okafor", "1985-07-03")},
                               {"create", true},
                               {"dry_run", true}});
  CHECK(tried.at("decision") == "matched");
  CHECK(tried.at("customer_id") == id_of(first));
  CHECK(tried.at("merge_id").is_null());
  CHECK(tried.at("matches")[0].at("grade") == "certain");
  CHECK(desk.facts() == facts);
}

TEST_CASE("recognise: an answer tells fields, levels and what speaks against it, never a value") {
  Desk desk;
  desk.keep({phone("+14155552671")}, named("Ella", "Novak", "2001-05-05", elm_street));
  auto const twin = desk.ask({{"identifiers", {phone("+14155552671")}},
                              {"profile", named("Mira", "Novak", "2001-05-05", elm_street)}});
  REQUIRE_FALSE(twin.at("matches").empty());
  CHECK(against(twin) == std::vector<std::string>{"given_name"});
  std::map<std::string, std::string> levels;
  for (auto const& each : twin.at("matches")[0].at("evidence"))
    levels[each.at("field")] = each.at("level");
  CHECK(levels["given_name"] == "different");
  CHECK(levels["date_of_birth"] == "exact");
  CHECK(levels["phone"] == "exact");
  CHECK(twin.at("matches")[0].at("evidence").dump().find("Novak") == std::string::npos);
}

TEST_CASE("recognise: a full customer is put up for review") {
  Desk desk;
  auto const profile = named("Ada", "Okafor", "1985-03-07");
  auto const first = desk.keep({email("a0@x-mail.com"), account("crm:7")}, profile);
  for (int i = 1; i < 5; ++i)
    desk.keep({email("a" + std::to_string(i) + "@x-mail.com"), account("crm:7")}, profile);
  auto const sixth = desk.keep({email("a5@x-mail.com"), account("crm:7")}, profile);
  CHECK(sixth.at("decision") == "review");
  CHECK(sixth.at("match_id").is_string());
  check_apart(desk, first, sixth);
  CHECK(desk.open_matches() == 1);
}

TEST_CASE("recognise: shuffled arrivals agree, or a person is asked") {
  auto const seed = throughline::test::seed("recognise, shuffled");
  struct Sent {
    std::vector<json> identifiers;
    json profile;
  };
  std::vector<Sent> const people{
      {{email("ada.okafor@x-mail.com")}, named("Ada", "Okafor", "1985-03-07")},
      {{email("ada.okafor@x-mail.com"), phone("+14155550101")}, named("Ada", "Okafor")},
      {{phone("+14155550101")}, named("Ada", "Okafor", "1985-07-03")},
      {{email("ben@y-mail.com")}, named("Ben", "Adeyemi", "1991-12-24", elm_street)},
      {{}, named("Benjamin", "Adeyemi", "1991-12-24", elm_street)},
      {{email("info@acme.com")}, named("Carl", "Sand", "1960-10-10")},
      {{email("info@acme.com")}, named("Dora", "Weiss", "1983-02-02")},
      {{email("info@acme.com")}, named("Egon", "Blau", "1977-07-07")}};
  std::mt19937_64 random(seed);
  std::vector<std::size_t> order(people.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::optional<std::vector<bool>> first;  // whether records i and j are one
  std::size_t reviews = 0;
  for (int round = 0; round < 6; ++round) {
    Desk desk;
    std::vector<std::string> ids(people.size());
    for (auto const place : order)
      ids[place] = id_of(desk.keep(people[place].identifiers, people[place].profile));
    std::vector<bool> together;
    for (std::size_t i = 0; i < ids.size(); ++i) {
      for (std::size_t j = 0; j < i; ++j)
        together.push_back(desk.root(ids[i]) == desk.root(ids[j]));
    }
    reviews += desk.open_matches();
    if (!first) first = together;
    if (together != *first) CHECK(reviews > 0);
    std::shuffle(order.begin(), order.end(), random);
  }
}

TEST_CASE("recognise: thirty versions of one person fit into one customer") {
  Desk desk;
  json first;
  for (int i = 0; i < 30; ++i) {
    auto profile = named("Ada", "Okafor", "1985-03-07");
    profile["address"] = {{"line1", std::to_string(i + 1) + " Elm Street"}};
    auto const kept = desk.keep({email("ada@x-mail.com"), account("crm:7")}, profile);
    if (i == 0) first = kept;
    INFO(i << ": " << kept.dump());
    REQUIRE(desk.root(id_of(kept)) == desk.root(id_of(first)));
  }
  CHECK(desk.client.get("/v1/customers/" + id_of(first)).json().at("identifiers").size() == 2);
}

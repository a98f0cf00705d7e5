// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// The retail customers of the tau2 benchmark (synthetic, MIT) with their orders, brought in as a
// shop would do it: a PUT for each customer, the orders as events in batches, all of it twice.
#include <atomic>
#include <catch2/catch.hpp>
#include <fstream>
#include <set>
#include <thread>

#include "support/server.hpp"
#include "support/shared_data.hpp"

using namespace throughline;
using namespace throughline::support;
using nlohmann::json;

namespace {

constexpr std::size_t batch_size = 250;  // events a request, well below the limit of a body
constexpr Timestamp first_order = test_now - std::chrono::hours(24 * 40);

json read_shop() {
  std::ifstream file(test::shared_data("tau2/data__tau2__domains__retail__db.json"));
  return json::parse(file);
}

std::string name_of(json const& user) {
  json const& name = user.at("name");
  return name.at("first_name").get<std::string>() + " " + name.at("last_name").get<std::string>();
}

std::string target_of(json const& user) {
  return "/v1/customers/by/account/retail:" + user.at("user_id").get<std::string>();
}

json customer_of(json const& user) {
  json const& home = user.at("address");
  json const address = {{"line1", home.at("address1")},  {"line2", home.at("address2")},
                        {"city", home.at("city")},       {"region", home.at("state")},
                        {"postal_code", home.at("zip")}, {"country", home.at("country")}};
  return {{"display_name", name_of(user)},
          {"identifiers", {{{"type", "email"}, {"value", user.at("email")}}}},
          {"profile",
           {{"given_name", user.at("name").at("first_name")},
            {"family_name", user.at("name").at("last_name")},
            {"address", address},
            {"payment_methods", user.at("payment_methods")}}}};
}

/// The data has no times: one order an hour, in the order of their numbers.
json event_of(json const& order, std::size_t place) {
  json items = json::array();
  double total = 0;
  for (json const& item : order.at("items")) {
    items.push_back(item.at("name"));
    total += item.at("price").get<double>();
  }
  json const account = {{"type", "account"},
                        {"value", "retail:" + order.at("user_id").get<std::string>()}};
  return {{"identifiers", {account}},
          {"type", "order_placed"},
          {"channel", "web"},
          {"at", format_rfc3339(first_order + std::chrono::minutes(55) * place)},
          {"external_id", {{"system", "retail"}, {"id", order.at("order_id")}}},
          {"attributes",
           {{"order", order.at("order_id")},
            {"status", order.at("status")},
            {"items", items},
            {"total", total}}}};
}

/// The answers to one PUT a customer, in the order of the data, from a few connections.
std::vector<Response> put_all(Server& server, std::string const& key, json const& users) {
  std::vector<json const*> list;
  for (json const& user : users) list.push_back(&user);
  std::vector<Response> answers(list.size());
  std::atomic<std::size_t> next{0};
  std::vector<std::thread> importers;
  for (int i = 0; i < 8; ++i) {
    importers.emplace_back([&] {
      Client client = server.client_with(key);
      for (std::size_t at = next++; at < list.size(); at = next++) {
        answers[at] = client.put(target_of(*list[at]), customer_of(*list[at]).dump());
      }
    });
  }
  for (auto& importer : importers) importer.join();
  return answers;
}

struct Counts {
  std::size_t created = 0, repeated = 0, failed = 0;
};

Counts send_orders(Client& client, json const& orders) {
  Counts counts;
  json batch = json::array();
  std::size_t place = 0;
  for (auto const& [number, order] : orders.items()) {
    batch.push_back(event_of(order, place));
    ++place;
    if (batch.size() < batch_size && place < orders.size()) continue;
    auto const answered = client.post("/v1/events", json{{"events", batch}}.dump());
    INFO(answered.body.substr(0, 500));
    REQUIRE(answered.status == 200);
    json const result = answered.json();
    counts.created += result.at("created").get<std::size_t>();
    counts.repeated += result.at("repeated").get<std::size_t>();
    counts.failed += result.at("failed").get<std::size_t>();
    batch.clear();
  }
  return counts;
}

/// Order numbers on a customer's timeline, newest first.
std::vector<std::string> orders_shown(Client& client, std::string const& customer) {
  std::vector<std::string> numbers;
  auto const page =
      client.get("/v1/customers/" + customer + "/timeline?kind=event&limit=200").json();
  for (json const& entry : page.at("items")) {
    numbers.push_back(entry.at("event").at("attributes").at("order"));
  }
  return numbers;
}

}  // namespace

TEST_CASE("replay tau2: 500 customers and their 1,000 orders, brought in twice") {
  json const shop = read_shop();
  json const& users = shop.at("users");
  json const& orders = shop.at("orders");
  REQUIRE(users.size() == 500);
  REQUIRE(orders.size() == 1000);
  Server server;
  auto const key = server.make_key(Server::make_tenant_name());
  Client client = server.client_with(key);

  auto const made = put_all(server, key, users);
  for (Response const& answer : made) {
    INFO(answer.body);
    REQUIRE(answer.status == 201);
    CHECK(answer.json().at("conflicts").empty());
  }
  auto const first = send_orders(client, orders);
  CHECK(first.created == 1000);
  CHECK(first.failed == 0);

  auto const again = put_all(server, key, users);
  for (std::size_t i = 0; i < again.size(); ++i) {
    REQUIRE(again[i].status == 200);
    CHECK(again[i].json() == made[i].json());
  }
  auto const second = send_orders(client, orders);
  CHECK(second.repeated == 1000);
  CHECK(second.created == 0);

  // Nobody became somebody else, and each has their own orders, although 121 share a name.
  std::set<std::string> people;
  std::set<std::string> names;
  std::size_t shown = 0;
  std::size_t place = 0;
  for (json const& user : users) {
    std::string const id = made[place++].json().at("id");
    people.insert(id);
    names.insert(name_of(user));
    auto const numbers = orders_shown(client, id);
    json const& expected = user.at("orders");
    CHECK(std::multiset<std::string>(numbers.begin(), numbers.end()) ==
          std::multiset<std::string>(expected.begin(), expected.end()));
    shown += numbers.size();
  }
  CHECK(people.size() == 500);
  CHECK(names.size() == 379);
  CHECK(shown == 1000);
}

TEST_CASE("replay tau2: who calls is known by email, with what the shop knows of them") {
  json const shop = read_shop();
  Server server;
  Client client = server.client();
  json own = json::object();
  for (auto const* user_id : {"harper_johansson_2663", "ava_nguyen_6646", "ava_nguyen_2175"}) {
    json const& user = shop.at("users").at(user_id);
    REQUIRE(client.put(target_of(user), customer_of(user).dump()).status == 201);
    for (json const& number : user.at("orders")) {
      own[number.get<std::string>()] = shop.at("orders").at(number.get<std::string>());
    }
  }
  REQUIRE(send_orders(client, own).created == own.size());

  auto const call = client.post("/v1/interactions?include=context", R"({
      "channel":"voice","direction":"inbound","agent":{"kind":"bot","id":"voice-1"},
      "intent":"order_status","identifiers":[
        {"type":"phone","value":"(303) 555-0123","region":"US","assurance":"channel"},
        {"type":"email","value":"Harper.Johansson4006@example.com"}]})");
  INFO(call.body);
  REQUIRE(call.status == 201);
  CHECK(call.json().at("created") == false);
  CHECK(call.json().at("match").at("decision") == "matched");

  auto const by_phone = client.get("/v1/context?phone=+13035550123");
  REQUIRE(by_phone.status == 200);
  json const context = by_phone.json();
  CHECK(call.json().at("context") == context);
  json const& customer = context.at("customer");
  CHECK(customer.at("display_name") == "Harper Johansson");
  CHECK(customer.at("profile").at("address").at("city") == "Denver");
  CHECK(customer.at("profile").at("address").at("postal_code") == "80281");
  CHECK(customer.at("profile").at("payment_methods").size() == 1);
  std::set<std::string> values;
  for (json const& identifier : customer.at("identifiers")) values.insert(identifier.at("value"));
  CHECK(values == std::set<std::string>{"harper.johansson4006@example.com",
                                        "retail:HARPER_JOHANSSON_2663", "+13035550123"});
  REQUIRE(context.at("live").size() == 1);
  CHECK(context.at("live")[0].at("channel") == "voice");
  CHECK(context.at("live")[0].at("intent") == "order_status");
  CHECK(context.at("live")[0].at("agent").at("id") == "voice-1");
  CHECK(orders_shown(client, customer.at("id")).size() == 9);

  json const ava = client.get("/v1/context?email=ava.nguyen2868@example.com").json();
  json const namesake = client.get("/v1/context?account=retail:ava_nguyen_2175").json();
  CHECK(ava.at("customer").at("display_name") == namesake.at("customer").at("display_name"));
  CHECK(ava.at("customer").at("id") != namesake.at("customer").at("id"));
  CHECK(ava.at("customer").at("profile").at("address").at("city") == "San Francisco");
  CHECK(namesake.at("customer").at("profile").at("address").at("city") == "Austin");
  CHECK(orders_shown(client, ava.at("customer").at("id")).size() == 6);
  CHECK(orders_shown(client, namesake.at("customer").at("id")).size() == 3);
}

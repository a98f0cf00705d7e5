// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// POST, DELETE /v1/customers/{id}/identifiers… and POST /v1/identity/resolve over HTTP.
#include <catch2/catch.hpp>
#include <set>
#include <thread>

#include "support/server.hpp"

using namespace throughline;
using namespace throughline::support;
using nlohmann::json;
using namespace std::string_literals;

namespace {

using Pointers = std::vector<std::string>;

constexpr auto unknown_path = "/v1/customers/00000000-0000-7000-8000-000000000000";
constexpr auto resolve_path = "/v1/identity/resolve";

Pointers pointers(Response const& response) {
  REQUIRE(response.status == 422);
  Pointers found;
  json const problem = response.json();
  for (auto const& error : problem.at("errors")) found.push_back(error.at("pointer"));
  return found;
}

std::string put(Client& client, std::string const& number, std::string const& body = "{}") {
  return client.put("/v1/customers/by/account/shop:" + number, body).json().at("id");
}
std::string path_of(std::string const& customer) {
  return "/v1/customers/" + customer;
}

json resolve(Client& client, json const& body) {
  auto const answered = client.post(resolve_path, body.dump());
  INFO(answered.body);
  REQUIRE(answered.status == 200);
  return answered.json();
}
json by(std::string const& type, std::string const& value,
        std::string const& assurance = "claimed") {
  return {{"type", type}, {"value", value}, {"assurance", assurance}};
}
json asking(std::vector<json> const& identifiers) {
  return {{"identifiers", identifiers}};
}
json with(json body, std::string const& field, json const& value) {
  body[field] = value;
  return body;
}

}  // namespace

TEST_CASE("identity api: attach, confirm, detach") {
  Server server;
  Client client = server.client();
  auto const jane = put(client, "1");
  auto const path = path_of(jane) + "/identifiers";
  auto const attached = client.post(path, by("email", "Jane@X.com").dump());
  REQUIRE(attached.status == 201);
  CHECK(attached.json().at("id") == jane);
  CHECK(attached.json().at("version") == 2);
  CHECK(attached.json().at("identifiers")[1].at("value") == "jane@x.com");
  CHECK(attached.header("etag") == client.get(path_of(jane)).header("etag"));

  auto const again = client.post(path, by("email", "jane@x.com", "authenticated").dump());
  CHECK(again.status == 200);
  CHECK(again.json().at("identifiers")[1].at("assurance") == "authenticated");
  auto const lower = client.post(path, by("email", "jane@x.com").dump());
  CHECK(lower.status == 200);
  CHECK(lower.json() == again.json());

  auto const detached = client.del(path + "/email/JANE%40x.com");
  REQUIRE(detached.status == 200);
  CHECK(detached.json().at("identifiers").size() == 1);
  CHECK(client.get("/v1/context?email=jane@x.com").status == 404);
  CHECK(client.del(path + "/email/jane%40x.com").status == 404);
  CHECK(client.post(path, by("email", "jane@x.com").dump()).status == 201);
}

TEST_CASE("identity api: what an identifier answers follows at once") {
  Server server;
  Client client = server.client();
  auto const jane =
      put(client, "1", R"({"identifiers":[{"type":"phone","value":"+14155552671"}]})");
  auto const john = put(client, "2");
  auto const context = [&client] { return client.get("/v1/context?phone=+14155552671"); };
  auto const home = with(by("phone", "+14155552671"), "shared", true).dump();
  CHECK(context().json().at("customer").at("id") == jane);
  CHECK(client.post(path_of(john) + "/identifiers", home).status == 201);
  CHECK(context().status == 409);
  CHECK(context().json().at("candidates").size() == 2);
  CHECK(client.del(path_of(jane) + "/identifiers/phone/+14155552671").status == 200);
  CHECK(context().json().at("customer").at("id") == john);
  CHECK(client.del(path_of(john) + "/identifiers/phone/(415)%20555-2671?region=US").status == 200);
  CHECK(context().status == 404);
}

TEST_CASE("identity api: another's identifier is refused, naming them") {
  Server server;
  Client client = server.client();
  auto const jane = put(client, "1", R"({"display_name":"Jane"})");
  auto const john = put(client, "2");
  auto const refused = client.post(path_of(john) + "/identifiers", by("account", "shop:1").dump());
  REQUIRE(refused.status == 409);
  CHECK(refused.json().at("type").get<std::string>().ends_with("conflict"));
  CHECK(refused.json().at("candidates") ==
        json::array({{{"id", jane}, {"display_name", "Jane"}, {"grade", "probable"}}}));
  CHECK(client.get(path_of(john)).json().at("version") == 1);
}

TEST_CASE("identity api: a customer holds so many and no more") {
  Server server;
  Client client = server.client();
  auto const jane = put(client, "0");
  auto const path = path_of(jane) + "/identifiers";
  for (int i = 1; i < 50; ++i) {
    auto const number = "shop-" + std::to_string(i) + ":1";  // a system each: no class is full
    REQUIRE(client.post(path, by("account", number).dump()).status == 201);
  }
  auto const refused = client.post(path, by("email", "jane@x.com").dump());
  CHECK(refused.status == 409);
  CHECK(client.put("/v1/customers/by/account/shop:0", asking({by("email", "j@x.com")}).dump())
            .status == 409);
  auto const call = client.post(
      "/v1/interactions",
      with(with(asking({by("account", "shop-3:1"), by("email", "j@x.com")}), "channel", "chat"),
           "direction", "inbound")
          .dump());
  CHECK(call.status == 201);
  CHECK(call.json().at("customer").at("id") == jane);
  CHECK(client.get(path_of(jane)).json().at("identifiers").size() == 50);
}

TEST_CASE("identity api: bad requests about identifiers name what is wrong") {
  Server server;
  Client client = server.client();
  auto const jane = put(client, "1");
  auto const path = path_of(jane) + "/identifiers";
  CHECK(pointers(client.post(path, "{}")) == Pointers{"/type", "/value"});
  CHECK(pointers(client.post(path, R"({"type":"email","value":"x","shared":1,"note":"x"})")) ==
        Pointers{"/value", "/shared", "/note"});
  CHECK(pointers(client.post(path, R"({"type":"phone","value":"1","region":"XX"})")) ==
        Pointers{"/region"});
  CHECK(pointers(client.post(path, R"({"type":"email","value":"a\u0000@x.com"})")) ==
        Pointers{"/value"});
  CHECK(pointers(client.post(path, by("email", std::string(2000, 'x')).dump())) ==
        Pointers{"/value"});
  CHECK(client.post(path, "nonsense").status == 400);
  CHECK(client.post(path, "{}", {{"Content-Type", "text/plain"}}).status == 415);
  CHECK(client.post(path, std::string(2 << 20, ' ')).status == 413);
  CHECK(client.post(unknown_path + "/identifiers"s, by("email", "a@x.com").dump()).status == 404);
  CHECK(client.post("/v1/customers/jane/identifiers", by("email", "a@x.com").dump()).status == 404);
  CHECK(client.del(unknown_path + "/identifiers/email/a%40x.com"s).status == 404);
  CHECK(pointers(client.del(path + "/fax/1")) == Pointers{"{type}"});
  CHECK(pointers(client.del(path + "/email/x")) == Pointers{"{value}"});
  CHECK(pointers(client.del(path + "/phone/1?region=XX")) == Pointers{"?region"});
  CHECK(client.get("/v1/context?email=a@x.com").status == 404);
}

TEST_CASE("identity api: resolve reads and says on what evidence") {
  Server server;
  Client client = server.client();
  auto const jane = put(client, "1", R"({"display_name":"Jane",
      "identifiers":[{"type":"email","value":"jane@x.com","assurance":"authenticated"}]})");
  auto const john = put(client, "2");
  json const none = resolve(client, asking({by("email", "nobody@x.com")}));
  CHECK(none.at("decision") == "none");
  CHECK(none.at("customer_id").is_null());
  CHECK(none.at("matches").empty());
  CHECK(none.at("dry_run") == false);

  json const found =
      resolve(client, asking({by("email", "JANE@x.com", "channel"), by("email", "nobody@x.com")}));
  CHECK(found.at("decision") == "matched");
  CHECK(found.at("customer_id") == jane);
  REQUIRE(found.at("matches").size() == 1);
  json const match = found.at("matches")[0];
  CHECK(match.at("grade") == "certain");
  CHECK(match.at("score") == 1.0);
  CHECK(match.at("display_name") == "Jane");
  REQUIRE(match.at("evidence").size() == 1);
  CHECK(match.at("evidence")[0].at("field") == "email");
  CHECK(match.at("evidence")[0].at("level") == "exact");
  REQUIRE(match.at("identifiers").size() == 1);
  CHECK(match.at("identifiers")[0].at("value") == "jane@x.com");
  CHECK(match.at("identifiers")[0].at("assurance") == "authenticated");
  CHECK(match.at("identifiers")[0].at("exact") == true);

  json const conflict = resolve(client, asking({by("account", "shop:1"), by("account", "shop:2")}));
  CHECK(conflict.at("decision") == "conflict");
  CHECK(conflict.at("customer_id").is_null());
  CHECK(conflict.at("matches").size() == 2);
  CHECK(conflict.at("matches")[0].at("grade") == "probable");

  client.post(path_of(john) + "/identifiers",
              with(by("email", "jane@x.com"), "shared", true).dump());
  json const review = resolve(client, asking({by("email", "jane@x.com", "authenticated")}));
  CHECK(review.at("decision") == "review");
  CHECK(review.at("matches").size() == 2);
  CHECK(review.at("matches")[0].at("grade") == "possible");
  CHECK(review.at("matches")[0].at("score") == 0.5);
}

TEST_CASE("identity api: resolve with create never answers nobody") {
  Server server;
  Client client = server.client();
  auto const body =
      with(with(asking({by("email", "jane@x.com"), by("phone", "+14155552671")}), "create", true),
           "profile", {{"given_name", "Jane"}});
  json const made = resolve(client, body);
  CHECK(made.at("decision") == "created");
  std::string const jane = made.at("customer_id");
  json const shown = client.get(path_of(jane)).json();
  CHECK(shown.at("profile").at("given_name") == "Jane");
  CHECK(shown.at("identifiers").size() == 2);

  json const again =
      resolve(client, with(body, "profile", {{"given_name", "Jane"}, {"family_name", "Roe"}}));
  CHECK(again.at("decision") == "matched");
  // Both parts are as old as the other, by this clock: either may be the root.
  CHECK(again.at("customer_id") == client.get(path_of(jane)).json().at("id"));
  CHECK(again.at("merge_id").is_string());
  CHECK(client.get(path_of(jane)).json().at("profile").at("family_name") == "Roe");

  put(client, "2");
  json const doubt = resolve(
      client, with(asking({by("email", "jane@x.com"), by("account", "shop:2")}), "create", true));
  CHECK(doubt.at("decision") == "conflict");
  REQUIRE(doubt.at("customer_id").is_string());
  CHECK(doubt.at("customer_id") != jane);
  CHECK(doubt.at("matches").size() == 2);
  CHECK(client.get(path_of(doubt.at("customer_id"))).json().at("identifiers").empty());
}

TEST_CASE("identity api: a try says what would happen and writes nothing") {
  Server server;
  Client client = server.client();
  auto const jane = put(client, "1");
  auto const trying = [&](std::vector<json> const& identifiers) {
    return resolve(client, with(with(asking(identifiers), "create", true), "dry_run", true));
  };
  json const created = trying({by("email", "new@x.com")});
  CHECK(created.at("decision") == "created");
  CHECK(created.at("customer_id").is_null());
  CHECK(created.at("dry_run") == true);
  json const matched = trying({by("account", "shop:1"), by("email", "new@x.com")});
  CHECK(matched.at("decision") == "matched");
  CHECK(matched.at("customer_id") == jane);
  put(client, "2");
  json const doubt = trying({by("account", "shop:1"), by("account", "shop:2")});
  CHECK(doubt.at("decision") == "conflict");
  CHECK(doubt.at("customer_id").is_null());
  CHECK(resolve(client, asking({by("email", "new@x.com")})).at("decision") == "none");
  CHECK(client.get(path_of(jane)).json().at("version") == 1);
}

TEST_CASE("identity api: bad questions name what is wrong") {
  Server server;
  Client client = server.client();
  auto const ask = [&client](std::string const& body) {
    return pointers(client.post(resolve_path, body));
  };
  CHECK(ask("{}") == Pointers{"/identifiers"});
  CHECK(ask(R"({"identifiers":[]})") == Pointers{"/identifiers"});
  CHECK(ask(R"({"identifiers":[{"type":"email","value":"a@x.com"}],"create":"yes","x":1})") ==
        Pointers{"/create", "/x"});
  CHECK(ask(R"({"profile":{}})") == Pointers{"/identifiers"});
  CHECK(ask(R"({"identifiers":[{"type":"email","value":"a@x.com"}],
                "profile":{"given_name":1}})") == Pointers{"/profile/given_name"});
  json many = asking({});
  for (int i = 0; i < 21; ++i) many["identifiers"].push_back(by("account", "shop:1"));
  CHECK(ask(many.dump()) == Pointers{"/identifiers"});
  CHECK(client.post(resolve_path, "").status == 400);
  CHECK(client.post(resolve_path, "{}", {{"Content-Type", "text/plain"}}).status == 415);
}

TEST_CASE("identity api: a repeated write answers as the first") {
  Server server;
  Client client = server.client();
  auto const jane = put(client, "1");
  auto const path = path_of(jane) + "/identifiers";
  Headers const first{{"Idempotency-Key", "attach"}};
  auto const body = by("email", "jane@x.com").dump();
  CHECK(client.post(path, body, first).status == 201);
  CHECK(client.post(path, body, first).status == 201);
  Headers const second{{"Idempotency-Key", "detach"}};
  CHECK(client.del(path + "/email/jane%40x.com", second).status == 200);
  CHECK(client.del(path + "/email/jane%40x.com", second).status == 200);
  auto const late = client.post(path, body, first);
  CHECK(late.status == 201);
  CHECK(late.json().at("identifiers").size() == 1);

  Headers const question{{"Idempotency-Key", "resolve"}};
  auto const asked = with(asking({by("email", "new@x.com")}), "create", true).dump();
  json const made = client.post(resolve_path, asked, question).json();
  json const repeated = client.post(resolve_path, asked, question).json();
  CHECK(made.at("decision") == "created");
  CHECK(repeated == made);

  Headers const refused{{"Idempotency-Key", "refused"}};
  auto const john = put(client, "2");
  auto const taken = by("account", "shop:1").dump();
  CHECK(client.post(path_of(john) + "/identifiers", taken, refused).status == 409);
  CHECK(client.post(path_of(john) + "/identifiers", taken, refused).status == 409);
}

TEST_CASE("identity api: no key, the wrong scope, the wrong tenant") {
  Server server;
  auto const tenant = Server::make_tenant_name();
  Client client = server.client_with(server.make_key(tenant));
  auto const jane = put(client, "1", R"({"display_name":"Jane"})");
  auto const path = path_of(jane) + "/identifiers";
  auto const body = by("email", "jane@x.com").dump();
  auto const question = asking({by("account", "shop:1")});
  Client nobody = server.client_with("");
  Client customers = server.client_with(server.make_key(tenant, "customers:write,customers:read"));
  Client identity = server.client_with(server.make_key(tenant, "identity:write"));
  Client stranger = server.client();
  for (auto const& [other, status] :
       {std::pair<Client*, int>{&nobody, 401}, std::pair<Client*, int>{&customers, 403}}) {
    CHECK(other->post(path, body).status == status);
    CHECK(other->del(path + "/account/shop:1").status == status);
    CHECK(other->post(resolve_path, question.dump()).status == status);
  }
  CHECK(identity.post(path, body).status == 201);
  CHECK(identity.del(path + "/email/jane%40x.com").status == 200);
  CHECK(resolve(identity, question).at("customer_id") == jane);

  CHECK(stranger.post(path, body).status == 404);
  CHECK(stranger.del(path + "/account/shop:1").status == 404);
  CHECK(resolve(stranger, question).at("decision") == "none");
  CHECK(resolve(stranger, with(question, "create", true)).at("customer_id") != jane);
  CHECK(client.get(path_of(jane)).json().at("version") == 4);
}

TEST_CASE("identity api: 64 clients starting with the same new phone make one customer") {
  Server server;
  auto const key = server.make_key(Server::make_tenant_name());
  auto const body = with(with(asking({by("phone", "+14155552671", "channel")}), "channel", "voice"),
                         "direction", "inbound")
                        .dump();
  std::vector<Response> answers(64);
  std::vector<std::thread> callers;
  for (auto& answer : answers) {
    callers.emplace_back([&] {
      Client caller = server.client_with(key);
      do {
        answer = caller.post("/v1/interactions", body);
      } while (answer.status == 503);
    });
  }
  for (auto& caller : callers) caller.join();
  std::set<std::string> customers;
  int created = 0;
  for (auto const& answer : answers) {
    REQUIRE(answer.status == 201);
    customers.insert(answer.json().at("customer").at("id"));
    created += answer.json().at("created").get<bool>() ? 1 : 0;
  }
  CHECK(customers.size() == 1);
  CHECK(created == 1);
}

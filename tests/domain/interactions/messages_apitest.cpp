// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include <map>
#include <thread>

#include "support/answers.hpp"
#include "support/server.hpp"

namespace throughline::interactions {
namespace {

using namespace throughline::support;

constexpr char const* nobody = "018f2d5e-0000-7000-8000-000000000001";

Json line(std::string const& text, std::string const& role = "customer") {
  return {{"role", role}, {"text", text}};
}

struct Fixture {
  Server server;
  std::string tenant = Server::make_tenant_name();
  Client client = server.client_with(server.make_key(tenant, "all", "US"));
  std::string call = start();
  std::string messages = "/v1/interactions/" + call + "/messages";

  std::string start() {
    Json const body{{"channel", "chat"}, {"direction", "inbound"}};
    return id_of(body_of(client.post("/v1/interactions", body.dump()), 201).at("interaction"));
  }
  Response add(Json const& lines, Headers const& headers = {}) {
    return client.post(messages, Json{{"messages", lines}}.dump(), headers);
  }
};

TEST_CASE("messages api: a transcript is written and read", "[messages]") {
  Fixture test;
  Json const agent{{"kind", "bot"}, {"id", "chat-1"}};
  auto answer = line("Returns within 90 days.", "agent");
  answer["sources"] = {{{"id", "kb-17"}, {"version", "3"}}, {{"id", "kb-18"}}};
  auto question = line("I got the wrong size 😕");
  question["sentiment"] = -0.5;
  Json const body{{"messages", {question, answer}}, {"agent", agent}};
  auto const added = body_of(test.client.post(test.messages, body.dump()), 201).at("messages");
  REQUIRE(added.size() == 2);
  CHECK(added.at(0).at("seq") == 1);
  CHECK(added.at(1).at("seq") == 2);
  CHECK(added.at(1).at("repeated") == false);

  auto const lines = items_of(test.client, test.messages + "?", 1);
  REQUIRE(lines.size() == 2);
  CHECK(lines[0].at("id") == added.at(0).at("id"));
  CHECK(lines[0].at("text") == "I got the wrong size 😕");
  CHECK(lines[0].at("sentiment") == -0.5);
  CHECK(lines[0].at("agent").is_null());
  CHECK(lines[1].at("agent") == agent);
  CHECK(lines[1].at("sources").at(0) == Json{{"id", "kb-17"}, {"version", "3"}});
  CHECK(lines[1].at("sources").at(1).at("version").is_null());
  CHECK(lines[1].at("at") == format_rfc3339(test_now));
  auto const shown = body_of(test.client.get("/v1/interactions/" + test.call), 200);
  CHECK(shown.at("agent") == agent);
  CHECK(shown.at("message_count") == 2);
}

TEST_CASE("messages api: repeats are written once", "[messages]") {
  Fixture test;
  auto const again = repeated([&](Headers const& headers) {
    return test.add({line("one"), line("two")}, headers);
  });
  CHECK(body_of(again, 201).at("messages").at(1).at("seq") == 2);
  auto known = line("three");
  known["external_id"] = {{"system", "pbx"}, {"id", "3"}};
  auto const within = body_of(test.add({known, known, line("four")}), 201).at("messages");
  CHECK(within.at(0).at("id") == within.at(1).at("id"));
  CHECK(within.at(1).at("repeated") == true);
  CHECK(within.at(1).at("seq") == 3);
  CHECK(within.at(2).at("seq") == 4);
  auto const later = body_of(test.add(Json::array({known})), 200).at("messages");
  CHECK(later.at(0).at("id") == within.at(0).at("id"));
  CHECK(items_of(test.client, test.messages + "?", 50).size() == 4);
}

TEST_CASE("messages api: every bad field is named and nothing half-written", "[messages]") {
  Fixture test;
  CHECK(told(test.client.post(test.messages, "{}")) == "422 invalid /messages");
  CHECK(told(test.add(Json::array())) == "422 invalid /messages");
  CHECK(told(test.add(Json::array({1}))) == "422 invalid /messages/0");
  auto bad = line("", "robot");
  bad["sentiment"] = -2;
  bad["sources"] = {{{"version", "3"}}};
  bad["mood"] = 1;
  CHECK(told(test.add({line("good"), bad})) ==
        "422 invalid /messages/1/role /messages/1/text /messages/1/sentiment "
        "/messages/1/sources/0/id /messages/1/mood");
  auto early = line("early");
  early["at"] = "2026-11-22T08:00:00Z";
  CHECK(told(test.add({line("good"), early})) == "422 invalid /messages/1/at");
  CHECK(told(test.add(Json(101, line("x")))) == "422 invalid /messages");
  CHECK(told(test.add(Json::array({line(std::string(16385, 'x'))}))) ==
        "422 invalid /messages/0/text");
  CHECK(items_of(test.client, test.messages + "?", 50).empty());
  CHECK(told(test.client.get(test.messages + "?cursor=x")) == "422 invalid ?cursor");
}

TEST_CASE("messages api: scopes and strangers", "[messages]") {
  Fixture test;
  auto past = line("on Tuesday");
  past["at"] = "2026-11-17T08:00:00Z";
  CHECK(test.add(Json::array({past})).status == 201);
  auto writer = test.server.client_with(test.server.make_key(test.tenant, "interactions:write"));
  CHECK(told(writer.post(test.messages, Json{{"messages", Json::array({past})}}.dump())) ==
        "403 forbidden");
  CHECK(told(writer.get(test.messages)) == "403 forbidden");
  std::string const unknown = std::string("/v1/interactions/") + nobody + "/messages";
  CHECK(told(test.client.get(unknown)) == "404 not_found");
  CHECK(told(test.client.post(unknown, Json{{"messages", Json::array({past})}}.dump())) ==
        "404 not_found");
}

TEST_CASE("messages api: concurrent writers keep their order and leave no gaps", "[messages]") {
  Fixture test;
  constexpr int writers = 16;
  constexpr int each = 10;
  auto const key = test.server.make_key(test.tenant);
  std::vector<std::thread> threads;
  for (int w = 0; w < writers; ++w) {
    threads.emplace_back([&, w] {
      auto client = test.server.client_with(key);
      for (int i = 0; i < each; i += 2) {
        auto const body = Json{{"messages",
                                {line(std::to_string(w) + "/" + std::to_string(i)),
                                 line(std::to_string(w) + "/" + std::to_string(i + 1))}}};
        client.post(test.messages, body.dump());
      }
    });
  }
  for (auto& thread : threads) thread.join();
  auto const lines = items_of(test.client, test.messages + "?", 60);
  REQUIRE(lines.size() == writers * each);
  std::map<std::string, int> next;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    CHECK(lines[i].at("seq") == i + 1);
    auto const text = lines[i].at("text").get<std::string>();
    auto const writer = text.substr(0, text.find('/'));
    CHECK(text == writer + "/" + std::to_string(next[writer]++));
  }
}

}  // namespace
}  // namespace throughline::interactions

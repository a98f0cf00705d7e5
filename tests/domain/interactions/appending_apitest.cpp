// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// Group commit of real writes: many clients at once, on few and on many customers, of two tenants.
#include <latch>
#include <set>
#include <thread>

#include "support/answers.hpp"
#include "support/server.hpp"

namespace throughline::interactions {
namespace {

using namespace throughline::support;

constexpr int clients = 64;
constexpr int rounds = 5;

struct Company {
  std::string key;
  std::vector<std::string> calls;
  std::vector<std::string> cases;
};

std::string start(Client& client, std::string const& phone) {
  Json const body{{"channel", "voice"},
                  {"direction", "inbound"},
                  {"identifiers", {{{"type", "phone"}, {"value", phone}}}}};
  return id_of(body_of(client.post("/v1/interactions", body.dump()), 201).at("interaction"));
}

Company make_company(Server& server, int customers) {
  Company company{server.make_key(Server::make_tenant_name()), {}, {}};
  auto client = server.client_with(company.key);
  for (int i = 0; i < customers; ++i) {
    company.calls.push_back(start(client, "+1977625266" + std::to_string(i)));
    Json const open{{"interaction_id", company.calls.back()}, {"subject", "Wrong size"}};
    company.cases.push_back(id_of(body_of(client.post("/v1/cases", open.dump()), 201)));
  }
  return company;
}

Json line(std::string const& text) {
  return {{"messages", {{{"role", "customer"}, {"text", text}}}}};
}

TEST_CASE("appending api: 64 clients on six customers of two tenants lose and mix up nothing",
          "[messages]") {
  Server server({.database = nullptr, .redis_url = {}, .routes = {}, .configure = [](auto& config) {
                   config.limits.in_flight_per_key = 1000;
                 }});
  std::vector<Company> companies{make_company(server, 3), make_company(server, 3)};
  std::latch all(clients);
  std::atomic<int> refused{0};
  std::vector<std::thread> threads;
  for (int c = 0; c < clients; ++c) {
    threads.emplace_back([&, c] {
      auto const& company = companies[c % 2];
      auto const& call = company.calls[c / 2 % 3];
      auto const& of_case = company.cases[c / 2 % 3];
      auto client = server.client_with(company.key);
      all.arrive_and_wait();
      for (int n = 0; n < rounds; ++n) {
        auto const text = std::to_string(c) + "." + std::to_string(n);
        Headers const key{{"Idempotency-Key", text}};
        auto const said =
            client.post("/v1/interactions/" + call + "/messages", line(text).dump(), key);
        Json const note{{"kind", "note"}, {"text", text}};
        auto const noted = client.post("/v1/cases/" + of_case + "/notes", note.dump());
        auto const again =
            client.post("/v1/interactions/" + call + "/messages", line(text).dump(), key);
        if (said.status != 201 || noted.status != 201 || again.body != said.body) ++refused;
      }
    });
  }
  for (auto& thread : threads) thread.join();
  CHECK(refused == 0);
  std::set<std::string> texts;
  for (auto const& company : companies) {
    auto client = server.client_with(company.key);
    for (std::size_t i = 0; i < company.calls.size(); ++i) {
      auto const lines =
          items_of(client, "/v1/interactions/" + company.calls[i] + "/messages?", 200);
      for (std::size_t n = 0; n < lines.size(); ++n) {
        CHECK(lines[n].at("seq") == n + 1);
        texts.insert(lines[n].at("text").get<std::string>());
      }
      auto const notes = items_of(client, "/v1/cases/" + company.cases[i] + "/notes?", 200);
      CHECK(notes.size() == lines.size());
    }
  }
  CHECK(texts.size() == clients * rounds);
}

TEST_CASE("appending api: lines sent ahead on one connection keep their order", "[messages]") {
  Server server;
  auto const key = server.make_key(Server::make_tenant_name());
  auto client = server.client_with(key);
  auto const call = start(client, "+19776252661");
  auto const target = "/v1/interactions/" + call + "/messages";
  std::string all;
  for (int i = 0; i < 30; ++i) {
    auto const body = line(std::to_string(i)).dump();
    all += "POST " + target + " HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer " + key +
           "\r\nContent-Type: application/json\r\nContent-Length: " + std::to_string(body.size()) +
           "\r\n\r\n" + body;
  }
  auto raw = server.client_with(key);
  raw.send(all);
  for (int i = 0; i < 30; ++i) {
    auto const answer = raw.receive("POST");
    REQUIRE(answer.status == 201);
    CHECK(answer.json().at("messages")[0].at("seq") == i + 1);
  }
  auto const lines = items_of(client, target + "?", 200);
  REQUIRE(lines.size() == 30);
  for (int i = 0; i < 30; ++i) CHECK(lines[i].at("text") == std::to_string(i));
}

}  // namespace
}  // namespace throughline::interactions

// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// More than a server can do, and a database that is not there: clear answers, at once, and all well
// again afterwards.
#include <catch2/catch.hpp>
#include <thread>

#include "platform/http/key_lookups.hpp"
#include "support/server.hpp"
#include "support/stage.hpp"

namespace throughline::http {

using std::chrono::milliseconds;
using std::chrono::steady_clock;
using support::Stage;

namespace {

std::string const unknown_key = "tl_" + std::string(43, 'A');

support::ServerOptions with_routes(Stage& stage, std::function<void(config::Config&)> configure) {
  support::ServerOptions options;
  options.routes = routes_for_tests(stage);
  options.configure = std::move(configure);
  return options;
}

milliseconds since(steady_clock::time_point start) {
  return std::chrono::duration_cast<milliseconds>(steady_clock::now() - start);
}

std::string ask(std::string const& path, std::string const& key) {
  return "GET " + path + " HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer " + key + "\r\n\r\n";
}

bool shows(support::Client& metrics, std::string const& line) {
  return metrics.get("/metrics").body.find("\n" + line + "\n") != std::string::npos;
}

support::Client metrics_client(support::Server const& server) {
  support::Client client(server.metrics_port());
  client.recorded = false;
  return client;
}

}  // namespace

TEST_CASE("A full queue turns requests away at once, and says when to come back") {
  Stage stage;
  support::Server server(with_routes(stage, [](config::Config& config) {
    config.workers = 1;
    config.limits.queued_requests = 2;
  }));
  auto const key = server.make_key(support::Server::make_tenant_name());
  auto client = server.client_with(key);
  CHECK(client.get("/v1/slow").status == 200);
  stage.sleep_ms = 400;
  std::vector<support::Client> clients;
  for (int i = 0; i < 3; ++i) {  // one on the worker, two in the queue
    clients.push_back(server.client_with(key));
    clients.back().send(ask("/v1/slow", key));
    std::this_thread::sleep_for(milliseconds(30));
  }
  auto const start = steady_clock::now();
  auto const turned_away = client.get("/v1/slow");
  CHECK(turned_away.status == 503);
  CHECK(turned_away.json()["type"] == "urn:throughline:problem:unavailable");
  auto const wait = std::stoi(turned_away.header("retry-after"));
  CHECK(wait >= 1);
  CHECK(wait <= 3);
  CHECK(since(start) < milliseconds(200));
  CHECK(client.get("/healthz").status == 200);
  for (auto& waiting : clients) CHECK(waiting.receive().status == 200);
  auto metrics = metrics_client(server);
  CHECK(shows(metrics, "throughline_requests_shed_total{reason=\"queue_full\"} 1"));
}

TEST_CASE("What the cache has is answered whatever else waits") {
  Stage stage;
  stage.make_root({"a"});
  support::Server server(with_routes(stage, [](config::Config& config) {
    config.workers = 1;
    config.limits.queued_requests = 1;
    config.limits.in_flight_per_key = 2;
  }));
  auto const key = server.make_key(support::Server::make_tenant_name());
  auto client = server.client_with(key);
  CHECK(client.get("/v1/documents?name=a").status == 200);
  CHECK(client.get("/v1/slow").status == 200);
  stage.sleep_ms = 400;
  std::vector<support::Client> clients;
  for (int i = 0; i < 2; ++i) {  // one on the worker, one in the queue: all places of the key
    clients.push_back(server.client_with(key));
    clients.back().send(ask("/v1/slow", key));
    std::this_thread::sleep_for(milliseconds(30));
  }
  CHECK(client.get("/v1/things/a").status == 503);
  for (int i = 0; i < 20; ++i) CHECK(client.get("/v1/documents?name=a").status == 200);
  CHECK(client.get("/v1/documents?name=customer:b").status == 429);  // not in the cache
  for (auto& waiting : clients) CHECK(waiting.receive().status == 200);
}

TEST_CASE("Who waits too long for a worker is told so before one is free") {
  Stage stage;
  support::Server server(with_routes(stage, [](config::Config& config) {
    config.workers = 1;
    config.limits.queue_timeout = milliseconds(100);
  }));
  auto const key = server.make_key(support::Server::make_tenant_name());
  auto client = server.client_with(key);
  CHECK(client.get("/v1/slow").status == 200);
  stage.sleep_ms = 800;
  auto slow = server.client_with(key);
  slow.send(ask("/v1/slow", key));
  std::this_thread::sleep_for(milliseconds(50));
  auto const start = steady_clock::now();
  auto const late = client.get("/v1/slow");
  CHECK(late.status == 503);
  CHECK(late.has("retry-after"));
  CHECK(since(start) < milliseconds(600));
  CHECK(slow.receive().status == 200);
  CHECK(client.get("/v1/things/a").status == 200);
}

TEST_CASE("A key that has its share in flight is told so; others are served") {
  Stage stage;
  support::Server server(
      with_routes(stage, [](config::Config& config) { config.limits.in_flight_per_key = 2; }));
  auto const key = server.make_key(support::Server::make_tenant_name());
  auto other = server.client();
  auto client = server.client_with(key);
  CHECK(client.get("/v1/slow").status == 200);
  CHECK(other.get("/v1/slow").status == 200);
  stage.sleep_ms = 300;
  std::vector<support::Client> clients;
  for (int i = 0; i < 2; ++i) {
    clients.push_back(server.client_with(key));
    clients.back().send(ask("/v1/slow", key));
  }
  std::this_thread::sleep_for(milliseconds(100));
  auto const turned_away = client.get("/v1/things/a");
  CHECK(turned_away.status == 429);
  CHECK(turned_away.has("retry-after"));
  CHECK(other.get("/v1/things/a").status == 200);
  for (auto& waiting : clients) CHECK(waiting.receive().status == 200);
  // Its places are free again the moment it has its answers.
  for (int i = 0; i < 50; ++i) REQUIRE(client.get("/v1/things/a").status == 200);
  auto metrics = metrics_client(server);
  CHECK(shows(metrics, "throughline_requests_shed_total{reason=\"key_in_flight\"} 1"));
}

TEST_CASE("A flood of invented keys does not take the workers") {
  Stage stage;
  support::Server server(with_routes(stage, [](config::Config& config) { config.workers = 1; }));
  auto const key = server.make_key(support::Server::make_tenant_name());
  auto client = server.client_with(key);
  CHECK(client.get("/v1/slow").status == 200);
  stage.sleep_ms = 400;
  auto slow = server.client_with(key);
  slow.send(ask("/v1/slow", key));
  std::this_thread::sleep_for(milliseconds(30));
  std::vector<support::Client> strangers;
  for (std::size_t i = 0; i < key_lookups_max; ++i) {
    auto const invented = unknown_key + std::to_string(i);
    for (int twice = 0; twice < 2; ++twice) {  // the second joins the first
      strangers.push_back(server.client_with(invented));
      strangers.back().send(ask("/v1/things/a", invented));
    }
  }
  std::this_thread::sleep_for(milliseconds(30));
  auto const start = steady_clock::now();
  CHECK(server.client_with(unknown_key).get("/v1/things/a").status == 503);
  CHECK(since(start) < milliseconds(200));
  CHECK(slow.receive().status == 200);
  CHECK(client.get("/v1/things/a").status == 200);
  for (auto& stranger : strangers) CHECK(stranger.receive().status == 401);
  CHECK(server.client_with(unknown_key).get("/v1/things/a").status == 401);
  auto metrics = metrics_client(server);
  CHECK(shows(metrics, "throughline_requests_shed_total{reason=\"key_lookups\"} 1"));
}

TEST_CASE("Requests that come together with a new key are all let in") {
  Stage stage;
  support::Server server(with_routes(stage, [](config::Config&) {}));
  auto const key = server.make_key(support::Server::make_tenant_name());
  std::vector<support::Client> clients;
  for (int i = 0; i < 60; ++i) {
    clients.push_back(server.client_with(key));
    clients.back().send(ask("/v1/things/a", key));
  }
  for (auto& client : clients) CHECK(client.receive().status == 200);
}

TEST_CASE("Stopping answers every request that was accepted") {
  Stage stage;
  support::Server server(with_routes(stage, [](config::Config& config) { config.workers = 2; }));
  auto const key = server.make_key(support::Server::make_tenant_name());
  auto client = server.client_with(key);
  CHECK(client.get("/v1/slow").status == 200);
  stage.sleep_ms = 200;
  std::vector<support::Client> clients;
  for (int i = 0; i < 10; ++i) {
    clients.push_back(server.client_with(key));
    clients.back().send(ask("/v1/slow", key) + ask("/v1/things/a", key));
  }
  std::this_thread::sleep_for(milliseconds(50));
  server.stop();
  for (auto& waiting : clients) {
    CHECK(waiting.receive().status == 200);
    auto const last = waiting.receive();
    CHECK(last.status == 200);
    CHECK(last.header("connection") == "close");
  }
  CHECK_THROWS(server.client_with(key).get("/healthz"));
}

TEST_CASE("Connections that PostgreSQL ends are replaced") {
  Stage stage;
  support::Database database(support::Database::Kind::fresh);
  auto options = with_routes(stage, [](config::Config&) {});
  options.database = &database;
  support::Server server(std::move(options));
  auto client = server.client();
  CHECK(client.post("/v1/things", "{}").status == 201);
  for (int round = 0; round < 3; ++round) {
    database.end_connections();
    int status = 0;
    auto const start = steady_clock::now();
    do {
      status = client.post("/v1/things", "{}").status;
      CHECK((status == 201 || status == 503));
    } while (status != 201 && since(start) < milliseconds(5000));
    CHECK(status == 201);
  }
}

TEST_CASE("Without PostgreSQL requests are answered 503 until it is back") {
  Stage stage;
  support::Database database(support::Database::Kind::fresh);
  auto options = with_routes(stage, [](config::Config&) {});
  options.database = &database;
  support::Server server(std::move(options));
  auto client = server.client();
  CHECK(client.get("/v1/things/a").status == 200);
  CHECK(client.get("/readyz").status == 200);

  database.forbid_connections();
  auto const lost = client.get("/v1/things/a");
  CHECK(lost.status == 503);
  CHECK(lost.has("retry-after"));
  auto const start = steady_clock::now();
  while (client.get("/readyz").status != 503) REQUIRE(since(start) < milliseconds(6000));
  CHECK(client.get("/readyz").json()["problems"][0] == "PostgreSQL is away");
  CHECK(client.get("/healthz").status == 200);
  CHECK(server.client_with(unknown_key).get("/v1/things/a").status == 503);

  database.allow_connections();
  auto const again = steady_clock::now();
  while (client.get("/v1/things/a").status != 200) REQUIRE(since(again) < milliseconds(6000));
  while (client.get("/readyz").status != 200) REQUIRE(since(again) < milliseconds(8000));
}

TEST_CASE("A server whose PostgreSQL is not there starts, and says so") {
  Stage stage;
  auto options = with_routes(stage, [](config::Config& config) {
    config.database_url = "postgresql://nobody@127.0.0.1:1/nothing";
  });
  options.wait_until_fresh = false;
  support::Server server(std::move(options));
  auto client = server.client_with(unknown_key);
  CHECK(client.get("/healthz").status == 200);
  CHECK(client.get("/readyz").status == 503);
  CHECK(client.get("/v1/things/a").status == 503);
}

}  // namespace throughline::http

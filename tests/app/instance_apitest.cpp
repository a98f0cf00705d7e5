// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <functional>
#include <nlohmann/json.hpp>
#include <thread>

#include "app/instance.hpp"
#include "support/server.hpp"
#include "support/stage.hpp"
#include "throughline/platform/auth.hpp"
#include "throughline/platform/postgres_session.hpp"

namespace throughline::app {

using support::Server;
using support::Stage;

namespace {

support::ServerOptions with_routes(Stage& stage) {
  support::ServerOptions options;
  options.routes = routes_for_tests(stage);
  return options;
}

bool soon(std::function<bool()> const& reached) {
  for (int i = 0; i < 1000; ++i) {
    if (reached()) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  return false;
}

std::string read_file(std::string const& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace

TEST_CASE("An instance says that it lives, whether it is ready, and what it serves") {
  Server server;
  auto client = server.client_with("");
  CHECK(client.get("/healthz").json()["status"] == "alive");
  auto const ready = client.get("/readyz");
  CHECK(ready.status == 200);
  CHECK(ready.json() ==
        nlohmann::json({{"status", "ready"},
                        {"problems", nlohmann::json::array()},
                        {"degraded", nlohmann::json::array()},
                        {"cache", {{"form", "memory"}, {"trusted", true}}},
                        {"feed", {{"horizon_age_seconds", 0.0}}}}));
  auto const document = client.get("/openapi.json");
  CHECK(document.status == 200);
  CHECK(document.json()["openapi"] == "3.1.0");
  CHECK(client.head("/openapi.json").header("content-length") ==
        std::to_string(document.body.size()));
  CHECK(client.get("/healthz?x=1").status == 422);
}

TEST_CASE("Readiness tells for how long a transaction has kept the feed from going on") {
  Server server;
  auto client = server.client_with("");
  auto const said = [&] { return client.get("/readyz").json(); };
  auto const age = [&] { return said()["feed"]["horizon_age_seconds"].get<double>(); };
  postgres::PoolOptions options;
  options.url = server.database().url();
  options.idle_in_transaction_timeout = std::chrono::seconds(60);
  postgres::Session writer(options, std::chrono::seconds(60));
  writer.exec("begin");
  writer.exec("select pg_current_xact_id()");
  auto const grows = [&] {
    server.clock().advance(std::chrono::seconds(10));
    return age() >= 10;
  };
  REQUIRE(soon(grows));
  CHECK(said()["status"] == "ready");
  CHECK(said()["degraded"].dump().find("feed stands still") != std::string::npos);
  CHECK(said()["cache"]["trusted"] == true);
  writer.exec("rollback");
  CHECK(soon([&] { return age() == 0; }));
  CHECK(said()["degraded"].empty());
}

TEST_CASE("Two instances live in one process, each with its own") {
  Stage one_stage;
  Stage two_stage;
  auto one = std::make_unique<Server>(with_routes(one_stage));
  support::Database another(support::Database::Kind::fresh);
  auto options = with_routes(two_stage);
  options.database = &another;
  Server two(std::move(options));
  auto client = two.client();
  CHECK(one->client().post("/v1/things", "{}").status == 201);
  CHECK(client.post("/v1/things", "{}").status == 201);
  CHECK(one_stage.performed == 1);
  CHECK(two_stage.performed == 1);
  one->stop();
  CHECK(client.get("/v1/things/a").status == 200);
}

TEST_CASE("Metrics are on a listener of their own") {
  Stage stage;
  Server server(with_routes(stage));
  auto client = server.client();
  CHECK(client.get("/v1/things/a").status == 200);
  CHECK(client.get("/metrics").status == 404);
  support::Client metrics(server.metrics_port());
  metrics.recorded = false;
  auto const page = metrics.get("/metrics");
  CHECK(page.status == 200);
  CHECK(page.header("content-type").starts_with("text/plain; version=0.0.4"));
  for (auto const* line :
       {"throughline_http_request_seconds_count{route=\"/v1/things/{id}\",server=\"api\","
        "status=\"2xx\"} 1",
        "throughline_http_connections{server=\"api\"} 1", "throughline_work_queue_depth 0",
        "throughline_cached_reads_total{from=\"cache\"} 0"}) {
    CHECK(page.body.find("\n" + std::string(line) + "\n") != std::string::npos);
  }
  CHECK(metrics.get("/healthz").status == 404);
}

TEST_CASE("The access log tells each request and no secret of it") {
  auto const path = std::filesystem::temp_directory_path() /
                    ("throughline-" + to_string(make_uuid7(SystemClock().now())) + ".log");
  Stage stage;
  std::string key;
  {
    auto options = with_routes(stage);
    options.configure = [&](config::Config& config) { config.log_path = path.string(); };
    Server server(std::move(options));
    key = server.make_key(Server::make_tenant_name());
    auto client = server.client_with(key);
    CHECK(client.get("/v1/things/crystal?q=%2B46701234567", {{"X-Request-Id", "r-1"}}).status ==
          200);
    CHECK(client.get("/v1/things/crystal?q=1&q=2&crystal=1").status == 422);
    CHECK(client.post("/v1/things", R"("crystal")").status == 201);
    CHECK(client.get("/v1/crystal").status == 404);
  }
  auto const log = read_file(path.string());
  std::filesystem::remove(path);
  CHECK(log.find("crystal") == std::string::npos);
  CHECK(log.find("46701234567") == std::string::npos);
  CHECK(log.find(key) == std::string::npos);
  auto const at = log.find("\"request_id\":\"r-1\"");
  REQUIRE(at != std::string::npos);
  auto const begin = log.rfind('\n', at) + 1;
  auto const line = nlohmann::json::parse(log.substr(begin, log.find('\n', at) - begin));
  CHECK(line["event"] == "request");
  CHECK(line["route"] == "/v1/things/{id}");
  CHECK(line["method"] == "GET");
  CHECK(line["status"] == 200);
  CHECK(line["bytes"] > 100);
  CHECK(line["duration_ms"] > 0.0);
  CHECK(line["tenant"] > 0);
  CHECK(parse_uuid(line["key"].get<std::string>()));
}

TEST_CASE("An instance can be made and dropped without serving") {
  support::Database database;
  support::ManualClock const clock(support::test_now);
  config::Config config;
  config.database_url = database.url();
  config.log_path = "";
  Instance instance(config, clock, [](auto&) { return std::vector<http::Route>{}; });
  CHECK(instance.metrics_port() == 0);
}

TEST_CASE("A key that is revoked opens nothing a second later") {
  Stage stage;
  Server server(with_routes(stage));
  auto const tenant = Server::make_tenant_name();
  auto client = server.client_with(server.make_key(tenant));
  CHECK(client.get("/v1/things/a").status == 200);
  auto& owner = server.database().owner_pool();
  for (auto const& key : auth::list_keys(owner)) {
    if (key.tenant == tenant) CHECK(auth::revoke_key(owner, key.id, server.clock().now()));
  }
  std::this_thread::sleep_for(std::chrono::milliseconds(1000));
  CHECK(client.get("/v1/things/a").status == 401);
}

}  // namespace throughline::app

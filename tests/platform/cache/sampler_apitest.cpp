// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// The sampler against an instance that shows what it should not, and whole instances against it.
#include <catch2/catch.hpp>
#include <thread>

#include "platform/cache/standing.hpp"
#include "platform/cache/store.hpp"
#include "support/database.hpp"
#include "support/server.hpp"
#include "support/stage.hpp"
#include "throughline/platform/http_api.hpp"
#include "throughline/platform/http_server.hpp"

using namespace throughline;
using namespace std::chrono_literals;

namespace {

/// As the metrics listener of an instance that would show version 4 of everybody.
struct ShowsFour {
  SystemClock clock;
  log::Logger log{""};
  metrics::Registry metrics;
  http::Server server{{"test", "127.0.0.1:0", 1, false, {}}, clock, log, metrics};

  ShowsFour() {
    http::Direct const four{[](http::Request const&) { return http::Reply::json("4"); }};
    server.start(http::serve_direct({{http::Method::get, "/cached/{tenant}/{root}", Scope::none,
                                      {}, four}}));
  }
};

bool soon(std::function<bool()> const& reached) {
  auto const end = std::chrono::steady_clock::now() + 10s;
  while (!reached()) {
    if (std::chrono::steady_clock::now() > end) return false;
    std::this_thread::sleep_for(20ms);
  }
  return true;
}

bool says(metrics::Registry& metrics, std::string const& line) {
  return metrics.render().find("\n" + line + "\n") != std::string::npos;
}

}  // namespace

TEST_CASE("The sampler counts an instance that shows less than was answered") {
  support::Database database(support::Database::Kind::fresh);
  ShowsFour instance;
  postgres::PoolOptions options;
  options.url = database.url();
  options.role = postgres::service_role;
  postgres::Session session(options, 60s);
  cache::store::announce(session, make_uuid7(support::test_now),
                         "127.0.0.1:" + std::to_string(instance.server.port()), 60s);
  log::Logger log("");
  metrics::Registry metrics;
  auto const standing = cache::make_standing({}, metrics);
  cache::Sampler const sampler(options, standing, log, metrics);
  auto const root = CustomerId::make(support::test_now);
  auto const answered = [&](std::int64_t version) {
    std::vector<postgres::Touched> const roots{{TenantId{1}, root, version}};
    standing->note_answered(roots);
  };
  answered(4);
  REQUIRE(soon([&] { return says(metrics, "throughline_sampled_reads_total 1"); }));
  CHECK(says(metrics, "throughline_stale_reads_total 0"));
  answered(5);
  REQUIRE(soon([&] { return says(metrics, "throughline_sampled_reads_total 2"); }));
  CHECK(soon([&] { return says(metrics, "throughline_stale_reads_total 1"); }));
}

TEST_CASE("Instances are asked by their own address and show nothing stale") {
  support::Stage stage;
  stage.make_root({"phone:+46701234567"});
  support::ServerOptions options;
  options.routes = routes_for_tests(stage);
  support::Server server(std::move(options));
  auto client = server.client();
  support::Client metrics(server.metrics_port());
  metrics.recorded = false;
  auto const sampled = [&] {
    client.post("/v1/documents/phone:+46701234567", "{}");
    client.get("/v1/documents?name=phone:+46701234567");
    return metrics.get("/metrics").body.find("\nthroughline_sampled_reads_total 0\n") ==
           std::string::npos;
  };
  CHECK(soon(sampled));
  CHECK(metrics.get("/metrics").body.find("\nthroughline_stale_reads_total 0\n") !=
        std::string::npos);
  CHECK(metrics.get("/cached/x/y").status == 404);
}

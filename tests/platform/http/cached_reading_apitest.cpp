// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// Reads that the cache may answer, in both its forms: what was written is what is read.
#include <atomic>
#include <catch2/catch.hpp>
#include <thread>

#include "support/redis_server.hpp"
#include "support/server.hpp"
#include "support/stage.hpp"

namespace throughline::http {

using std::chrono::milliseconds;
using support::Server;
using support::Stage;

namespace {

/// A server over each form of the cache.
struct Forms {
  std::optional<support::RedisServer> redis;
  Stage stage;
  std::unique_ptr<Server> server;

  explicit Forms(bool with_redis) {
    if (with_redis) redis.emplace();
    server = make();
  }
  std::unique_ptr<Server> make() {
    support::ServerOptions options;
    options.routes = routes_for_tests(stage);
    if (redis) options.redis_url = redis->url();
    return std::make_unique<Server>(std::move(options));
  }
};

std::string document(std::string const& name) {
  return "/v1/documents?name=" + name;
}

int version(support::Response const& response) {
  return response.json()["version"].get<int>();
}

}  // namespace

TEST_CASE("A document is assembled once and then served from the cache") {
  Forms forms(GENERATE(false, true));
  auto const root = forms.stage.make_root({"phone:+46701234567"});
  auto client = forms.server->client();
  auto const first = client.get(document("phone:+46701234567"));
  REQUIRE(first.status == 200);
  CHECK(first.json()["root"] == root.str());
  CHECK(first.header("cache-control") == "private, no-cache");
  CHECK_FALSE(first.has("content-location"));
  for (int i = 0; i < 5; ++i) {
    auto const again = client.get(document("phone:+46701234567"));
    CHECK(again.body == first.body);
    CHECK(again.header("etag") == first.header("etag"));
  }
  CHECK(forms.stage.resolved == 1);
  CHECK(forms.stage.assembled == 1);
  auto const held =
      client.get(document("phone:+46701234567"), {{"If-None-Match", first.header("etag")}});
  CHECK(held.status == 304);
  CHECK(held.header("etag") == first.header("etag"));
  auto const head = client.head(document("phone:+46701234567"));
  CHECK(head.header("content-length") == std::to_string(first.body.size()));
}

TEST_CASE("A write is seen by the next read, on every thread and instance") {
  bool const with_redis = GENERATE(false, true);
  Forms forms(with_redis);
  forms.stage.make_root({"a"});
  auto const key = forms.server->make_key(Server::make_tenant_name());
  auto const other = with_redis ? forms.make() : nullptr;
  std::vector<support::Client> clients;
  for (int i = 0; i < 6; ++i) clients.push_back(forms.server->client_with(key));
  for (int i = 0; other && i < 6; ++i) clients.push_back(other->client_with(key));
  for (int round = 0; round < 40; ++round) {
    auto const raised = version(
        clients[static_cast<std::size_t>(round) % clients.size()].post("/v1/documents/a", ""));
    for (auto& client : clients) REQUIRE(version(client.get(document("a"))) == raised);
  }
}

TEST_CASE("Readers and writers at once: no read is older than a write answered before it") {
  bool const with_redis = GENERATE(false, true);
  Forms forms(with_redis);
  forms.stage.make_root({"a"});
  auto const key = forms.server->make_key(Server::make_tenant_name());
  std::atomic<int> answered = 1;
  std::atomic<bool> over = false;
  std::atomic<int> stale = 0;
  std::atomic<int> failed = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      auto client = forms.server->client_with(key);
      while (!over) {
        int const least = answered;
        auto const response = client.get(document("a"));
        if (response.status != 200) {
          ++failed;
        } else if (version(response) < least) {
          ++stale;
        }
      }
    });
  }
  auto writer = forms.server->client_with(key);
  for (int i = 0; i < 200; ++i) {
    auto const response = writer.post("/v1/documents/a", "");
    if (response.status == 200) answered = version(response);
  }
  over = true;
  for (auto& thread : threads) thread.join();
  CHECK(stale == 0);
  CHECK(failed == 0);
}

TEST_CASE("Reads of one root that arrive together share a statement") {
  Forms forms(GENERATE(false, true));
  forms.stage.make_root({"a"});
  auto const key = forms.server->make_key(Server::make_tenant_name());
  auto warm = forms.server->client_with(key);
  CHECK(warm.get(document("a")).status == 200);
  CHECK(warm.post("/v1/documents/a", "").status == 200);  // the hint stays, the document goes
  forms.stage.assembled = 0;
  forms.stage.sleep_ms = 100;
  std::vector<support::Client> clients;
  for (int i = 0; i < 20; ++i) {
    clients.push_back(forms.server->client_with(key));
    clients.back().send("GET " + document("a") + " HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer " +
                        key + "\r\n\r\n");
  }
  for (auto& client : clients) CHECK(version(client.receive()) == 2);
  // Those who came while the statement ran wait for the next one, or take the entry it left.
  CHECK(forms.stage.assembled <= 2);
}

TEST_CASE("A name that leads elsewhere now is not answered by its old document") {
  Forms forms(GENERATE(false, true));
  forms.stage.make_root({"a"});
  auto const other = forms.stage.make_root({"b"});
  auto client = forms.server->client();
  CHECK(client.get(document("a")).status == 200);
  CHECK(client.get(document("b")).status == 200);
  // As a move does: both roots are raised, and told to the cache.
  forms.stage.lead("a", other);
  CHECK(client.post("/v1/documents/a", "").status == 200);
  auto const moved = client.get(document("a"));
  CHECK(moved.json()["root"] == other.str());
  CHECK(client.get(document("nobody")).status == 404);
}

TEST_CASE("A merged customer answers under the root, and says where") {
  Forms forms(GENERATE(false, true));
  auto const merged = CustomerId::make(support::test_now);
  auto const root = forms.stage.make_root({"customer:" + merged.str()});
  auto client = forms.server->client();
  for (int i = 0; i < 2; ++i) {  // from PostgreSQL, from the cache
    auto const response = client.get(document("customer:" + merged.str()));
    CHECK(response.status == 200);
    CHECK(response.header("content-location") == document("customer:" + root.str()));
  }
  CHECK_FALSE(client.get(document("customer:" + root.str())).has("content-location"));
}

TEST_CASE("A case is answered from the cache by the word of its part") {
  Forms forms(GENERATE(false, true));
  auto const part = CustomerId::make(support::test_now);
  auto const root = forms.stage.make_root({"customer:" + part.str()});
  forms.stage.lead("case:1", root, part);
  auto client = forms.server->client();
  CHECK(client.get(document("case:1")).json()["root"] == root.str());
  auto const assembled = forms.stage.assembled.load();
  CHECK(client.get(document("case:1")).json()["root"] == root.str());
  CHECK(forms.stage.assembled == assembled);
  CHECK(forms.stage.resolved == 1);

  // Its part goes to another root: an undo.
  auto const alone = forms.stage.make_root({});
  forms.stage.lead("customer:" + part.str(), alone);
  forms.stage.lead("case:1", alone, part);
  CHECK(client.post("/v1/documents/customer:" + root.str(), "").status == 200);
  CHECK(client.get(document("case:1")).json()["root"] == alone.str());
}

TEST_CASE("A root that is none any more sends its readers to look again") {
  Forms forms(GENERATE(false, true));
  auto const gone = forms.stage.make_root({"a"});
  auto client = forms.server->client();
  CHECK(client.get(document("a")).status == 200);
  auto const survivor = forms.stage.make_root({});
  CHECK(client.post("/v1/documents/a", "").status == 200);  // drops the entry, keeps the hint
  forms.stage.merge(gone, survivor);
  auto const response = client.get(document("a"));
  CHECK(response.status == 200);
  CHECK(response.json()["root"] == survivor.str());
}

TEST_CASE("Tenants share no document") {
  Forms forms(GENERATE(false, true));
  forms.stage.make_root({"a"});
  auto one = forms.server->client();
  auto two = forms.server->client();
  CHECK(one.get(document("a")).status == 200);
  CHECK(two.get(document("a")).status == 200);
  CHECK(forms.stage.resolved == 2);
  CHECK(forms.stage.assembled == 2);
}

TEST_CASE("A target that is known by heart still asks who wants it") {
  Forms forms(GENERATE(false, true));
  forms.stage.make_root({"a"});
  auto const tenant = Server::make_tenant_name();
  auto client = forms.server->client_with(forms.server->make_key(tenant));
  for (int i = 0; i < 20; ++i) REQUIRE(client.get(document("a")).status == 200);
  auto const lacking = forms.server->make_key(tenant, "cases:read");
  for (int i = 0; i < 8; ++i) {  // whichever I/O thread has seen it
    CHECK(forms.server->client_with(lacking).get(document("a")).status == 403);
    CHECK(forms.server->client_with("tl_none").get(document("a")).status == 401);
    CHECK(forms.server->client_with("").get(document("a")).status == 401);
    auto known = forms.server->client_with(forms.server->make_key(tenant));
    CHECK(known.post("/v1/documents", "{}").status == 405);
    CHECK(known.get(document("a") + "&name=b").status == 422);
  }
}

TEST_CASE("Redis away is no caller's error") {
  Forms forms(true);
  forms.stage.make_root({"a"});
  auto client = forms.server->client();
  CHECK(client.get(document("a")).status == 200);
  bool const paused = GENERATE(false, true);
  paused ? forms.redis->pause() : forms.redis->kill();
  for (int i = 0; i < 5; ++i) {
    auto const raised = client.post("/v1/documents/a", "");
    REQUIRE(raised.status == 200);
    auto const read = client.get(document("a"));
    REQUIRE(read.status == 200);
    CHECK(version(read) == version(raised));
  }
  for (int i = 0; client.get("/readyz").json()["degraded"].empty(); ++i) {
    REQUIRE(i < 300);
    std::this_thread::sleep_for(milliseconds(20));
  }
  CHECK(client.get("/readyz").status == 200);
  paused ? forms.redis->resume() : forms.redis->start();
  forms.server->wait_until_fresh();
  auto const raised = client.post("/v1/documents/a", "");
  CHECK(version(client.get(document("a"))) == version(raised));
}

}  // namespace throughline::http

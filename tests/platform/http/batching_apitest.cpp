// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// Group commit over HTTP: what shares a transaction, and what each request gets for its own.
#include <atomic>
#include <latch>
#include <mutex>
#include <nlohmann/json.hpp>
#include <set>
#include <thread>

#include "support/answers.hpp"
#include "support/relay.hpp"
#include "support/server.hpp"
#include "throughline/platform/http_batch.hpp"

namespace throughline::http {
namespace {

using namespace throughline::support;
using postgres::LockRank;
using postgres::Tx;

/// POST /v1/lines/{id}: by its body "fine", "invalid", "conflict", "fault" (which can't be blamed
/// on one of a batch), "moved" (until it was asked thrice) or "hold" (waits for `go`).
struct Lines {
  explicit Lines(bool for_one_actor = false) : one_actor(for_one_actor) {}

  bool const one_actor;
  std::atomic<int> prepared{0};
  std::atomic<int> moved{0};
  std::atomic<std::size_t> widest{0};  // most items of one tenant at once
  std::atomic<bool> mixed{false};      // two keys were in one batch
  std::atomic<bool> strangers{false};  // an item was run under another tenant's setting
  std::latch holding{1};
  std::latch go{1};
  std::mutex mutex;
  std::vector<std::string> done;  // texts, in order; guarded by mutex

  std::vector<Route> routes() {
    return {{Method::post,
             "/v1/lines/{id}",
             Scope::cases_write,
             {},
             batched({[this](Call const& call) { return prepare(call); },
                      [this](Tx& tx, std::span<BatchItem> items) { return perform(tx, items); },
                      [](Tx&, Call const&, Receipt const& receipt) {
                        return Reply::json(receipt.refs, receipt.status);
                      },
                      one_actor})}};
  }

 private:
  std::shared_ptr<void const> prepare(Call const& call) {
    ++prepared;
    if (call.body().starts_with(R"("malformed)")) throw Error({FieldError{"/a", "Give one."}});
    return std::make_shared<std::string const>(call.body());
  }

  std::function<void()> perform(Tx& tx, std::span<BatchItem> items) {
    auto const lock =
        tx.ask_lock(LockRank::customers, "select current_setting($1)", {"throughline.tenant"});
    return [this, &tx, items, lock] {
      widest = std::max<std::size_t>(widest, items.size());
      auto const tenant = lock.rows()[0][0].text();
      for (auto& item : items) {
        if (item.actor().key != items.front().actor().key) mixed = true;
        if (tenant != std::to_string(item.actor().tenant.value)) strangers = true;
        if (item.is_open()) decide(tx, item);
      }
    };
  }

  void decide(Tx& tx, BatchItem& item) {
    auto const& text = item.asked<std::string>();
    if (text == R"("invalid")") return item.fail(Error({FieldError{"/a", "Give another."}}));
    if (text == R"("conflict")") return item.fail(Error(Code::conflict, "It is taken."));
    if (text == R"("fault")") tx.exec("select * from nowhere");
    if (text == R"("moved")" && ++moved < 3) return item.postpone();
    if (text == R"("hold")") {
      holding.count_down();
      go.wait();
    }
    std::lock_guard const lock(mutex);
    done.push_back(text);
    auto const body = nlohmann::json{{"n", done.size()}}.dump();
    item.succeed({201, body}, Reply::json(body, 201));
  }
};

struct World {
  explicit World(bool one_actor = false) : lines(one_actor) {}

  Lines lines;
  Server server{
      {.redis_url = {}, .routes = lines.routes(), .configure = [](config::Config& config) {
         config.limits.batch_lanes = 1;
         config.limits.in_flight_per_key = 1000;
       }}};
  Client client = server.client();

  Response send(Client& by, std::string const& text, Headers const& headers = {}) {
    return by.post("/v1/lines/1", '"' + text + '"', headers);
  }
  Response send(std::string const& text, Headers const& headers = {}) {
    return send(client, text, headers);
  }
  /// While the only lane is held up, `bodies` queue up, under three keys of two tenants in turn;
  /// their statuses in that order.
  std::vector<int> together(std::vector<std::string> const& bodies) {
    auto holder = server.client();
    std::thread held([&] { send(holder, "hold"); });
    lines.holding.wait();
    std::vector<int> statuses(bodies.size());
    std::vector<std::thread> threads;
    auto const before = lines.prepared.load();
    auto const tenant = Server::make_tenant_name();
    std::vector<std::string> const keys{server.make_key(tenant), server.make_key(tenant),
                                        server.make_key(Server::make_tenant_name())};
    for (std::size_t i = 0; i < bodies.size(); ++i) {
      threads.emplace_back([&, i] {
        auto one = server.client_with(keys[i % 3]);
        statuses[i] = send(one, bodies[i]).status;
      });
    }
    while (lines.prepared - before < static_cast<int>(bodies.size())) std::this_thread::yield();
    lines.go.count_down();
    held.join();
    for (auto& thread : threads) thread.join();
    return statuses;
  }
};

TEST_CASE("batches: one request is a batch of one", "[batches]") {
  World world;
  auto const answer = world.send("fine");
  CHECK(answer.status == 201);
  CHECK(answer.json().at("n") == 1);
  CHECK_FALSE(answer.has("idempotency-key"));
  CHECK(world.send("conflict").status == 409);
  CHECK(world.send("invalid").status == 422);
  CHECK(world.send("malformed").status == 422);
  CHECK(world.send("fault").status == 500);
  CHECK(world.lines.done.size() == 1);
}

TEST_CASE("batches: what waits shares a transaction, each tenant under its own setting",
          "[batches]") {
  World world;
  auto const statuses = world.together(std::vector<std::string>(20, "fine"));
  CHECK(std::count(statuses.begin(), statuses.end(), 201) == 20);
  CHECK(world.lines.done.size() == 21);
  CHECK(world.lines.widest >= 12);
  CHECK(world.lines.mixed);
  CHECK_FALSE(world.lines.strangers);
}

TEST_CASE("batches: one bad item fails alone", "[batches]") {
  World world;
  std::vector<std::string> bodies(9, "fine");
  bodies[2] = "conflict";
  bodies[5] = "invalid";
  auto const statuses = world.together(bodies);
  CHECK(std::count(statuses.begin(), statuses.end(), 201) == 7);
  CHECK(statuses[2] == 409);
  CHECK(statuses[5] == 422);
}

TEST_CASE("batches: what breaks a whole batch is found by halving it", "[batches]") {
  World world;
  std::vector<std::string> bodies(9, "fine");
  bodies[4] = "fault";
  auto const statuses = world.together(bodies);
  CHECK(std::count(statuses.begin(), statuses.end(), 201) == 8);
  CHECK(statuses[4] == 500);
}

TEST_CASE("batches: an item whose ground moved runs again, the others do not", "[batches]") {
  World world;
  auto const statuses = world.together({"fine", "moved", "fine"});
  CHECK(std::count(statuses.begin(), statuses.end(), 201) == 3);
  CHECK(world.lines.moved == 3);
  CHECK(world.lines.done.size() == 4);
}

TEST_CASE("batches: a key's first outcome is repeated, deterministic refusals included",
          "[batches]") {
  World world;
  Headers const key{{"Idempotency-Key", "k1"}};
  auto const first = world.send("fine", key);
  CHECK(first.header("idempotency-key") == "k1");
  CHECK_FALSE(first.has("idempotency-replayed"));
  auto const again = world.send("fine", key);
  CHECK(again.status == 201);
  CHECK(again.body == first.body);
  CHECK(again.header("idempotency-replayed") == "true");
  CHECK(world.send("other", key).status == 422);
  for (std::string const text : {"invalid", "malformed"}) {
    Headers const other{{"Idempotency-Key", "k2" + text}};
    auto const refused = world.send(text, other);
    CHECK(refused.status == 422);
    CHECK_FALSE(refused.has("idempotency-replayed"));
    auto const repeated = world.send(text, other);
    CHECK(repeated.status == 422);
    CHECK(repeated.header("idempotency-replayed") == "true");
    CHECK(world.send("fine", other).status == 422);
  }
  Headers const free{{"Idempotency-Key", "k3"}};
  CHECK(world.send("conflict", free).status == 409);
  CHECK(world.send("fine", free).status == 201);
  CHECK(world.send("fine", {{"Idempotency-Key", "a b"}}).status == 422);
  CHECK(world.lines.done.size() == 2);
}

TEST_CASE("batches: of many requests under one key at once, one runs", "[batches]") {
  World world;
  auto const key = world.server.make_key(Server::make_tenant_name());
  std::latch all(16);
  std::vector<std::thread> threads;
  std::mutex mutex;
  std::multiset<std::string> bodies;
  for (int i = 0; i < 16; ++i) {
    threads.emplace_back([&] {
      auto client = world.server.client_with(key);
      all.arrive_and_wait();
      auto const answer = world.send(client, "fine", {{"Idempotency-Key", "once"}});
      std::lock_guard const lock(mutex);
      bodies.insert(answer.body);
    });
  }
  for (auto& thread : threads) thread.join();
  CHECK(bodies.count(*bodies.begin()) == 16);
  CHECK(world.lines.done.size() == 1);
}

TEST_CASE("batches: requests to one path keep their order", "[batches]") {
  World world;
  auto const key = world.server.make_key(Server::make_tenant_name());
  auto client = world.server.client_with(key);
  std::string all;
  for (int i = 0; i < 40; ++i) {
    std::string const body = '"' + std::to_string(i) + '"';
    all += "POST /v1/lines/7 HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer " + key +
           "\r\nContent-Type: application/json\r\nContent-Length: " + std::to_string(body.size()) +
           "\r\n\r\n" + body;
  }
  client.send(all);
  for (int i = 0; i < 40; ++i) CHECK(client.receive("POST").status == 201);
  REQUIRE(world.lines.done.size() == 40);
  for (int i = 0; i < 40; ++i) CHECK(world.lines.done[i] == '"' + std::to_string(i) + '"');
}

TEST_CASE("batches: a large body is read by the lane, with the same outcome", "[batches]") {
  World world;
  std::string const padding(20 * 1024, 'x');
  CHECK(world.send("fine" + padding).status == 201);
  Headers const key{{"Idempotency-Key", "large"}};
  CHECK(world.send("malformed" + padding).status == 422);
  CHECK(world.send("malformed" + padding, key).status == 422);
  CHECK(world.send("malformed" + padding, key).header("idempotency-replayed") == "true");
  CHECK(world.lines.done.size() == 1);
}

TEST_CASE("batches: what is for one actor is shared by nobody else", "[batches]") {
  World world(true);
  auto const statuses = world.together(std::vector<std::string>(10, "fine"));
  CHECK(std::count(statuses.begin(), statuses.end(), 201) == 10);
  CHECK_FALSE(world.lines.strangers);
  CHECK_FALSE(world.lines.mixed);
}

TEST_CASE("batches: who waits too long is told so while it helps", "[batches]") {
  Lines lines;
  Server server(
      {.redis_url = {}, .routes = lines.routes(), .configure = [](config::Config& config) {
         config.limits.batch_lanes = 1;
         config.limits.queue_timeout = std::chrono::milliseconds(100);
         config.limits.queued_requests = 2;
       }});
  auto holder = server.client();
  auto late = server.client();
  std::thread held([&] { CHECK(holder.post("/v1/lines/1", R"("hold")").status == 201); });
  lines.holding.wait();
  auto const answer = late.post("/v1/lines/1", R"("fine")");
  CHECK(answer.status == 503);
  CHECK(answer.has("retry-after"));
  lines.go.count_down();
  held.join();
  CHECK(late.post("/v1/lines/1", R"("fine")").status == 201);
}

/// A server whose way to PostgreSQL the test can cut.
struct Wired {
  Database database;
  std::string const host = between(database.url(), "@", "/");
  Relay relay{host.substr(0, host.find(':')), host.substr(host.find(':') + 1)};
  Lines lines;
  Server server{{.database = &database,
                 .redis_url = {},
                 .routes = lines.routes(),
                 .configure = [&](auto& config) {
                   config.database_url.replace(config.database_url.find(host), host.size(),
                                               "127.0.0.1:" + relay.port());
                   config.limits.batch_lanes = 1;
                 }}};
  Client client = server.client();

  static std::string between(std::string const& url, char const* from, char const* to) {
    auto const start = url.find(from) + 1;
    return url.substr(start, url.find(to, start) - start);
  }
};

TEST_CASE("batches: a COMMIT whose answer is lost is settled by the key's record", "[batches]") {
  Wired world;
  Headers const key{{"Idempotency-Key", "k"}};
  CHECK(world.client.post("/v1/lines/1", R"("fine")", key).status == 201);
  world.relay.cut_answer_to("commit");
  auto const answer =
      world.client.post("/v1/lines/1", R"("fine")", {{"Idempotency-Key", "in-doubt"}});
  CHECK(answer.status == 201);
  CHECK(answer.json().at("n") == 2);
  CHECK(world.lines.done.size() == 2);
}

TEST_CASE("batches: without a key, a COMMIT whose answer is lost stays in doubt", "[batches]") {
  Wired world;
  CHECK(world.client.post("/v1/lines/1", R"("fine")").status == 201);
  world.relay.cut_answer_to("commit");
  auto const answer = world.client.post("/v1/lines/1", R"("fine")");
  CHECK(answer.status == 503);
  CHECK(answer.json().at("detail").get<std::string>().find("Look before you repeat it") !=
        std::string::npos);
  CHECK(world.client.post("/v1/lines/1", R"("fine")").status == 201);
}

}  // namespace
}  // namespace throughline::http

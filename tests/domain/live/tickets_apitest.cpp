// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// POST /v1/live/tickets, and what a ticket opens; pages of other origins.
#include <catch2/catch.hpp>

#include "domain/live/desk_screen.hpp"
#include "throughline/domain/live.hpp"
#include "throughline/platform/auth.hpp"

using namespace throughline;
using namespace throughline::support;
using std::chrono::milliseconds;

namespace {

/// Without a key.
std::string refused(Screen& screen, std::string const& query) {
  auto nobody = screen.server.client_with("");
  return told(nobody.get("/v1/live?" + query));
}

EventStream listen(Screen& screen, std::string const& query, Headers const& headers = {}) {
  return EventStream(screen.server.port(), "/v1/live?" + query, {}, headers);
}

}  // namespace

TEST_CASE("tickets: one opens one stream, once, without a key") {
  Screen screen;
  auto const a = screen.person("1");
  auto const made = screen.client.post("/v1/live/tickets", "");
  auto const body = body_of(made, 201);
  CHECK(body.at("expires_at") ==
        format_rfc3339(screen.server.clock().now() + live::ticket_lifetime));
  CHECK(made.header("cache-control") == "no-store");
  std::string const ticket = body.at("ticket");
  auto stream = listen(screen, "customer_ids=" + a + "&ticket=" + ticket);
  CHECK(stream.take().type == "ready");
  screen.touch(a, "x");
  auto const event = stream.take();
  CHECK(event.type == "customer.updated");
  CHECK(refused(screen, "customer_ids=" + a + "&ticket=" + ticket) == "401 unauthorized");
  // With the next one a stream resumes.
  screen.touch(a, "y");
  auto resumed = listen(
      screen, "customer_ids=" + a + "&last_event_id=" + event.id + "&ticket=" + screen.ticket());
  CHECK(resumed.take().json() == Json{{"resumed", true}});
  CHECK(resumed.take().json().at("data").at("version") == 4);
}

TEST_CASE("tickets: what is none opens nothing") {
  Screen screen;
  auto const a = screen.person("1");
  auto const query = "customer_ids=" + a + "&ticket=";
  CHECK(refused(screen, query) == "401 unauthorized");
  CHECK(refused(screen, query + "tlt_x") == "401 unauthorized");
  CHECK(refused(screen, query + auth::derive_secret("tlt_", "x", "y")) == "401 unauthorized");
  CHECK(refused(screen, query + screen.key) == "401 unauthorized");
  auto const late = screen.ticket();
  screen.server.clock().advance(live::ticket_lifetime);
  CHECK(refused(screen, query + late) == "401 unauthorized");
  CHECK(refused(screen, "ticket=" + screen.ticket()) == "422 invalid ?customer_ids");
  CHECK(refused(screen, "customer_ids=" + a + "&last_event_id=x&ticket=" + screen.ticket()) ==
        "422 invalid ?last_event_id");
  // It opens streams and nothing else.
  auto nobody = screen.server.client_with("");
  CHECK(nobody.get("/v1/context?customer_id=" + a + "&ticket=" + screen.ticket()).status == 401);
  auto other = screen.server.client();
  auto const foreign = body_of(other.post("/v1/live/tickets", "{}"), 201).at("ticket");
  CHECK(refused(screen, query + foreign.get<std::string>()) == "404 not_found");
}

TEST_CASE("tickets: one that names customers and queues opens these") {
  Screen screen;
  auto const a = screen.person("1");
  auto const b = screen.person("2");
  Json const body{{"customer_ids", {a}}, {"queues", {"billing"}}};
  auto const with = [&] { return "&ticket=" + screen.ticket(body); };
  CHECK(refused(screen, "customer_ids=" + b + with()) == "403 forbidden");
  CHECK(refused(screen, "customer_ids=" + a + "," + b + with()) == "403 forbidden");
  CHECK(refused(screen, "queue=sales" + with()) == "403 forbidden");
  for (auto const& query :
       {std::string(), "customer_ids=" + a, "customer_ids=" + a + "&queue=billing"}) {
    auto stream = listen(screen, query + with());
    CHECK(stream.take().type == "ready");
    screen.touch(b, "of no concern to " + query);
    screen.touch(a, "of concern to " + query);
    CHECK(stream.take().json().at("subject") == a);
  }
}

TEST_CASE("tickets: a request for one is checked") {
  Screen screen;
  auto& client = screen.client;
  auto const answer = [&](std::string const& body) {
    return told(client.post("/v1/live/tickets", body));
  };
  CHECK(answer("[]") == "422 invalid ");
  CHECK(answer("{") == "400 malformed");
  CHECK(answer(R"({"customer_ids":["x"]})") == "422 invalid /customer_ids/0");
  CHECK(answer(R"({"customer_ids":["0190163d-8694-739b-aea5-966c26f8ad90"]})") ==
        "422 invalid /customer_ids/0");
  CHECK(answer(R"({"queues":["a,b"],"queue":"c"})") == "422 invalid /queues /queue");
  auto const reader = screen.server.make_key(screen.tenant, "cases:read");
  auto without = screen.server.client_with(reader);
  CHECK(told(without.post("/v1/live/tickets", "{}")) == "403 forbidden");
  // A repeat shows the first again, to the key that asked for it alone.
  Headers const key{{"Idempotency-Key", "ticket"}};
  auto const first = body_of(client.post("/v1/live/tickets", "{}", key), 201);
  CHECK(body_of(client.post("/v1/live/tickets", "{}", key), 201) == first);
  CHECK(first.at("ticket") != screen.ticket());
  auto sibling = screen.server.client_with(screen.server.make_key(screen.tenant));
  CHECK(told(sibling.post("/v1/live/tickets", "{}", key)) == "409 conflict");
}

TEST_CASE("tickets: a stream ends with the key that its ticket was made under") {
  Screen screen;
  auto const a = screen.person("1");
  auto& owner = screen.server.database().owner_pool();
  auto const key = screen.server.make_key(screen.tenant, "context:read");
  auto maker = screen.server.client_with(key);
  auto const make = [&]() -> std::string {
    return body_of(maker.post("/v1/live/tickets", "{}"), 201).at("ticket");
  };
  auto const unused = make();
  auto stream = listen(screen, "customer_ids=" + a + "&ticket=" + make());
  CHECK(stream.take().type == "ready");
  for (auto const& known : auth::list_keys(owner)) {
    if (known.tenant == screen.tenant && known.scopes == "context:read") {
      REQUIRE(auth::revoke_key(owner, known.id, test_now));
    }
  }
  CHECK(stream.take().type == "cut");
  CHECK(refused(screen, "customer_ids=" + a + "&ticket=" + unused) == "401 unauthorized");
}

TEST_CASE("tickets: those that nobody used are swept away") {
  Database database{Database::Kind::fresh};
  ServerOptions options;
  options.database = &database;
  Screen screen(std::move(options));
  screen.ticket();
  screen.server.clock().advance(std::chrono::seconds(30));
  auto const kept = screen.ticket();
  auto const sweep = [&](Timestamp now) {
    std::size_t swept = 0;
    database.service_pool().transact(postgres::Mode::write, TenantId{}, [&](postgres::Tx& tx) {
      swept = live::sweep_tickets(tx, now, 10);
    });
    return swept;
  };
  CHECK(sweep(screen.server.clock().now() + std::chrono::seconds(31)) == 1);
  CHECK(listen(screen, "customer_ids=" + screen.person("1") + "&ticket=" + kept).head().status ==
        200);
}

TEST_CASE("origins: pages of those allowed may read answers, and others may not") {
  ServerOptions options;
  options.configure = [](config::Config& config) {
    config.allowed_origins = {"https://desk.example.com", "http://localhost:3000"};
  };
  Screen screen(std::move(options));
  auto const a = screen.person("1");
  Headers const ours{{"Origin", "http://localhost:3000"}};
  Headers const theirs{{"Origin", "https://evil.example.com"}};
  auto const context = "/v1/context?customer_id=" + a;
  auto const shown = screen.client.get(context, ours);
  CHECK(shown.header("access-control-allow-origin") == "http://localhost:3000");
  CHECK(shown.header("vary") == "Origin");
  CHECK(shown.header("access-control-expose-headers").find("ETag") != std::string::npos);
  CHECK_FALSE(shown.has("access-control-allow-credentials"));
  CHECK_FALSE(screen.client.get(context, theirs).has("access-control-allow-origin"));
  CHECK_FALSE(screen.client.get(context).has("access-control-allow-origin"));
  // Problems can be read as well.
  CHECK(screen.client.get("/v1/live", ours).header("access-control-allow-origin") ==
        "http://localhost:3000");

  auto preflight = ours;
  preflight.emplace_back("Access-Control-Request-Method", "POST");
  preflight.emplace_back("Access-Control-Request-Headers", "authorization");
  auto nobody = screen.server.client_with("");
  auto const allowed = nobody.request("OPTIONS", "/v1/live/tickets", "", preflight);
  CHECK(allowed.status == 204);
  CHECK(allowed.header("access-control-allow-origin") == "http://localhost:3000");
  CHECK(allowed.header("access-control-allow-methods") == "POST, OPTIONS");
  CHECK(allowed.header("access-control-allow-headers").find("Authorization") != std::string::npos);
  CHECK(allowed.header("access-control-max-age") == "600");
  preflight[0].second = "https://evil.example.com";
  auto const denied = nobody.request("OPTIONS", "/v1/live/tickets", "", preflight);
  CHECK_FALSE(denied.has("access-control-allow-origin"));
  CHECK_FALSE(denied.has("access-control-allow-methods"));

  auto stream = listen(screen, "customer_ids=" + a + "&ticket=" + screen.ticket(), ours);
  CHECK(stream.head().header("access-control-allow-origin") == "http://localhost:3000");
}

TEST_CASE("origins: where none is allowed, answers speak of none") {
  Screen screen;
  Headers const page{{"Origin", "http://localhost:3000"}};
  auto const shown = screen.client.get("/v1/changes", page);
  CHECK(shown.status == 200);
  CHECK_FALSE(shown.has("vary"));
  CHECK_FALSE(shown.has("access-control-allow-origin"));
}

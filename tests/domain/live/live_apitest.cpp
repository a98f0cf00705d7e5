// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// GET /v1/live: what a stream shows, from where, and what ends it.
#include <catch2/catch.hpp>

#include "domain/live/desk_screen.hpp"
#include "support/redis_server.hpp"
#include "throughline/domain/changes.hpp"
#include "throughline/platform/auth.hpp"

using namespace throughline;
using namespace throughline::support;
using std::chrono::milliseconds;

namespace {

using Texts = std::vector<std::string>;

TenantId tenant_of(Screen& screen) {
  return auth::find_tenant(screen.server.database().service_pool(), screen.tenant).value();
}

}  // namespace

TEST_CASE("live: a stream shows the facts of its customers as the feed has them, and no others") {
  Screen screen;
  auto const a = screen.person("1");
  auto const b = screen.person("2");
  auto const c = screen.person("3");
  auto stream = screen.listen("customer_ids=" + a + "," + b);
  CHECK(stream.head().status == 200);
  CHECK(stream.head().header("content-type") == "text/event-stream");
  CHECK(stream.head().header("cache-control") == "no-store");
  CHECK_FALSE(stream.head().has("content-length"));
  auto const first = stream.take();
  CHECK(first.type == "ready");
  CHECK(first.json() == Json{{"resumed", false}});
  CHECK(stream.retry_ms() >= 500);

  screen.touch(a, "Ann");
  screen.touch(c, "Carl");
  screen.touch(b, "Bob");
  screen.touch(a, "Anna");
  auto const events = take(stream, 3);
  CHECK(told(events) == Texts{"customer.updated 3", "customer.updated 3", "customer.updated 4"});
  std::vector<Json> shown;
  for (auto const& event : events) shown.push_back(event.json());
  std::vector<Json> expected;
  for (auto const& item : screen.feed()) {
    if (item.at("type") == "customer.updated" && item.at("subject") != c) expected.push_back(item);
  }
  CHECK(shown == expected);
  CHECK_FALSE(stream.next(milliseconds(100)));
  // Where GET /v1/changes goes on from the same place.
  auto const rest = screen.client.get("/v1/changes?cursor=" + events.front().id);
  CHECK(rest.json().at("items").size() == 3);
}

TEST_CASE("live: what is written after a stream has begun is on it, whoever was busy then") {
  Screen screen;
  auto const a = screen.person("1");
  for (int i = 0; i < 20; ++i) {
    auto stream = screen.watch("customer_ids=" + a);
    screen.touch(a, "name " + std::to_string(i));
    CHECK(stream.take().json().at("data").at("version") == i + 3);
  }
}

TEST_CASE("live: a stream resumes behind the event it names, with nothing lost or told twice") {
  Screen screen;
  auto const a = screen.person("1");
  auto const other = screen.person("2");
  std::string last;
  {
    auto stream = screen.watch("customer_ids=" + a);
    screen.touch(a, "one");
    last = stream.take().id;
  }
  for (auto const* name : {"two", "three", "four"}) {
    screen.touch(other, name);
    screen.touch(a, name);
  }
  Texts const missed{"customer.updated 4", "customer.updated 5", "customer.updated 6"};
  auto by_header = screen.listen("customer_ids=" + a, {{"Last-Event-ID", last}});
  CHECK(by_header.take().json() == Json{{"resumed", true}});
  CHECK(told(take(by_header, 3)) == missed);
  auto by_query = screen.listen("customer_ids=" + a + "&last_event_id=" + last);
  CHECK(by_query.take().type == "ready");
  auto const again = take(by_query, 3);
  CHECK(told(again) == missed);
  // The header is the newer one: a browser sends it when it comes back by itself.
  auto both = screen.listen("customer_ids=" + a + "&last_event_id=" + last,
                            {{"Last-Event-ID", again[1].id}});
  CHECK(both.take().id == again[1].id);
  CHECK(told(take(both, 1)) == Texts{"customer.updated 6"});
  // All of them go on together.
  screen.touch(a, "five");
  for (auto* stream : {&by_header, &by_query, &both}) {
    CHECK(told(take(*stream, 1)) == Texts{"customer.updated 7"});
  }
}

TEST_CASE("live: a stream follows its customer across a merge and its undo, live and resumed") {
  Screen screen;
  auto const a = screen.person("1");
  auto const b = screen.person("2");
  auto const c = screen.person("3");
  auto on_a = screen.watch("customer_ids=" + a);
  auto on_b = screen.watch("customer_ids=" + b);
  auto const start_a = on_a.last_id();
  screen.touch(b, "before");
  auto const merge = screen.merge(a, b);
  screen.touch(a, "together");
  screen.touch(c, "of no concern");
  screen.undo(merge);
  screen.touch(a, "a alone");
  screen.touch(b, "b alone");

  auto const subjects = [&](std::vector<Event> const& events) {
    Texts texts;
    for (auto const& event : events) {
      std::string const subject = event.json().at("subject");
      texts.push_back((subject == a ? "a " : subject == b ? "b " : "? ") + event.type);
    }
    return texts;
  };
  Texts const shown_a{"a customer.merged", "a customer.updated", "a customer.parted",
                      "a customer.updated"};
  // b is told of both customers that the undo left: until then it was one of them.
  Texts const shown_b{"b customer.updated", "a customer.merged", "a customer.updated",
                      "a customer.parted",  "b customer.parted", "b customer.updated"};
  CHECK(subjects(take(on_a, shown_a.size())) == shown_a);
  CHECK(subjects(take(on_b, shown_b.size())) == shown_b);
  CHECK_FALSE(on_a.next(milliseconds(100)));
  CHECK_FALSE(on_b.next(milliseconds(10)));

  auto resumed_a = screen.watch("customer_ids=" + a, {{"Last-Event-ID", start_a}});
  CHECK(subjects(take(resumed_a, shown_a.size())) == shown_a);
  auto resumed_b = screen.watch("customer_ids=" + b, {{"Last-Event-ID", start_a}});
  CHECK(subjects(take(resumed_b, shown_b.size())) == shown_b);
  auto both = screen.watch("customer_ids=" + a + "," + b, {{"Last-Event-ID", start_a}});
  CHECK(take(both, 7).size() == 7);
  CHECK_FALSE(both.next(milliseconds(100)));
}

TEST_CASE("live: a cursor that nothing can be shown from is told reset, and the stream goes on") {
  Database database{Database::Kind::fresh};
  ServerOptions options;
  options.database = &database;
  Screen screen(std::move(options));
  auto const a = screen.person("1");
  auto const position = GENERATE(std::int64_t{1}, std::int64_t{1} << 40);
  if (position == 1) {
    database.owner_pool().transact(postgres::Mode::write, TenantId{}, [](postgres::Tx& tx) {
      tx.exec("update partitioned set kept_from = 1000 where name = 'changes'");
      tx.exec("select setval('changes_position', 2000)");
    });
    screen.touch(a, "kept");
  }
  auto const cursor = changes::cursor_of(tenant_of(screen), position);
  auto stream = screen.listen("customer_ids=" + a, {{"Last-Event-ID", cursor}});
  auto const first = stream.take();
  CHECK(first.type == "reset");
  CHECK(first.json() == Json{{"reason", "not_kept"}});
  CHECK(first.id != cursor);
  screen.touch(a, "anew");
  CHECK(told(take(stream, 1)).front().starts_with("customer.updated"));
  CHECK(metric(screen.server, "throughline_live_resets_total") == 1);
}

TEST_CASE("live: a quiet stream is kept alive, and its cursor moves on") {
  Screen screen(
      with_limits([](config::Limits& limits) { limits.live_keep_alive = milliseconds(200); }));
  auto const a = screen.person("1");
  auto const b = screen.person("2");
  auto stream = screen.watch("customer_ids=" + a);
  auto const before = stream.last_id();
  screen.touch(b, "elsewhere");
  CHECK_FALSE(stream.next(milliseconds(1000)));
  CHECK(stream.comments() >= 2);
  CHECK(stream.last_id() != before);
  screen.touch(a, "here");
  CHECK(stream.take().type == "customer.updated");
}

TEST_CASE("live: what is wrong with a request is said at once") {
  Screen screen;
  auto const a = screen.person("1");
  auto& client = screen.client;
  auto const answer = [&](std::string const& query, Headers const& headers = {}) {
    return told(client.get("/v1/live?" + query, headers));
  };
  CHECK(answer("") == "422 invalid ?customer_ids");
  CHECK(answer("customer_ids=nobody") == "422 invalid ?customer_ids");
  CHECK(answer("customer_ids=") == "422 invalid ?customer_ids");
  CHECK(answer("customer_ids=" + a + ",") == "422 invalid ?customer_ids");
  CHECK(answer("queue=") == "422 invalid ?queue");
  CHECK(answer("customer=" + a) == "422 invalid ?customer");
  CHECK(answer("customer_ids=" + a + "&ticket=x") == "422 invalid ?ticket");
  CHECK(answer("customer_ids=" + a + "&last_event_id=x") == "422 invalid ?last_event_id");
  CHECK(answer("customer_ids=" + a, {{"Last-Event-ID", "x"}}) == "422 invalid @Last-Event-ID");
  CHECK(answer("customer_ids=" + a + ",0190163d-8694-739b-aea5-966c26f8ad90") == "404 not_found");
  std::string many;
  for (int i = 0; i < 101; ++i) many += (many.empty() ? "" : ",") + to_string(make_uuid7(test_now));
  CHECK(answer("customer_ids=" + many) == "422 invalid ?customer_ids");

  auto other = screen.server.client();
  CHECK(told(other.get("/v1/live?customer_ids=" + a)) == "404 not_found");
  auto const foreign = changes::cursor_of(TenantId{1'000'000}, 1);
  CHECK(answer("customer_ids=" + a, {{"Last-Event-ID", foreign}}) == "422 invalid @Last-Event-ID");
  auto nobody = screen.server.client_with("");
  CHECK(told(nobody.get("/v1/live?customer_ids=" + a)) == "401 unauthorized");
  auto writer = screen.server.client_with(screen.server.make_key(screen.tenant, "cases:write"));
  CHECK(told(writer.get("/v1/live?customer_ids=" + a)) == "403 forbidden");
  CHECK(client.post("/v1/live", "{}").status == 405);
  auto const head = client.head("/v1/live?customer_ids=" + a);
  CHECK(head.status == 200);
  CHECK(head.header("content-type") == "text/event-stream");
}

TEST_CASE("live: so many streams for a key, so many for the instance") {
  Screen screen(with_limits([](config::Limits& limits) {
    limits.live_streams = 3;
    limits.live_streams_per_key = 2;
  }));
  auto const a = screen.person("1");
  auto const target = "/v1/live?customer_ids=" + a;
  auto one = screen.watch("customer_ids=" + a);
  {
    auto two = screen.watch("customer_ids=" + a);
    auto const over = screen.client.get(target);
    CHECK(told(over) == "429 too_many_requests");
    CHECK(over.has("retry-after"));
    auto const key = screen.server.make_key(screen.tenant, "context:read");
    EventStream third(screen.server.port(), target, key);
    CHECK(third.take().type == "ready");
    auto other = screen.server.client_with(screen.server.make_key(screen.tenant, "context:read"));
    CHECK(told(other.get(target)) == "503 unavailable");
    CHECK(metric(screen.server, "throughline_live_subscribers") == 3);
  }
  // Who leaves makes room.
  for (int i = 0; i < 200 && metric(screen.server, "throughline_live_subscribers") > 1; ++i) {
    std::this_thread::sleep_for(milliseconds(10));
  }
  CHECK(metric(screen.server, "throughline_live_subscribers") == 1);
  auto again = screen.watch("customer_ids=" + a);
}

TEST_CASE("live: a key revoked or without its scope ends its streams within a second") {
  Screen screen;
  auto const a = screen.person("1");
  auto& owner = screen.server.database().owner_pool();
  auto const key = screen.server.make_key(screen.tenant, "context:read");
  KeyId id;
  for (auto const& known : auth::list_keys(owner)) {
    if (known.tenant == screen.tenant && known.scopes == "context:read") id = known.id;
  }
  EventStream stream(screen.server.port(), "/v1/live?customer_ids=" + a, key);
  CHECK(stream.take().type == "ready");
  auto staying = screen.watch("customer_ids=" + a);
  if (GENERATE(true, false)) {
    REQUIRE(auth::revoke_key(owner, id, test_now));
  } else {
    owner.transact(postgres::Mode::write, TenantId{}, [&](postgres::Tx& tx) {
      tx.exec("update api_keys set scopes = 'cases:read' where id = $1", {id});
    });
  }
  auto const revoked = std::chrono::steady_clock::now();
  auto const last = stream.take();
  CHECK(last.type == "cut");
  CHECK(last.json() == Json{{"reason", "key"}});
  CHECK(stream.ends());
  CHECK(std::chrono::steady_clock::now() - revoked < milliseconds(1000));
  CHECK_FALSE(staying.next(milliseconds(200)));
  CHECK_FALSE(staying.ended());
  CHECK(metric(screen.server, "throughline_live_cut_total{reason=\"key\"}") == 1);
}

TEST_CASE("live: who reads too slowly is told and cut, and resumes without loss") {
  Screen screen(with_limits([](config::Limits& limits) {
    limits.live_queue_events = 256;
    limits.live_queue_bytes = 256 * 1024;
  }));
  auto const a = screen.person("1");
  auto stream = screen.watch("customer_ids=" + a);
  auto const start = stream.last_id();
  // What the kernel takes for the reader is not ours to bound: it takes many facts to fill it.
  int written = 0;
  auto const cut = [&] {
    return metric(screen.server, "throughline_live_cut_total{reason=\"slow\"}") > 0;
  };
  Json events = Json::array();
  for (int i = 0; i < 1000; ++i) {
    events.push_back({{"customer_id", a}, {"type", "page_viewed"}, {"at", "2026-11-21T07:00:00Z"}});
  }
  while (!cut() && written < 60'000) {
    body_of(screen.client.post("/v1/events", Json{{"events", events}}.dump()), 200);
    written += 1000;
  }
  REQUIRE(cut());
  std::vector<std::int64_t> versions;
  std::string last = start;
  while (auto const event = stream.next()) {
    if (event->type == "cut") {
      CHECK(event->json() == Json{{"reason", "slow"}});
      CHECK(stream.ends());
      break;
    }
    last = event->id;
    versions.push_back(event->json().at("data").at("version"));
  }
  REQUIRE(stream.ended());
  while (versions.size() < static_cast<std::size_t>(written)) {
    auto more = screen.watch("customer_ids=" + a, {{"Last-Event-ID", last}});
    while (auto const event = more.next(milliseconds(500))) {
      if (event->type == "cut") break;
      last = event->id;
      versions.push_back(event->json().at("data").at("version"));
    }
  }
  for (std::size_t i = 0; i < versions.size(); ++i) {
    REQUIRE(versions[i] == static_cast<std::int64_t>(i) + 3);
  }
}

TEST_CASE("live: draining tells every stream and ends it at once") {
  Screen screen;
  auto const a = screen.person("1");
  auto stream = screen.watch("customer_ids=" + a);
  auto const begun = std::chrono::steady_clock::now();
  std::thread stopping([&] { screen.server.stop(); });
  CHECK(stream.take().json() == Json{{"reason", "draining"}});
  CHECK(stream.ends());
  stopping.join();
  CHECK(std::chrono::steady_clock::now() - begun < std::chrono::seconds(5));
}

TEST_CASE("live: two instances show the same, whichever took the write") {
  RedisServer redis;
  Database database;
  auto const options = [&] {
    ServerOptions made;
    made.database = &database;
    made.redis_url = redis.url();
    return made;
  };
  Screen here(options());
  Server there(options());
  auto const a = here.person("1");
  auto on_here = here.watch("customer_ids=" + a);
  EventStream on_there(there.port(), "/v1/live?customer_ids=" + a, here.key);
  CHECK(on_there.take().type == "ready");
  Client over_there = there.client_with(here.key);
  body_of(over_there.patch("/v1/customers/" + a, R"({"display_name":"x"})"), 200);
  here.touch(a, "y");
  CHECK(told(take(on_here, 2)) == Texts{"customer.updated 3", "customer.updated 4"});
  auto const shown = take(on_there, 2);
  CHECK(told(shown) == Texts{"customer.updated 3", "customer.updated 4"});
  // A stream moves from one to the other.
  auto moved = here.watch("customer_ids=" + a, {{"Last-Event-ID", shown.front().id}});
  CHECK(told(take(moved, 1)) == Texts{"customer.updated 4"});
  // And a ticket of one opens the other, once.
  auto const ticket = here.ticket();
  EventStream by_ticket(there.port(), "/v1/live?customer_ids=" + a + "&ticket=" + ticket);
  CHECK(by_ticket.take().type == "ready");
  auto nobody = here.server.client_with("");
  CHECK(told(nobody.get("/v1/live?customer_ids=" + a + "&ticket=" + ticket)) == "401 unauthorized");
}

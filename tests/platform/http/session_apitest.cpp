// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// What a connection may expect, and what it can't do to the server.
#include <catch2/catch.hpp>

#include "platform/http/plain_server.hpp"

namespace throughline::http {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

namespace {

std::string get(std::string const& path, std::string const& more = {}) {
  return "GET " + path + " HTTP/1.1\r\nHost: x\r\n" + more + "\r\n";
}

milliseconds since(steady_clock::time_point start) {
  return std::chrono::duration_cast<milliseconds>(steady_clock::now() - start);
}

/// Enough for what the test does at once, too little for what it lets lie.
config::Limits short_limits() {
  config::Limits limits;
  limits.header_timeout = milliseconds(200);
  limits.body_timeout = milliseconds(200);
  limits.idle_timeout = milliseconds(200);
  limits.write_timeout = milliseconds(200);
  return limits;
}

}  // namespace

TEST_CASE("A connection is kept and serves one request after another") {
  PlainServer server;
  auto client = server.client();
  for (int i = 0; i < 3; ++i) {
    auto const response = client.post("/a", "body " + std::to_string(i));
    CHECK(response.status == 200);
    CHECK(response.body == "body " + std::to_string(i));
    CHECK_FALSE(response.has("connection"));
    CHECK(response.header("x-content-type-options") == "nosniff");
    CHECK(response.header("cache-control") == "no-store");
    CHECK(response.has("date"));
  }
}

TEST_CASE("A connection ends when the client says so") {
  PlainServer server;
  auto client = server.client();
  client.send(get("/a", "Connection: close\r\n") + get("/b"));
  auto const all = client.receive_all();
  CHECK(all.find("Connection: close\r\n") != std::string::npos);
  CHECK(all.ends_with("\r\n\r\n/a"));
}

TEST_CASE("HTTP/1.0 is answered, and kept on request") {
  PlainServer server;
  auto client = server.client();
  client.send("GET /a HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
  CHECK(client.receive().header("connection") == "keep-alive");
  client.send("GET /b HTTP/1.0\r\n\r\n");
  CHECK(client.receive_all().ends_with("\r\n\r\n/b"));
}

TEST_CASE("One who has said all it will is still answered") {
  PlainServer server;
  auto client = server.client();
  client.send(get("/late/50") + get("/b"));
  client.close_sending();
  CHECK(client.receive().body == "/late/50");
  auto const last = client.receive();
  CHECK(last.body == "/b");
  CHECK(last.header("connection") == "close");
}

TEST_CASE("HEAD tells the length and sends no body") {
  PlainServer server;
  auto client = server.client();
  auto const head = client.head("/big/1000");
  CHECK(head.status == 200);
  CHECK(head.header("content-length") == "1000");
  CHECK(client.get("/after").body == "/after");
}

TEST_CASE("Pipelined requests are answered in their order") {
  PlainServer server;
  auto client = server.client();
  std::string text;
  for (auto const* path : {"/late/120", "/one", "/late/10", "/two"}) text += get(path);
  client.send(text);
  for (auto const* path : {"/late/120", "/one", "/late/10", "/two"}) {
    CHECK(client.receive().body == path);
  }
}

TEST_CASE("More requests than may be read ahead are all answered") {
  config::Limits limits;
  limits.pipelined_requests = 4;
  PlainServer server(limits);
  auto client = server.client();
  std::string text;
  auto const path = [](int i) { return i % 10 == 0 ? "/late/5" : "/" + std::to_string(i); };
  for (int i = 0; i < 100; ++i) text += get(path(i));
  client.send(text);
  for (int i = 0; i < 100; ++i) CHECK(client.receive().body == path(i));
}

TEST_CASE("A large answer reaches a client that takes its time") {
  PlainServer server;
  auto client = server.client();
  client.send(get("/big/20000000") + get("/after"));
  std::this_thread::sleep_for(milliseconds(50));
  CHECK(client.receive().body.size() == 20000000);
  CHECK(client.receive().body == "/after");
}

TEST_CASE("A body may come in chunks, and in pieces") {
  PlainServer server;
  auto client = server.client();
  client.send("POST /a HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhe");
  std::this_thread::sleep_for(milliseconds(20));
  client.send("llo\r\n");
  std::this_thread::sleep_for(milliseconds(20));
  client.send("0");
  std::this_thread::sleep_for(milliseconds(20));
  client.send("\r\n\r\n" + get("/after"));
  CHECK(client.receive().body == "hello");
  CHECK(client.receive().body == "/after");
}

TEST_CASE("One who waits for 100 Continue gets it, after what came before") {
  PlainServer server;
  auto client = server.client();
  client.send(get("/late/50") +
              "POST /a HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\n");
  CHECK(client.receive().body == "/late/50");
  CHECK(client.receive().status == 100);
  client.send("body");
  CHECK(client.receive().body == "body");
}

TEST_CASE("One who would be refused anyway is not asked for the body") {
  config::Limits limits;
  limits.body_bytes = 1000;
  PlainServer server(limits);
  auto client = server.client();
  client.send(
      "POST /a HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 1001\r\n\r\n");
  CHECK(client.receive().status == 413);
}

TEST_CASE("A body over the limit ends the connection with an answer that names it") {
  config::Limits limits;
  limits.body_bytes = 1000;
  PlainServer server(limits);
  auto const request = GENERATE(
      "POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 500000\r\n\r\n" + std::string(500000, 'a'),
      "POST /a HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n7A120\r\n" +
          std::string(500000, 'a') + "\r\n0\r\n\r\n");
  auto client = server.client();
  client.send(request);
  auto const response = client.receive();
  CHECK(response.status == 413);
  CHECK(response.header("connection") == "close");
  CHECK(response.json()["detail"].get<std::string>().find("1000 bytes") != std::string::npos);
}

TEST_CASE("A head over the limit is answered 431") {
  PlainServer server;
  auto client = server.client();
  client.send(get("/a", "X-Long: " + std::string(20000, 'a') + "\r\n"));
  auto const response = client.receive();
  CHECK(response.status == 431);
  CHECK(response.header("connection") == "close");
}

TEST_CASE("What could be read in two ways is refused, and nothing behind it is read") {
  PlainServer server;
  auto const smuggled = get("/smuggled");
  auto const request = GENERATE_COPY(
      "POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n"
      "0\r\n\r\n" +
          smuggled,
      "POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\nContent-Length: 0\r\n\r\n" + smuggled,
      "POST /a HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n" + smuggled,
      "POST /a HTTP/1.1\r\nHost: x\r\nTransfer-Encoding : chunked\r\n\r\n0\r\n\r\n" + smuggled,
      "POST /a HTTP/1.1\r\nHost: x\r\nX: a\r\n Transfer-Encoding: chunked\r\n\r\n" + smuggled,
      "GET /a HTTP/1.1\nHost: x\n\n" + smuggled, "GET /a HTTP/1.1\r\n\r\n" + smuggled,
      "GET /a HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n" + smuggled,
      "POST /a HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nz\r\n\r\n" + smuggled);
  auto client = server.client();
  client.send(request);
  auto const all = client.receive_all();
  CHECK(all.starts_with("HTTP/1.1 400 "));
  CHECK(all.find("Connection: close") != std::string::npos);
  CHECK(all.find("/smuggled") == std::string::npos);
}

TEST_CASE("What came before a refused request is answered first") {
  PlainServer server;
  auto client = server.client();
  client.send(get("/late/50") + "nonsense\r\n");
  CHECK(client.receive().body == "/late/50");
  CHECK(client.receive().status == 400);
}

TEST_CASE("A handler that throws costs one request, not the connection") {
  PlainServer server;
  auto client = server.client();
  CHECK(client.get("/throw").status == 500);
  CHECK(client.get("/after").body == "/after");
}

TEST_CASE("A head or a body that does not come is answered 408") {
  PlainServer server(short_limits());
  auto const begun =
      GENERATE("GET / HT", "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nab");
  auto client = server.client();
  auto const start = steady_clock::now();
  client.send(begun);
  auto const response = client.receive();
  CHECK(response.status == 408);
  CHECK(response.header("connection") == "close");
  CHECK(since(start) >= milliseconds(150));
  CHECK(since(start) < milliseconds(2000));
}

TEST_CASE("Bytes that trickle in do not prolong a deadline") {
  PlainServer server(short_limits());
  auto client = server.client();
  auto const start = steady_clock::now();
  client.send("GET / HTTP/1.1\r\nHost: x\r\nX-Slow: ");
  try {
    for (int i = 0; i < 100 && since(start) < milliseconds(2000); ++i) {
      client.send("a");
      std::this_thread::sleep_for(milliseconds(20));
      if (client.has_received()) break;
    }
    CHECK(client.receive().status == 408);
  } catch (std::runtime_error const&) {
    // The server had closed for good while this client still sent.
  }
  CHECK(since(start) < milliseconds(1900));
}

TEST_CASE("A connection that asks for nothing is closed without a word") {
  PlainServer server(short_limits());
  auto client = server.client();
  SECTION("before its first request") {
    client.send("\r\n");
  }
  SECTION("after a request") {
    CHECK(client.get("/a").status == 200);
  }
  auto const start = steady_clock::now();
  CHECK(client.closed_by_server());
  CHECK(since(start) < milliseconds(2000));
}

TEST_CASE("Waiting for an answer is not idling") {
  PlainServer server(short_limits());
  auto client = server.client();
  CHECK(client.get("/late/600").body == "/late/600");
  CHECK(client.get("/after").body == "/after");
}

TEST_CASE("One who does not take its answers is cut, and held nobody up") {
  auto limits = short_limits();
  limits.idle_timeout = milliseconds(5000);
  PlainServer server(limits, 1);
  auto greedy = server.client();
  greedy.send(get("/big/50000000"));
  auto other = server.client();
  auto const start = steady_clock::now();
  while (server.open_connections() > 1 || since(start) < milliseconds(50)) {
    CHECK(other.get("/a").status == 200);
    REQUIRE(since(start) < milliseconds(3000));
  }
}

TEST_CASE("Connections over the limit are told so, and counted") {
  config::Limits limits;
  limits.connections = 2;
  PlainServer server(limits);
  auto one = server.client();
  auto two = server.client();
  CHECK(one.get("/a").status == 200);
  CHECK(two.get("/a").status == 200);
  auto three = server.client();
  three.send(get("/a"));
  auto const refused = three.receive();
  CHECK(refused.status == 503);
  CHECK(refused.has("retry-after"));
  CHECK(server.metrics().render().find(
            "throughline_http_connections_refused_total{server=\"test\"} 1") != std::string::npos);
  one.close();
  auto const start = steady_clock::now();
  while (server.open_connections() > 1) REQUIRE(since(start) < milliseconds(2000));
  auto four = server.client();
  CHECK(four.get("/a").status == 200);
}

TEST_CASE("Draining answers everything that was accepted") {
  PlainServer server;
  std::vector<support::Client> clients;
  for (int i = 0; i < 20; ++i) clients.push_back(server.client());
  for (auto& client : clients) client.send(get("/late/200") + get("/b"));
  auto idle = server.client();
  CHECK(idle.get("/a").status == 200);
  auto half = server.client();
  half.send("POST /half HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\nbo");
  std::this_thread::sleep_for(milliseconds(100));

  std::thread draining([&] { server.server().drain(); });
  CHECK(idle.closed_by_server());
  half.send("dy");
  auto const last_half = half.receive();
  CHECK(last_half.body == "body");
  CHECK(last_half.header("connection") == "close");
  for (auto& client : clients) {
    CHECK(client.receive().body == "/late/200");
    auto const last = client.receive();
    CHECK(last.body == "/b");
    CHECK(last.header("connection") == "close");
  }
  draining.join();
  auto late = server.client();
  CHECK_THROWS(late.get("/a"));
}

TEST_CASE("Draining is cut short in the end") {
  config::Limits limits;
  limits.drain_timeout = milliseconds(100);
  PlainServer server(limits);
  auto client = server.client();
  client.send(get("/late/1500"));
  std::this_thread::sleep_for(milliseconds(50));
  auto const start = steady_clock::now();
  server.server().drain();
  CHECK(since(start) < milliseconds(1000));
  CHECK(client.closed_by_server());
}

TEST_CASE("A port that is taken is refused by name") {
  PlainServer server;
  SystemClock const clock;
  log::Logger log("");
  metrics::Registry metrics;
  auto const address = "127.0.0.1:" + std::to_string(server.server().port());
  Server second({"second", address, 1, false, {}}, clock, log, metrics);
  CHECK_THROWS_WITH(second.start([](ExchangePtr const&) {}), Catch::Contains(address));
}

TEST_CASE("Request ids are echoed or made") {
  PlainServer server;
  auto client = server.client();
  CHECK(client.get("/a", {{"X-Request-Id", "mine-1"}}).header("x-request-id") == "mine-1");
  CHECK(parse_uuid(client.get("/a", {{"X-Request-Id", "not mine"}}).header("x-request-id")));
  CHECK(parse_uuid(client.get("/a").header("x-request-id")));
}

}  // namespace throughline::http

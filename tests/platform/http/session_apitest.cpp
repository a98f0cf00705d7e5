// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>

#include "platform/http/plain_server.hpp"

namespace throughline::http {

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
  for (auto const* path : {"/late/120", "/one", "/late/10", "/two"}) {
    text += "GET " + std::string(path) + " HTTP/1.1\r\nHost: x\r\n\r\n";
  }
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
  for (int i = 0; i < 100; ++i) {
    text += "GET /" + std::string(i % 10 == 0 ? "late/5" : std::to_string(i)) +
            " HTTP/1.1\r\nHost: x\r\n\r\n";
  }
  client.send(text);
  for (int i = 0; i < 100; ++i) {
    CHECK(client.receive().body == (i % 10 == 0 ? "/late/5" : "/" + std::to_string(i)));
  }
}

}  // namespace throughline::http

// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include "platform/http/request_reader.hpp"

#include <catch2/catch.hpp>
#include <random>

#include "support/seed.hpp"

namespace throughline::http {
namespace {

using State = RequestReader::State;
using namespace std::string_literals;

std::string const chunked_head =
    "POST /x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";

struct Read {
  State state;
  std::string body;
  Fault::Kind fault;
  std::size_t left;
};

/// Reads one request from bytes that arrive `step` at a time.
Read read(std::string const& bytes, std::size_t step, config::Limits const& limits = {}) {
  RequestReader reader(limits);
  std::string waiting;
  for (std::size_t at = 0; at < bytes.size(); at += step) {
    waiting += bytes.substr(at, step);
    std::string_view view = waiting;
    reader.take(view);
    waiting = std::string(view);
    if (reader.state() == State::complete || reader.state() == State::refused) {
      waiting += bytes.substr(std::min(at + step, bytes.size()));
      break;
    }
  }
  return {reader.state(), reader.request().body, reader.fault().kind, waiting.size()};
}

}  // namespace

TEST_CASE("a request is read with its parts", "[http]") {
  config::Limits const limits;
  RequestReader reader(limits);
  auto const bytes =
      "\r\nPUT /a%20b?c=d HTTP/1.1\r\nHost: x\r\nX-One: 1\r\nx-ONE:  2\r\nContent-Length: 4\r\n\r\n"
      "bodyGET /"s;
  std::string_view view = bytes;
  REQUIRE(reader.take(view) == State::complete);
  CHECK(view == "GET /");
  CHECK(reader.request().method == Method::put);
  CHECK(reader.request().target == "/a%20b?c=d");
  CHECK(reader.request().header("x-one") == "1, 2");
  CHECK(reader.request().body == "body");
  CHECK(reader.keep_alive());
  reader.next();
  CHECK(reader.take(view) == State::head);
  CHECK(reader.request().body.empty());
}

TEST_CASE("how long a connection lives is the client's to say", "[http]") {
  struct Case {
    std::string head;
    bool keep_alive;
  };
  auto const [head, keep_alive] =
      GENERATE(Case{"GET / HTTP/1.1\r\nHost: a\r\n\r\n", true},
               Case{"GET / HTTP/1.1\r\nHost: a\r\nConnection: foo, Close\r\n\r\n", false},
               Case{"GET / HTTP/1.0\r\n\r\n", false},
               Case{"GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", true});
  config::Limits const limits;
  RequestReader reader(limits);
  std::string_view view = head;
  REQUIRE(reader.take(view) == State::complete);
  CHECK(reader.keep_alive() == keep_alive);
}

TEST_CASE("chunks become the body, however they arrive", "[http]") {
  auto const step = GENERATE(1, 2, 3, 5, 1000);
  auto const one =
      read(chunked_head + "4\r\nbody\r\nA;x=\"y\"; z\r\n0123456789\r\n0\r\nX: y\r\n\r\nGET", step);
  CHECK(one.state == State::complete);
  CHECK(one.body == "body0123456789");
  CHECK(one.left == 3);
  CHECK(read(chunked_head + "0\r\n\r\n", step).state == State::complete);
  CHECK(read(chunked_head + "000\r\n\r\n", step).state == State::complete);
}

TEST_CASE("chunks that are none are refused", "[http]") {
  auto const body = GENERATE(
      "\r\n"s, "x\r\n"s, "-1\r\n"s, "0x1\r\na\r\n"s, " 1\r\na\r\n"s, "1\na\r\n"s, "1\r\nab\r\n"s,
      "1\r\na\n"s, "1 x\r\na\r\n"s, "1;\x01\r\na\r\n"s, "1;a\rb\r\na\r\n"s, "1000000000000000\r\n"s,
      "0\r\nno colon\r\n\r\n"s, "0\r\n a: b\r\n\r\n"s, "0\r\na : b\r\n\r\n"s, "0\r\na: b\n\r\n"s,
      "0\r\na: \x01\r\n\r\n"s, "1;" + std::string(300, 'a') + "\r\na\r\n",
      "0\r\na: " + std::string(5000, 'a') + "\r\n\r\n");
  CHECK(read(chunked_head + body, 1000).state == State::refused);
}

TEST_CASE("extensions and trailers are limited over the whole body", "[http]") {
  std::string extended = chunked_head;
  for (int i = 0; i < 100; ++i) extended += "1;" + std::string(100, 'e') + "\r\na\r\n";
  CHECK(read(extended, 1000).state == State::refused);
  std::string trailed = chunked_head + "0\r\n";
  for (int i = 0; i < 100; ++i) trailed += "a: " + std::string(100, 't') + "\r\n";
  CHECK(read(trailed, 1000).state == State::refused);
}

TEST_CASE("a body has a limit, however it is sent", "[http]") {
  config::Limits limits;
  limits.body_bytes = 10;
  auto const plain = "POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: "s;
  CHECK(read(plain + "10\r\n\r\n0123456789", 1000, limits).state == State::complete);
  auto const over = read(plain + "11\r\n\r\n", 1000, limits);
  CHECK(over.state == State::refused);
  CHECK(over.fault == Fault::Kind::body_too_large);
  CHECK(read(chunked_head + "6\r\n012345\r\n4\r\n6789\r\n0\r\n\r\n", 1000, limits).state ==
        State::complete);
  auto const chunks = read(chunked_head + "6\r\n012345\r\n5\r\n", 1000, limits);
  CHECK(chunks.state == State::refused);
  CHECK(chunks.fault == Fault::Kind::body_too_large);
}

TEST_CASE("a head has a limit", "[http]") {
  config::Limits limits;
  limits.header_bytes = 100;
  auto const fits = "GET / HTTP/1.1\r\nHost: a\r\nA: " + std::string(100 - 32, 'a') + "\r\n\r\n";
  REQUIRE(fits.size() == 100);
  CHECK(read(fits, 1, limits).state == State::complete);
  auto const larger = "GET / HTTP/1.1\r\nHost: a\r\nA: " + std::string(100 - 31, 'a') + "\r\n\r\n";
  auto const over = read(larger, 7, limits);
  CHECK(over.state == State::refused);
  CHECK(over.fault == Fault::Kind::head_too_large);
  CHECK(read(std::string(200, 'a'), 200, limits).fault == Fault::Kind::head_too_large);
}

TEST_CASE("one who waits for 100 Continue is known before the body", "[http]") {
  config::Limits const limits;
  RequestReader reader(limits);
  auto const head =
      "POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-Continue\r\nContent-Length: 1\r\n\r\n"s;
  std::string_view view = head;
  CHECK(reader.take(view) == State::body);
  CHECK(reader.expects_continue());
  reader.continue_sent();
  CHECK_FALSE(reader.expects_continue());
  std::string_view body = "x";
  CHECK(reader.take(body) == State::complete);
}

TEST_CASE("no bytes, whole or in pieces, do harm", "[http]") {
  std::mt19937_64 random(test::seed("request_reader"));
  std::string const alphabet = "GET POST/ HTTP/1.1\r\n\r\n\r\n:;0123456789abcdefChunked, \t\0\xff"s;
  auto const good = chunked_head + "4;a=b\r\nbody\r\n0\r\nA: b\r\n\r\n";
  for (int round = 0; round < 5000; ++round) {
    auto bytes =
        round % 2 == 0 ? good : "GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc"s;
    for (auto changes = random() % 4; changes > 0; --changes) {
      bytes.insert(random() % bytes.size(), 1, alphabet[random() % alphabet.size()]);
      bytes.erase(random() % bytes.size(), random() % 3);
    }
    auto const whole = read(bytes, bytes.size());
    auto const pieces = read(bytes, 1 + random() % 3);
    CHECK(whole.state == pieces.state);
    CHECK(whole.body == pieces.body);
  }
}

}  // namespace throughline::http

// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include "platform/http/head_scan.hpp"

#include <catch2/catch.hpp>

namespace throughline::http {
namespace {

using State = HeadScan::State;
using namespace std::string_literals;

std::string const get = "GET / HTTP/1.1\r\nHost: a\r\n";

State look(std::string const& head) {
  return HeadScan().look(head);
}

}  // namespace

TEST_CASE("a head ends at its empty line, whatever follows", "[http]") {
  HeadScan scan;
  auto const head = get + "Accept: */*\r\n\r\n";
  CHECK(scan.look(head + "GET / HTTP/1.1\r\n") == State::complete);
  CHECK(scan.length() == head.size());
}

TEST_CASE("a head may arrive byte by byte", "[http]") {
  auto const head = "POST /x HTTP/1.1\r\nHost: a:80\r\nTransfer-Encoding: chunked\r\n\r\n"s;
  HeadScan scan;
  for (std::size_t size = 1; size < head.size(); ++size) {
    REQUIRE(scan.look(head.substr(0, size)) == State::need_more);
  }
  CHECK(scan.look(head) == State::complete);
  CHECK(scan.chunked());
}

TEST_CASE("heads with one meaning pass", "[http]") {
  auto const head = GENERATE(
      "GET / HTTP/1.0\r\n\r\n"s, "GET / HTTP/1.1\r\nHost:\r\n\r\n"s, get + "X-Empty:\r\n\r\n",
      get + "X-Tab:\ta\tb \t\r\n\r\n", get + "X-Bytes: \xc3\xa4\r\n\r\n",
      get + "Content-Length: 0\r\n\r\n", get + "Transfer-Encoding: \tchunked \r\n\r\n",
      get + "Accept: a\r\nAccept: b\r\n\r\n", "OPTIONS * HTTP/1.1\r\nhost: [::1]:80\r\n\r\n"s,
      "BREW /a?b=%20 HTTP/1.1\r\nHost: a\r\n\r\n"s);
  CHECK(look(head) == State::complete);
}

TEST_CASE("a transfer encoding is chunked, alone, once", "[http]") {
  auto const fields = GENERATE(
      "Transfer-Encoding: gzip\r\n"s, "Transfer-Encoding: gzip, chunked\r\n"s,
      "Transfer-Encoding: chunked, chunked\r\n"s, "Transfer-Encoding: Chunked\r\n"s,
      "Transfer-Encoding: xchunked\r\n"s, "Transfer-Encoding: chunked;q=1\r\n"s,
      "Transfer-Encoding: \"chunked\"\r\n"s, "Transfer-Encoding:\r\n"s,
      "Transfer-Encoding: identity\r\n"s,
      "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n"s,
      "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n"s,
      "Transfer-Encoding: chunked\r\nContent-Length: 3\r\n"s,
      "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n"s, "Transfer-Encoding : chunked\r\n"s,
      "Transfer-Encoding: \x0b"
      "chunked\r\n"s,
      "Transfer-Encoding:\r\n chunked\r\n"s);
  CHECK(look(get + fields + "\r\n") == State::refused);
}

TEST_CASE("HTTP/1.0 has no transfer encoding", "[http]") {
  CHECK(look("POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n") == State::refused);
}

TEST_CASE("a content length is one number", "[http]") {
  auto const fields = GENERATE(
      "Content-Length: 3\r\nContent-Length: 3\r\n"s, "Content-Length: 3\r\ncontent-length: 4\r\n"s,
      "Content-Length: 3, 3\r\n"s, "Content-Length: +3\r\n"s, "Content-Length: -3\r\n"s,
      "Content-Length: 0x3\r\n"s, "Content-Length: 3 3\r\n"s, "Content-Length:\r\n"s,
      "Content-Length: 9999999999999999999\r\n"s, "Content-Length: 3\xc2\xa0\r\n"s);
  CHECK(look(get + fields + "\r\n") == State::refused);
}

TEST_CASE("lines end in CR LF and hold neither elsewhere", "[http]") {
  auto const head =
      GENERATE("GET / HTTP/1.1\nHost: a\r\n\r\n"s, get + "A: b\n\r\n", get + "A: b\r\r\n\r\n",
               get + "A: b\rC: d\r\n\r\n", get + "\n", get + "\r\r\n",
               "GET /\r HTTP/1.1\r\nHost: a\r\n\r\n"s, get + "A: b\r\n\n");
  CHECK(look(head) == State::refused);
}

TEST_CASE("a field is a token, a colon and a value", "[http]") {
  auto const line = GENERATE(" folded: on\r\n"s, "\tfolded\r\n"s, "A : b\r\n"s, "A\t: b\r\n"s,
                             ": b\r\n"s, "no colon\r\n"s, "A(b): c\r\n"s, "A: b\x01\r\n"s,
                             "A: b\x7f\r\n"s, "A: b\0c\r\n"s, "A\0: b\r\n"s, "\xc3\xa4: b\r\n"s);
  CHECK(look(get + line + "\r\n") == State::refused);
}

TEST_CASE("a request line has three parts and one space between", "[http]") {
  auto const line = GENERATE(
      "GET /\r\n"s, "GET  / HTTP/1.1\r\n"s, "GET /  HTTP/1.1\r\n"s, "GET / a HTTP/1.1\r\n"s,
      " GET / HTTP/1.1\r\n"s, "GET / HTTP/1.1 \r\n"s, "GET / HTTP/2.0\r\n"s, "GET / http/1.1\r\n"s,
      "GET / HTTP/1.10\r\n"s, "G(T / HTTP/1.1\r\n"s, "GET /\xc3\xa4 HTTP/1.1\r\n"s,
      "GET /\0 HTTP/1.1\r\n"s, "GET /\ta HTTP/1.1\r\n"s, "GET\r\n"s, "\r\n"s);
  CHECK(look(line + "Host: a\r\n\r\n") == State::refused);
}

TEST_CASE("HTTP/1.1 names one host", "[http]") {
  CHECK(look("GET / HTTP/1.1\r\n\r\n") == State::refused);
  CHECK(look(get + "Host: a\r\n\r\n") == State::refused);
  CHECK(look(get + "host: b\r\n\r\n") == State::refused);
  CHECK(look("GET / HTTP/1.0\r\nHost: a\r\nHost: a\r\n\r\n") == State::refused);
  CHECK(look("GET / HTTP/1.1\r\nHost: a b\r\n\r\n") == State::refused);
  CHECK(look("GET / HTTP/1.1\r\nHost: a, b\r\n\r\n") == State::refused);
  CHECK(look("GET / HTTP/1.1\r\nHost: u@a\r\n\r\n") == State::refused);
}

TEST_CASE("what says who asks and for what is said once", "[http]") {
  auto const name =
      GENERATE("Authorization", "Content-Type", "Idempotency-Key", "X-Request-Id", "traceparent");
  CHECK(look(get + name + ": a\r\n" + name + ": a\r\n\r\n") == State::refused);
}

TEST_CASE("a head has at most so many fields", "[http]") {
  std::string head = "GET / HTTP/1.1\r\nHost: a\r\n";
  for (std::size_t i = 1; i < HeadScan::fields_max; ++i) head += "A: b\r\n";
  CHECK(look(head + "\r\n") == State::complete);
  CHECK(look(head + "A: b\r\n\r\n") == State::too_many_fields);
}

}  // namespace throughline::http

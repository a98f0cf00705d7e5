// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include "platform/http/trace.hpp"

#include <catch2/catch.hpp>

#include "platform/http/conditional.hpp"
#include "platform/http/send.hpp"

namespace throughline::http {
namespace {

using namespace std::string_literals;

constexpr Timestamp moment =
    std::chrono::sys_days(std::chrono::year(2026) / 11 / 21) + std::chrono::hours(8);

Request with(std::string const& name, std::string const& value) {
  Request request;
  request.headers = {{name, value}};
  identify(request, moment);
  return request;
}

}  // namespace

TEST_CASE("a request keeps the id it came with, if that is one", "[http]") {
  CHECK(with("x-request-id", "Abc-1_2.3:4").id == "Abc-1_2.3:4");
  for (auto const& bad : {std::string(), std::string("a b"), std::string("a@b"), std::string("+46"),
                          std::string(129, 'a'), std::string("\xc3\xa4")}) {
    CHECK(parse_uuid(with("x-request-id", bad).id));
  }
  CHECK(with("x", "y").received_at == moment);
}

TEST_CASE("a trace context is kept if it is well-formed", "[http]") {
  std::string const good = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
  CHECK(with("traceparent", good).traceparent == good);
  auto const later = "cc" + good.substr(2) + "-what-comes-later";
  CHECK(with("traceparent", later).traceparent == later.substr(0, 55));
  for (auto bad : {good + "-more", "ff" + good.substr(2), "cc" + good.substr(2) + ".x",
                   good.substr(0, 54), "00-" + std::string(32, '0') + good.substr(35),
                   good.substr(0, 36) + std::string(16, '0') + "-01",
                   "00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01"s,
                   "00_" + good.substr(3), good.substr(0, 53) + "0g"}) {
    CHECK(with("traceparent", bad).traceparent.empty());
  }
}

TEST_CASE("If-None-Match is a list", "[http]") {
  CHECK(names_etag("*", "\"a\""));
  CHECK(names_etag("\"a\"", "\"a\""));
  CHECK(names_etag(" \"x\" ,\tW/\"a\"", "\"a\""));
  CHECK_FALSE(names_etag("\"ab\"", "\"a\""));
  CHECK_FALSE(names_etag("a", "\"a\""));
  CHECK_FALSE(names_etag(",,", "\"a\""));
}

TEST_CASE("a head is written in full", "[http]") {
  std::string out;
  DateText date;
  auto const reply = Reply::json("{}", 201).with("Location", "/v1/x");
  append_head(out, reply, "id", date.at(moment), Persistence::close);
  CHECK(out ==
        "HTTP/1.1 201 Created\r\nDate: Sat, 21 Nov 2026 08:00:00 GMT\r\n"
        "Content-Type: application/json\r\nContent-Length: 2\r\nX-Request-Id: id\r\n"
        "X-Content-Type-Options: nosniff\r\nCache-Control: no-store\r\nLocation: /v1/x\r\n"
        "Connection: close\r\n\r\n");
  CHECK_THROWS_AS(Reply::json("").with("A", "b\r\nC: d"), std::logic_error);
}

}  // namespace throughline::http

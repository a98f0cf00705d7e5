// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>

#include "throughline/platform/http.hpp"

namespace throughline::http {
namespace {

std::string etag_of(Reply const& reply) {
  for (auto const& [name, value] : reply.headers) {
    if (name == "ETag") return value;
  }
  return {};
}

std::optional<std::int64_t> asked(std::string const& if_match) {
  Request request;
  request.headers = {{"if-match", if_match}};
  Actor const actor;
  return Call(request, actor, {}, {}).if_match();
}

TEST_CASE("etag: names the version and what was sent", "[http]") {
  auto const one = etag_of(Reply::versioned(R"({"customer_id":1})", 12));
  CHECK(one == etag_of(Reply::versioned(R"({"customer_id":1})", 12)));
  CHECK(one != etag_of(Reply::versioned(R"({"customer_id":2})", 12)));
  CHECK(one != etag_of(Reply::versioned(R"({"customer_id":1})", 13)));
  CHECK(one.starts_with("\"v12."));
  CHECK(one.ends_with("\""));
}

TEST_CASE("etag: If-Match asks for the version alone", "[http]") {
  CHECK(asked(etag_of(Reply::versioned("{}", 12))) == 12);
  CHECK(asked(" " + etag_of(Reply::versioned("{}", 0)) + " ") == 0);
  CHECK(asked("") == std::nullopt);
  CHECK(asked("*") == std::nullopt);
  for (auto const* foreign : {"\"v12\"", "v12.a", "\"v.a\"", "\"v-1.a\"", "\"12.a\"", "W/\"v12.a\"",
                              "\"v99999999999999999999.a\"", "\"v12.a\", \"v13.b\"", "x"}) {
    CHECK(asked(foreign) == -1);
  }
}

}  // namespace
}  // namespace throughline::http

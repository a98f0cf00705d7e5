// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include "platform/http/router.hpp"

#include <catch2/catch.hpp>

#include "platform/http/target.hpp"

namespace throughline::http {
namespace {

Route route(Method method, std::string_view pattern) {
  return {method, pattern, Scope::none, {}, Direct{}};
}

Router const& router() {
  static Router const made(
      {route(Method::get, "/v1/cases"), route(Method::post, "/v1/cases"),
       route(Method::get, "/v1/cases/{id}"), route(Method::patch, "/v1/cases/{id}"),
       route(Method::get, "/v1/cases/{id}/notes"), route(Method::post, "/v1/cases/search"),
       route(Method::put, "/v1/customers/by/{type}/{value}"),
       route(Method::get, "/v1/customers/{id}/timeline")});
  return made;
}

std::string pattern_of(Router::Match const& match) {
  return match.entry ? std::string(match.entry->route.pattern) : "";
}

Request target(std::string const& text) {
  Request request;
  request.target = text;
  read_target(request);
  return request;
}

}  // namespace

TEST_CASE("a path finds its route and gives its values", "[http]") {
  CHECK(pattern_of(router().match(Method::get, {"v1", "cases"})) == "/v1/cases");
  auto const notes = router().match(Method::get, {"v1", "cases", "a/b", "notes"});
  CHECK(pattern_of(notes) == "/v1/cases/{id}/notes");
  CHECK(notes.path_values == std::vector<std::string>{"a/b"});
  auto const by = router().match(Method::put, {"v1", "customers", "by", "phone", "+1"});
  CHECK(by.entry->path_names == std::vector<std::string_view>{"type", "value"});
  CHECK(by.path_values == std::vector<std::string>{"phone", "+1"});
}

TEST_CASE("a fixed segment goes before a name, and a name where nothing fixed leads on", "[http]") {
  CHECK(pattern_of(router().match(Method::post, {"v1", "cases", "search"})) == "/v1/cases/search");
  CHECK(pattern_of(router().match(Method::get, {"v1", "cases", "search", "notes"})) ==
        "/v1/cases/{id}/notes");
  CHECK(pattern_of(router().match(Method::get, {"v1", "customers", "by", "timeline"})) ==
        "/v1/customers/{id}/timeline");
}

TEST_CASE("HEAD finds GET; other methods are told what there is", "[http]") {
  CHECK(pattern_of(router().match(Method::head, {"v1", "cases"})) == "/v1/cases");
  auto const wrong = router().match(Method::del, {"v1", "cases"});
  CHECK(wrong.entry == nullptr);
  CHECK(wrong.allow == "GET, HEAD, POST, OPTIONS");
  CHECK(router().match(Method::head, {"v1", "cases", "search"}).allow == "POST, OPTIONS");
  CHECK(router().allow_any() == "GET, HEAD, POST, PUT, PATCH, OPTIONS");
}

TEST_CASE("paths that are none", "[http]") {
  using Segments = std::vector<std::string>;
  for (auto const& segments :
       {Segments{}, Segments{""}, Segments{"v1"}, Segments{"v1", "cases", ""},
        Segments{"v1", "", "cases"}, Segments{"V1", "cases"},
        Segments{"v1", "cases", "a", "notes", "b"}}) {
    auto const match = router().match(Method::get, segments);
    CHECK(match.entry == nullptr);
    CHECK(match.allow.empty());
  }
}

TEST_CASE("a table with a mistake is refused", "[http]") {
  CHECK_THROWS_AS(Router({route(Method::get, "v1")}), std::logic_error);
  CHECK_THROWS_AS(Router({route(Method::get, "/a/{b}"), route(Method::get, "/a/{c}")}),
                  std::logic_error);
}

TEST_CASE("a target is split first and decoded after", "[http]") {
  auto const request = target("/a%2Fb/%C3%A4//c%20?x=1+2%2B&y=%26%3D&&z&=w");
  CHECK(request.segments == std::vector<std::string>{"a/b", "ä", "", "c "});
  CHECK(request.query == std::vector<std::pair<std::string, std::string>>{
                             {"x", "1+2+"}, {"y", "&="}, {"z", ""}, {"", "w"}});
  CHECK(target("http://host:80/a?b=c").segments == std::vector<std::string>{"a"});
  CHECK(target("HTTPS://host").segments == std::vector<std::string>{""});
  CHECK(target("*").segments.empty());
  CHECK(target("/a?b=/c?d").query[0].second == "/c?d");
}

TEST_CASE("targets that can't be read", "[http]") {
  auto const* const text = GENERATE("a", "", "/%", "/%4", "/%zz", "/%00", "/%C3", "/%ED%A0%80",
                                    "/?a=%FF", "/?%00=a", "/a#b", "ftp://host/a", "/%C0%AF", "/%2");
  CHECK_THROWS_AS(target(text), Error);
}

TEST_CASE("query parameters are the route's own, each once", "[http]") {
  Route const known{Method::get, "/", Scope::none, {"a", "b"}, Direct{}};
  CHECK_NOTHROW(check_query(known, target("/?a=1&b=2")));
  try {
    check_query(known, target("/?a=1&c=2&a=3&" + std::string(100, 'd')));
    FAIL("nothing was refused");
  } catch (Error const& error) {
    REQUIRE(error.fields().size() == 3);
    CHECK(error.fields()[0].pointer == "?c");
    CHECK(error.fields()[1].pointer == "?a");
    CHECK(error.fields()[2].pointer == "?" + std::string(64, 'd'));
  }
}

}  // namespace throughline::http

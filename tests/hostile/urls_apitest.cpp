// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// Whatever stands in a URL or a header: a clear refusal, never a failure of the server.
#include <catch2/catch.hpp>
#include <set>

#include "support/api/api.hpp"
#include "support/api/fingerprint.hpp"
#include "support/api/mutations.hpp"
#include "support/api/problems.hpp"
#include "support/api/routes.hpp"
#include "support/api/world.hpp"

using namespace throughline;
using namespace throughline::support;
using nlohmann::json;

namespace {

struct Bench {
  Api api;
  Api::Tenant tenant = api.make_tenant();
  Client client = api.client(tenant.key);
  World world{api, tenant, 1, "quokka"};
  json description = api.client("").get("/openapi.json").json();

  std::map<std::string, std::string> state() { return fingerprint(api.database(), tenant.id); }

  Response ask(ApiRoute const& route, std::string const& target, Headers const& headers = {}) {
    return client.request(std::string(route.method), target, world.fill(route.body), headers);
  }

  /// The operation's query parameters, references followed.
  std::vector<json> query_of(ApiRoute const& route) const {
    std::string method;
    for (char const c : route.method) method += static_cast<char>(c - 'A' + 'a');
    auto const& path = description.at("paths").at(std::string(route.path));
    std::vector<json> found;
    for (auto const* holder : {&path, &path.at(method)}) {
      for (auto parameter : holder->value("parameters", json::array())) {
        if (parameter.contains("$ref")) {
          auto const reference = parameter.at("$ref").get<std::string>();
          parameter = description.at(json::json_pointer(reference.substr(1)));
        }
        if (parameter.at("in") == "query") found.push_back(parameter);
      }
    }
    return found;
  }
};

std::string joined(std::string const& target, std::string const& query) {
  return target + (target.find('?') == std::string::npos ? "?" : "&") + query;
}

/// The target without a query parameter.
std::string without(std::string const& target, std::string const& name) {
  auto const question = target.find('?');
  if (question == std::string::npos) return target;
  std::string result = target.substr(0, question);
  std::string query = target.substr(question + 1);
  while (!query.empty()) {
    auto const item = query.substr(0, query.find('&'));
    query.erase(0, item.size() + 1);
    if (item.substr(0, item.find('=')) != name) result = joined(result, item);
  }
  return result;
}

/// Whether the parameter may take the value, as far as its schema says: any text will do, or it is
/// a number within bounds.
bool may_take(json const& parameter, std::string const& value) {
  auto const& schema = parameter.at("schema");
  bool const number = value.find_first_not_of("0123456789") == std::string::npos &&
                      !value.empty() && value.size() < 19;
  if (schema.value("type", "") == "integer" && number) {
    auto const asked = std::stoll(value);
    return asked >= schema.value("minimum", asked) && asked <= schema.value("maximum", asked);
  }
  bool const bound = schema.contains("$ref") || schema.contains("enum") ||
                     schema.contains("format") || schema.contains("pattern") ||
                     schema.value("type", "") != "string";
  return !bound && parameter.at("name") != "cursor";
}

}  // namespace

TEST_CASE("a query parameter that nobody knows, or that stands twice, is refused by name") {
  Bench bench;
  for (auto const& route : api_routes()) {
    INFO(to_string(route));
    auto const target = bench.world.fill(route.target);
    auto const before = bench.state();
    auto const unknown = bench.ask(route, joined(target, "colour=red"));
    CHECK(unknown.status == 422);
    CHECK(names(unknown, "?colour"));
    CHECK(fault_in(unknown) == "");
    auto const nameless = bench.ask(route, joined(target, "=red"));
    CHECK(nameless.status == 422);
    auto const odd = bench.ask(route, joined(target, "%F0%9F%A4%B7[]=1"));
    CHECK(odd.status == 422);
    for (auto const& parameter : bench.query_of(route)) {
      auto const name = parameter.at("name").get<std::string>();
      INFO(name);
      auto const twice =
          bench.ask(route, joined(without(target, name), name + "=1&" + name + "=1"));
      CHECK(twice.status == 422);
      CHECK(names(twice, "?" + name));
    }
    CHECK(difference(before, bench.state()) == "");
  }
}

TEST_CASE("a query value that is not what its parameter takes is refused by name") {
  Bench bench;
  for (auto const& route : api_routes()) {
    auto const before = bench.state();
    for (auto const& parameter : bench.query_of(route)) {
      auto const name = parameter.at("name").get<std::string>();
      auto const target = without(bench.world.fill(route.target), name);
      for (auto const& value : broken_query_values()) {
        INFO(route.method << " " << target << " with " << name << "=" << value);
        auto const answer = bench.ask(route, joined(target, name + "=" + value));
        CHECK(fault_in(answer, "quokka") == "");
        if (may_take(parameter, value)) continue;
        CHECK(answer.status == 422);
        CHECK(names(answer, "?" + name));
      }
      auto const huge = bench.ask(route, joined(target, name + "=" + std::string(9000, 'x')));
      INFO("9,000 characters for " << name);
      CHECK(fault_in(huge) == "");
    }
    if (!route.writes()) CHECK(difference(before, bench.state()) == "");
  }
}

TEST_CASE("a URL that can't be decoded is refused as malformed") {
  Bench bench;
  for (auto const& route : api_routes()) {
    auto const target = bench.world.fill(route.target);
    auto const before = bench.state();
    for (std::string const bad : {"%", "%4", "%zz", "%00", "a%00b", "%ff", "%c0%af", "%ed%a0%80",
                                  "%f4%90%80%80", "%u0041"}) {
      INFO(route.method << " " << target << " with " << bad);
      for (auto const& broken :
           {joined(target, bad + "=1"), joined(target, "limit=" + bad), "/" + bad + target}) {
        auto const answer = bench.ask(route, broken);
        CHECK(answer.status == 400);
        CHECK(fault_in(answer) == "");
      }
    }
    CHECK(difference(before, bench.state()) == "");
  }
}

TEST_CASE("a path that leads nowhere is refused, however it is written") {
  Bench bench;
  std::vector<std::string> const segments{"abc",
                                          "0",
                                          "-1",
                                          "null",
                                          "*",
                                          "'",
                                          "%27%20or%201",
                                          "..",
                                          "%2e%2e",
                                          "%2F",
                                          "a%2Fb",
                                          "%20",
                                          "%0a",
                                          "%F0%9F%A4%B7",
                                          "00000000-0000-0000-0000-000000000000",
                                          "0190b5a2-c0de-7000-8000-00000000000a%20",
                                          "{id}",
                                          ";",
                                          "@",
                                          "+",
                                          std::string(5000, 'a')};
  for (auto const& route : api_routes()) {
    auto const open = route.path.find('{');
    if (open == std::string_view::npos) continue;
    auto const target = bench.world.fill(route.target);
    auto const before = bench.state();
    // The text before the first {name} is the same in both.
    auto const end = std::min(target.find('/', open), target.size());
    for (auto const& segment : segments) {
      auto const odd = target.substr(0, open) + segment +
                       target.substr(std::min(end, std::min(target.find('?'), target.size())));
      INFO(route.method << " " << odd.substr(0, 200));
      auto const answer = bench.ask(route, odd);
      CHECK(fault_in(answer, "quokka") == "");
      CHECK(answer.status / 100 == 4);
    }
    CHECK(difference(before, bench.state()) == "");
  }
}

TEST_CASE("neighbours of a path are no other path") {
  Bench bench;
  for (auto const& route : api_routes()) {
    auto const target = bench.world.fill(route.target);
    auto const path = target.substr(0, target.find('?'));
    auto const before = bench.state();
    for (auto const& odd : {path + "/", "/" + path, path + "//", path + "/.", path + "%2F",
                            path + ";a=1", "/v1/.." + path, path + std::string(20000, 'a')}) {
      // A slash at the end of a phone number is but punctuation.
      if (route.path.ends_with("{value}") && odd.ends_with("%2F")) continue;
      INFO(route.method << " " << odd.substr(0, 200));
      bench.client.recorded = odd.size() < 10000;  // what is cut off before it is read has no route
      auto const answer = bench.ask(route, odd);
      CHECK(answer.status / 100 == 4);
      CHECK(fault_in(answer) == "");
    }
    CHECK(difference(before, bench.state()) == "");
  }
}

TEST_CASE("a method that a path does not take is refused, naming those it takes") {
  Bench bench;
  std::map<std::string_view, std::set<std::string_view>> taken;
  for (auto const& route : api_routes()) taken[route.path].insert(route.method);
  for (auto const& route : api_routes()) {
    auto const target = bench.world.fill(route.target);
    for (std::string const method : {"GET", "POST", "PUT", "PATCH", "DELETE", "TRACE", "BREW"}) {
      if (taken[route.path].contains(method)) continue;
      INFO(method << " " << target);
      auto const answer = bench.client.request(method, target, "");
      CHECK(answer.status == 405);
      CHECK(fault_in(answer) == "");
      for (auto const one : taken[route.path]) {
        CHECK(answer.header("allow").find(one) != std::string::npos);
      }
    }
  }
}

TEST_CASE("headers that mean something are checked like everything else") {
  Bench bench;
  for (auto const& route : api_routes()) {
    if (!route.writes()) continue;
    INFO(to_string(route));
    auto const target = bench.world.fill(route.target);
    auto const before = bench.state();
    for (auto const& key :
         {std::string(256, 'k'), std::string("two words"), std::string("k\xc3\xa9"),
          std::string("tab\there"), std::string(8000, 'k')}) {
      INFO("Idempotency-Key of " << key.size() << " bytes");
      auto const answer = bench.ask(route, target, {{"Idempotency-Key", key}});
      CHECK(answer.status == 422);
      CHECK(names(answer, "@Idempotency-Key"));
      CHECK(fault_in(answer) == "");
    }
    CHECK(difference(before, bench.state()) == "");
  }
  for (auto const& route : api_routes()) {
    if (route.method != "PATCH" && route.method != "PUT") continue;
    auto const target = bench.world.fill(route.target);
    auto const before = bench.state();
    for (std::string const etag :
         {"\"v999999999\"", "\"v-1\"", "\"v1", "v1", "W/\"v1\"", "\"\"", "garbage", "\"\xff\"",
          "\"v99999999999999999999\"", "\"v1\", \"v2\""}) {
      INFO(to_string(route) << " with If-Match: " << etag);
      auto const answer = bench.ask(route, target, {{"If-Match", etag}});
      CHECK(answer.status == 412);
      CHECK(fault_in(answer) == "");
    }
    CHECK(difference(before, bench.state()) == "");
  }
}

TEST_CASE("a request id or trace of the caller's is echoed only if it is sound") {
  Bench bench;
  for (auto const& odd : {std::string("a b"), std::string("<script>"), std::string("\xff"),
                          std::string(4000, 'i'), std::string("x\ty")}) {
    INFO(odd);
    auto const answer = bench.client.get(
        "/v1/cases", {{"X-Request-Id", odd}, {"traceparent", odd}, {"tracestate", odd}});
    CHECK(fault_in(answer) == "");
    CHECK(answer.header("x-request-id") != odd);
    CHECK(!answer.header("x-request-id").empty());
  }
}

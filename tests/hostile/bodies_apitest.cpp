// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// Whatever stands in a body: a clear refusal that names the field, never a failure of the server,
// and nothing half-written.
#include <algorithm>
#include <catch2/catch.hpp>

#include "support/api/api.hpp"
#include "support/api/fingerprint.hpp"
#include "support/api/mutations.hpp"
#include "support/api/problems.hpp"
#include "support/api/routes.hpp"
#include "support/api/world.hpp"

using namespace throughline;
using namespace throughline::support;

namespace {

constexpr std::string_view secret = "quokka";

/// One tenant; a world for each route that takes a body.
struct Bench {
  Api api;
  Api::Tenant tenant = api.make_tenant();
  Client client = api.client(tenant.key);
  int worlds = 0;

  World make_world() { return World(api, tenant, ++worlds, std::string(secret)); }
  std::map<std::string, std::string> state() { return fingerprint(api.database(), tenant.id); }
};

template <class Test>
void for_each_body(Bench& bench, Test test) {
  for (auto const& route : api_routes()) {
    if (route.body.empty()) continue;
    INFO(to_string(route));
    auto const world = bench.make_world();
    test(route, world.fill(route.target), with_past(route, world.fill(route.body)));
  }
}

void send(Bench& bench, ApiRoute const& route, std::string const& target, Mutation const& mutation,
          std::map<std::string, std::string>& state) {
  INFO(mutation.name);
  // Thousands of refusals differ by their pointer alone.
  bench.client.recorded = mutation.verdict == Mutation::Verdict::answered;
  auto const answer = bench.client.request(std::string(route.method), target, mutation.body);
  CHECK(fault_in(answer, route, mutation, secret) == "");
  if (mutation.verdict != Mutation::Verdict::answered) return;
  auto after = bench.state();
  if (answer.status >= 400) CHECK(difference(state, after) == "");
  state = std::move(after);
}

/// What is refused must have written nothing: those that must be come first and are held to it
/// together, those that may be taken one by one.
void try_all(Bench& bench, ApiRoute const& route, std::string const& target,
             std::vector<Mutation> mutations) {
  auto const must_be_refused = [](Mutation const& mutation) {
    return mutation.verdict != Mutation::Verdict::answered;
  };
  auto const rest = std::stable_partition(mutations.begin(), mutations.end(), must_be_refused);
  auto state = bench.state();
  for (auto mutation = mutations.begin(); mutation != rest; ++mutation) {
    send(bench, route, target, *mutation, state);
  }
  CHECK(difference(state, bench.state()) == "");
  for (auto mutation = rest; mutation != mutations.end(); ++mutation) {
    send(bench, route, target, *mutation, state);
  }
}

}  // namespace

TEST_CASE("a body that is no JSON object in UTF-8 is refused") {
  Bench bench;
  for_each_body(bench,
                [&](ApiRoute const& route, std::string const& target, std::string const& body) {
                  try_all(bench, route, target, broken_texts(body));
                });
}

TEST_CASE("a field that is not what it must be is refused by its pointer") {
  Bench bench;
  for_each_body(bench,
                [&](ApiRoute const& route, std::string const& target, std::string const& body) {
                  try_all(bench, route, target, broken_fields(route, body));
                });
}

TEST_CASE("a body past the limit is refused with 413, naming the limit, before it is read") {
  Bench bench;
  for_each_body(bench, [&](ApiRoute const& route, std::string const& target, std::string const&) {
    auto const before = bench.state();
    for (std::string const framing : {"Content-Length: 1048577", "Content-Length: 9999999999999"}) {
      INFO(framing);
      auto client = bench.api.client(bench.tenant.key);
      client.send(std::string(route.method) + " " + target +
                  " HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer " + bench.tenant.key +
                  "\r\nContent-Type: application/json\r\n" + framing + "\r\n\r\n{");
      auto const answer = client.receive();
      CHECK(answer.status == 413);
      CHECK(fault_in(answer) == "");
      CHECK(answer.body.find("1048576") != std::string::npos);
    }
    CHECK(difference(before, bench.state()) == "");
  });
}

TEST_CASE("a body that is not said to be JSON is refused with 415") {
  Bench bench;
  for_each_body(bench, [&](ApiRoute const& route, std::string const& target,
                           std::string const& body) {
    auto const before = bench.state();
    for (std::string const type :
         {"text/plain", "application/xml", "application/x-www-form-urlencoded",
          "multipart/form-data; boundary=x", "application/jsonp", "text/json", "json", "*/*", ""}) {
      INFO("Content-Type: " << type);
      auto const answer =
          bench.client.request(std::string(route.method), target, body, {{"Content-Type", type}});
      CHECK(answer.status == 415);
      CHECK(fault_in(answer, secret) == "");
    }
    CHECK(difference(before, bench.state()) == "");
  });
}

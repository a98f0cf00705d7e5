// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// What holds for every read: it writes nothing, HEAD tells what GET would, and an ETag saves the
// body until something that is shown has changed.
#include <catch2/catch.hpp>

#include "support/api/api.hpp"
#include "support/api/fingerprint.hpp"
#include "support/api/routes.hpp"
#include "support/api/world.hpp"

using namespace throughline;
using namespace throughline::support;

TEST_CASE("a read writes nothing, and HEAD answers as GET without the body") {
  Api api;
  auto const tenant = api.make_tenant();
  auto client = api.client(tenant.key);
  World const world(api, tenant, 1, "quokka");
  auto const before = fingerprint(api.database(), tenant.id);
  for (auto const& route : api_routes()) {
    if (route.writes()) continue;
    INFO(to_string(route));
    auto const target = world.fill(route.target);
    auto const shown = client.request(std::string(route.method), target, world.fill(route.body));
    CHECK(shown.status == 200);
    if (route.method != "GET") continue;
    auto const head = client.head(target);
    CHECK(head.status == 200);
    CHECK(head.body.empty());
    for (auto const* name : {"content-type", "content-length", "etag", "cache-control"}) {
      INFO(name);
      CHECK(head.header(name) == shown.header(name));
    }
  }
  CHECK(difference(before, fingerprint(api.database(), tenant.id)) == "");
}

TEST_CASE("an ETag is answered 304 until the document changes, from the cache or not") {
  Api api(GENERATE(Api::Cache::memory, Api::Cache::redis));
  auto const tenant = api.make_tenant();
  auto client = api.client(tenant.key);
  World const world(api, tenant, 1, "quokka");
  struct Pair {
    std::string read, write;
  };
  for (auto const& [read, write] :
       {Pair{"/v1/customers/<customer>", R"({"tier": "gold"})"},
        Pair{"/v1/cases/<case>", R"({"priority": "high"})"},
        Pair{"/v1/interactions/<interaction>", R"({"intent": "refund"})"},
        Pair{"/v1/context?customer_id=<customer>", ""}}) {
    INFO(read);
    auto const target = world.fill(read);
    auto const first = client.get(target);
    auto const etag = first.header("etag");
    REQUIRE(!etag.empty());
    for (auto const& held : {etag, "\"other\", " + etag, "W/" + etag, std::string("*")}) {
      INFO("If-None-Match: " << held);
      auto const same = client.get(target, {{"If-None-Match", held}});
      CHECK(same.status == 304);
      CHECK(same.body.empty());
      CHECK(same.header("etag") == etag);
    }
    CHECK(client.get(target, {{"If-None-Match", "\"other\""}}).status == 200);
    auto const changed = write.empty() ? client.post(world.fill("/v1/cases/<case>/notes"),
                                                     R"({"kind": "note", "text": "x"})")
                                       : client.patch(target, write, {{"If-Match", etag}});
    CHECK(changed.status / 100 == 2);
    auto const fresh = client.get(target, {{"If-None-Match", etag}});
    CHECK(fresh.status == 200);
    CHECK(fresh.header("etag") != etag);
    if (!write.empty()) CHECK(client.patch(target, write, {{"If-Match", etag}}).status == 412);
  }
}

// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// Random histories against a small model: after every 2xx, a reading that begins afterwards shows
// it, on every instance and whatever way leads there; and at the end everything is there exactly
// once.
//
// THROUGHLINE_TEST_SEED repeats a history (exactly so with one client; with several, the order in
// which they meet is theirs), THROUGHLINE_HISTORY_SECONDS makes it longer,
// THROUGHLINE_HISTORY_CLIENTS sets the number of clients.
#include <catch2/catch.hpp>
#include <iostream>

#include "support/api/api.hpp"
#include "support/histories/clients.hpp"
#include "support/histories/end.hpp"
#include "support/histories/model.hpp"
#include "support/histories/player.hpp"
#include "support/seed.hpp"

using namespace throughline;
using support::Api;

namespace {

/// The first thing that went wrong, empty if nothing did.
std::string play(histories::Model& model, Api& api, Api::Tenant const& tenant, std::uint64_t seed) {
  auto failure = histories::run_clients([&](int client, histories::GoesOn const& goes_on) {
    histories::Player player(model, api, tenant, seed, client);
    while (goes_on()) player.step();
  });
  if (!failure.empty()) return failure;
  try {
    histories::check_end(model, api, tenant);
  } catch (std::exception const& broken) {
    return broken.what();
  }
  return {};
}

/// Identifiers move a lot here, and how many of a kind one may hold is not what is tried.
void let_customers_hold_many(Api& api, Api::Tenant const& tenant) {
  auto const answer = api.client(tenant.key)
                          .patch("/v1/settings/identity",
                                 R"({"classes": {"phone": {"max": 50}, "email": {"max": 50}}})");
  REQUIRE(answer.status == 200);
}

void try_history(std::string const& name, Api::Cache cache, std::size_t instances) {
  auto const seed = test::seed("histories, " + name);
  Api api(cache, instances);
  auto const tenant = api.make_tenant();
  let_customers_hold_many(api, tenant);
  histories::Model model(seed);
  auto const failure = play(model, api, tenant, seed);
  std::cout << "histories, " << name << ": " << model.requests << " requests, " << model.checks
            << " readings checked, " << model.people.size() << " people" << std::endl;
  INFO("THROUGHLINE_TEST_SEED=" << seed);
  INFO(failure);
  REQUIRE(failure.empty());
  REQUIRE(model.requests > 50);
}

}  // namespace

TEST_CASE("histories: what was acknowledged is read, with the memory cache") {
  try_history("memory", Api::Cache::memory, 1);
}

TEST_CASE("histories: what was acknowledged is read, with Redis") {
  try_history("Redis", Api::Cache::redis, 1);
}

TEST_CASE("histories: what was acknowledged is read on either of two instances sharing Redis") {
  try_history("two instances", Api::Cache::redis, 2);
}

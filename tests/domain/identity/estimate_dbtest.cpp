// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// What the commands `identity index` and `identity estimate` do.
#include <catch2/catch.hpp>

#include "domain/identity/question.hpp"
#include "domain/identity/store_candidates.hpp"
#include "domain/identity/world.hpp"

using namespace throughline;
using namespace throughline::test;

namespace {

identity::Answer keep(World& world, std::string const& mail, std::string const& profile) {
  return world.write([&](postgres::Tx& tx) {
    return identity::ask(tx, world.actor, {{email(mail)}, profile, true, false});
  });
}
identity::Answer look_for(World& world, std::string const& profile) {
  return world.read([&](postgres::Tx& tx) {
    return identity::ask(tx, world.actor, {{}, profile, false, false});
  });
}

/// As the owner, whom policies bind as well.
void lose_keys(support::Database& database) {
  database.owner_pool().transact(postgres::Mode::write, TenantId{}, [](postgres::Tx& tx) {
    tx.exec("alter table identity_keys no force row level security");
    tx.exec("delete from identity_keys");
    tx.exec("alter table identity_keys force row level security");
  });
}

constexpr auto ada = R"({"given_name":"Ada","family_name":"Okafor","date_of_birth":"1985-03-07",
    "address":{"line1":"4 Mill Lane","postal_code":"97477"}})";

}  // namespace

TEST_CASE("index: finds again whoever lost their keys, and counts customers") {
  support::Database database{support::Database::Kind::fresh};
  World world(database);
  keep(world, "ada@x-mail.com", ada);
  CHECK(look_for(world, ada).decision == identity::Decision::matched);
  lose_keys(database);
  CHECK(look_for(world, ada).decision == identity::Decision::none);

  CHECK(identity::index(database.pool(), world.actor.tenant) == 1);
  CHECK(look_for(world, ada).decision == identity::Decision::matched);
  CHECK(identity::index(database.pool(), world.actor.tenant) == 1);
  auto const population = world.read([](postgres::Tx& tx) {
    return identity::store::read_basis(identity::store::ask_basis(tx)).population;
  });
  CHECK(population == 1);
}

TEST_CASE("estimate: each is a version of its own, and scores go by the newest") {
  support::Database database;
  World world(database);
  for (int i = 0; i < 60; ++i) {
    auto const number = std::to_string(i);
    std::string const profile = R"({"given_name":"Ada","family_name":"Name)" + number + "\"}";
    keep(world, "n" + number + "@x-mail.com", profile);
    keep(world, "n" + number + "@x-mail.com", R"({"family_name":"Name)" + number + "\"}");
  }
  auto const first = identity::estimate(database.pool(), world.actor.tenant, world.actor.now);
  CHECK(first.version == 1);
  CHECK(first.records >= 60);
  CHECK(first.pairs_random > 0);
  auto const second = identity::estimate(database.pool(), world.actor.tenant, world.actor.now);
  CHECK(second.version == 2);
  auto const basis = world.read(
      [](postgres::Tx& tx) { return identity::store::read_basis(identity::store::ask_basis(tx)); });
  CHECK(basis.weights.version == 2);
  CHECK(likeness::to_json(basis.weights) == second.weights_json);
}

TEST_CASE("estimate: a tenant without customers keeps the defaults") {
  support::Database database;
  World world(database);
  auto const estimated = identity::estimate(database.pool(), world.actor.tenant, world.actor.now);
  CHECK(estimated.records == 0);
  auto weights = likeness::default_weights();
  weights.version = 1;
  CHECK(estimated.weights_json == likeness::to_json(weights));
}

// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include <atomic>
#include <catch2/catch.hpp>
#include <thread>
#include <vector>

#include "support/database.hpp"
#include "throughline/base/error.hpp"
#include "throughline/platform/external_ids.hpp"

namespace throughline::external_ids {
namespace {

using postgres::Mode;
using postgres::Tx;
using support::Database;

using Owners = std::vector<std::optional<Uuid>>;

struct World {
  Database database;
  Actor actor = database.actor(database.make_tenant());

  Owners claim_all(std::string_view kind, std::vector<Claim> const& claims) {
    Owners owners;
    database.pool().transact(Mode::write, actor.tenant,
                             [&](Tx& tx) { owners = claim(tx, actor, kind, claims); });
    return owners;
  }
};

Uuid make_record() {
  return make_uuid7(support::test_now);
}

TEST_CASE("the first record keeps a foreign id", "[external_ids]") {
  World world;
  auto const first = make_record();
  auto const second = make_record();
  CHECK(world.claim_all("case", {{{"crm", "1"}, first}}) == Owners{std::nullopt});
  CHECK(world.claim_all("case", {{{"crm", "1"}, second}}) == Owners{first});
  CHECK(world.claim_all("case", {}).empty());
}

TEST_CASE("kind, system, id and tenant keep foreign ids apart", "[external_ids]") {
  World world;
  world.claim_all("case", {{{"crm", "1"}, make_record()}});
  CHECK(world.claim_all("note", {{{"crm", "1"}, make_record()}}) == Owners{std::nullopt});
  CHECK(world.claim_all("case", {{{"CRM", "1"}, make_record()}}) == Owners{std::nullopt});
  CHECK(world.claim_all("case", {{{"crm", "1 "}, make_record()}}) == Owners{std::nullopt});
  world.actor = world.database.actor(world.database.make_tenant());
  CHECK(world.claim_all("case", {{{"crm", "1"}, make_record()}}) == Owners{std::nullopt});
}

TEST_CASE("claims of one call answer one by one, equal ones with the first", "[external_ids]") {
  World world;
  auto const taken = make_record();
  world.claim_all("event", {{{"shop", "b"}, taken}});
  auto const mine = make_record();
  auto const owners = world.claim_all("event", {{{"shop", "c"}, mine},
                                                {{"shop", "b"}, make_record()},
                                                {{"shop", "a"}, make_record()},
                                                {{"shop", "c"}, make_record()}});
  CHECK(owners == Owners{std::nullopt, taken, std::nullopt, mine});
}

TEST_CASE("a claim that was rolled back is free", "[external_ids]") {
  World world;
  CHECK_THROWS_AS(world.database.pool().transact(
                      Mode::write, world.actor.tenant,
                      [&](Tx& tx) {
                        std::vector<Claim> const claims{{{"crm", "1"}, make_record()}};
                        claim(tx, world.actor, "case", claims);
                        throw Error(Code::conflict, "no");
                      }),
                  Error);
  CHECK(world.claim_all("case", {{{"crm", "1"}, make_record()}}) == Owners{std::nullopt});
}

TEST_CASE("a released claim is free, another's stays", "[external_ids]") {
  World world;
  auto const other = make_record();
  world.claim_all("event", {{{"shop", "theirs"}, other}});
  auto const mine = make_record();
  world.database.pool().transact(Mode::write, world.actor.tenant, [&](Tx& tx) {
    std::vector<Claim> const claims{{{"shop", "mine"}, mine}, {{"shop", "theirs"}, mine}};
    claim(tx, world.actor, "event", claims);
    release(tx, world.actor, "event", claims);
  });
  auto const next = make_record();
  CHECK(world.claim_all("event", {{{"shop", "mine"}, next}, {{"shop", "theirs"}, next}}) ==
        Owners{std::nullopt, other});
}

TEST_CASE("racing claims in any order give each id one owner", "[external_ids]") {
  World world;
  constexpr int threads_count = 16;
  constexpr int ids_count = 20;
  std::atomic<int> owned = 0;
  std::vector<std::thread> threads;
  for (int t = 0; t < threads_count; ++t) {
    threads.emplace_back([&, t] {
      std::vector<Claim> claims;
      for (int i = 0; i < ids_count; ++i)
        claims.push_back({{"crm", std::to_string((i * 7 + t) % ids_count)}, make_record()});
      for (auto const& owner : world.claim_all("message", claims)) owned += owner ? 0 : 1;
    });
  }
  for (auto& thread : threads) thread.join();
  CHECK(owned == ids_count);
}

}  // namespace
}  // namespace throughline::external_ids

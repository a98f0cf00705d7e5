// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <catch2/catch.hpp>
#include <set>
#include <thread>

#include "platform/postgres/connection.hpp"
#include "support/database.hpp"
#include "throughline/base/error.hpp"
#include "throughline/platform/auth.hpp"

namespace throughline::auth {
namespace {

using Clock = std::chrono::steady_clock;
using postgres::Mode;
using postgres::Tx;
using support::Database;

struct World {
  Database database;
  Keys keys{database.service_pool(), database.log()};
  std::string tenant = to_string(make_uuid7(support::test_now));

  std::string create(char const* scopes, std::string const& region = {}) {
    return create_key(database.owner_pool(), tenant, *parse_scopes(scopes), region,
                      support::test_now);
  }
};

TEST_CASE("a key leads to its tenant, scopes and region", "[auth]") {
  World world;
  auto const text = world.create("cases:read,cases:write", "DE");
  CHECK(text.size() == 46);
  CHECK(text.starts_with("tl_"));
  CHECK(
      text.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_") ==
      std::string::npos);
  CHECK_FALSE(world.keys.cached(text));
  auto const key = world.keys.look_up(text);
  REQUIRE(key);
  CHECK(key->scopes.allows(Scope::cases_write));
  CHECK_FALSE(key->scopes.allows(Scope::context_read));
  CHECK(key->default_region == "DE");
  CHECK(world.keys.cached(text) == key);
  CHECK(world.keys.look_up(text) == key);  // shared: its requests are counted together
  world.database.pool().transact(Mode::read, key->tenant, [&](Tx& tx) {
    CHECK(tx.exec("select name from tenants")[0][0].text() == world.tenant);
  });
}

TEST_CASE("keys of one name share a tenant, and no two keys are alike", "[auth]") {
  World world;
  std::set<std::string> texts;
  std::set<KeyId> ids;
  for (int i = 0; i < 8; ++i) {
    texts.insert(world.create("all", i == 0 ? "GB" : ""));
    auto const key = world.keys.look_up(*texts.begin());
    CHECK(key->default_region == "GB");
  }
  CHECK(texts.size() == 8);
  std::set<std::int32_t> tenants;
  for (auto const& text : texts) {
    tenants.insert(world.keys.look_up(text)->tenant.value);
    ids.insert(world.keys.look_up(text)->id);
  }
  CHECK(tenants.size() == 1);
  CHECK(ids.size() == 8);
}

TEST_CASE("what is no key is refused", "[auth]") {
  World world;
  auto const text = world.create("all");
  auto changed = text;
  changed[10] = changed[10] == 'A' ? 'B' : 'A';
  for (auto const& wrong : {std::string(), std::string("tl_"), text + "A", text.substr(0, 45),
                            changed, std::string(46, '\0'), "TL_" + text.substr(3)}) {
    CHECK_FALSE(world.keys.look_up(wrong));
    CHECK_FALSE(world.keys.cached(wrong));
  }
}

TEST_CASE("a key that did not exist is found as soon as it does", "[auth]") {
  World world;
  auto const text = world.create("all");
  auto const keys = list_keys(world.database.owner_pool());
  auto const info = std::find_if(keys.begin(), keys.end(),
                                 [&](auto const& key) { return key.tenant == world.tenant; });
  auto const stash = [&](char const* sql) {
    world.database.owner_pool().transact(Mode::write, TenantId{},
                                         [&](Tx& tx) { tx.exec(sql, {info->id}); });
  };
  stash("update api_keys set hash = hash || '\\x00' where id = $1");
  CHECK_FALSE(world.keys.look_up(text));
  stash("update api_keys set hash = substring(hash for 32) where id = $1");
  CHECK(world.keys.look_up(text));
}

TEST_CASE("keys are listed without their text and revoked once", "[auth]") {
  Database database(Database::Kind::fresh);
  auto& owner = database.owner_pool();
  create_key(owner, "acme", *parse_scopes("cases:read"), "", support::test_now);
  create_key(owner, "other", *parse_scopes("all"), "", support::test_now + std::chrono::hours(1));
  auto const keys = list_keys(owner);
  REQUIRE(keys.size() == 2);
  CHECK(keys[0].tenant == "acme");
  CHECK(keys[0].scopes == "cases:read");
  CHECK(keys[0].created_at == support::test_now);
  CHECK_FALSE(keys[0].revoked_at);
  auto const later = support::test_now + std::chrono::hours(2);
  CHECK(revoke_key(owner, keys[0].id, later));
  CHECK_FALSE(revoke_key(owner, keys[0].id, later + std::chrono::hours(1)));
  CHECK_FALSE(revoke_key(owner, KeyId::make(later), later));
  CHECK(list_keys(owner)[0].revoked_at == later);
  CHECK_FALSE(list_keys(owner)[1].revoked_at);
}

TEST_CASE("a revocation is seen within a second on every instance", "[auth]") {
  World world;
  Keys other(world.database.service_pool(), world.database.log());
  auto const text = world.create("all");
  auto const id = world.keys.look_up(text)->id;
  REQUIRE(other.look_up(text));
  std::this_thread::sleep_for(Keys::trusted_for + std::chrono::milliseconds(300));
  REQUIRE(world.keys.cached(text));  // the refresher keeps it alive
  REQUIRE(other.cached(text));
  revoke_key(world.database.owner_pool(), id, support::test_now);
  auto const revoked = Clock::now();
  CHECK_FALSE(world.keys.look_up(text));
  while (world.keys.cached(text) || other.cached(text)) {
    REQUIRE(Clock::now() - revoked < std::chrono::seconds(1));
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  CHECK_FALSE(other.look_up(text));
}

TEST_CASE("a new region reaches keys in memory", "[auth]") {
  World world;
  auto const text = world.create("all");
  auto const tenant = world.keys.look_up(text)->tenant;
  world.database.owner_pool().transact(Mode::write, tenant, [&](Tx& tx) {
    tx.exec("update tenants set default_region = 'FR' where id = $1", {tenant});
  });
  auto const changed = Clock::now();
  for (auto key = world.keys.cached(text); !key || key->default_region != "FR";
       key = world.keys.cached(text)) {
    REQUIRE(Clock::now() - changed < std::chrono::seconds(1));
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
}

TEST_CASE("without PostgreSQL keys in memory are believed for a second, then none", "[auth]") {
  Database database(Database::Kind::fresh);
  Keys keys(database.service_pool(), database.log());
  auto const text =
      create_key(database.owner_pool(), "acme", *parse_scopes("all"), "", support::test_now);
  REQUIRE(keys.look_up(text));
  auto const confirmed = Clock::now();
  database.forbid_connections();
  CHECK(keys.cached(text));
  while (keys.cached(text)) {
    REQUIRE(Clock::now() - confirmed < Keys::trusted_for + std::chrono::milliseconds(500));
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  try {
    keys.look_up(text);
    FAIL("answered");
  } catch (Error const& error) {
    CHECK(error.code() == Code::unavailable);
  }
}

TEST_CASE("the server's role can't read keys", "[auth]") {
  World world;
  auto const text = world.create("all");
  auto const tenant = world.keys.look_up(text)->tenant;
  for (auto const* sql : {"select id from api_keys", "select count(*) from api_keys",
                          "delete from api_keys", "update tenants set name = 'x'"}) {
    CHECK_THROWS_AS(
        world.database.pool().transact(Mode::write, tenant, [&](Tx& tx) { tx.exec(sql); }),
        postgres::StatementFailed);
  }
}

}  // namespace
}  // namespace throughline::auth

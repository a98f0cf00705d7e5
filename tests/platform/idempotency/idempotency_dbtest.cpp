// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include <atomic>
#include <catch2/catch.hpp>
#include <thread>
#include <vector>

#include "platform/postgres/connection.hpp"
#include "support/database.hpp"
#include "throughline/platform/idempotency.hpp"

namespace throughline::idempotency {
namespace {

using postgres::Mode;
using postgres::Tx;
using support::Database;

struct World {
  Database database;
  Actor actor = database.actor(database.make_tenant());
  Request request{"POST", "/v1/cases", "key-1", "{\"subject\":\"x\"}"};

  std::optional<Record> claim_and_record(Request const& with, Record const& outcome) {
    std::optional<Record> found;
    database.pool().transact(Mode::write, actor.tenant, [&](Tx& tx) {
      found = claim(tx, actor, with);
      if (!found) record(tx, actor, with, outcome);
    });
    return found;
  }
};

Record made(std::string refs) {
  return {201, std::move(refs), std::nullopt};
}

TEST_CASE("a repeat gets the first outcome", "[idempotency]") {
  World world;
  CHECK_FALSE(world.claim_and_record(world.request, made("{\"id\":\"a\"}")));
  auto const again = world.claim_and_record(world.request, made("{\"id\":\"b\"}"));
  REQUIRE(again);
  CHECK(again->status == 201);
  CHECK(again->refs == "{\"id\":\"a\"}");
  CHECK_FALSE(again->error);
}

TEST_CASE("a repeat tells the caches of what the first request touched", "[idempotency]") {
  World world;
  auto const root = CustomerId::make(support::test_now);
  auto const run = [&] {
    return world.database.pool().transact(Mode::write, world.actor.tenant, [&](Tx& tx) {
      if (claim(tx, world.actor, world.request)) return;
      tx.touch(root, 7);
      record(tx, world.actor, world.request, made(""));
    });
  };
  CHECK(run().touched.size() == 1);
  auto const again = run().touched;
  REQUIRE(again.size() == 1);
  CHECK(again[0].root == root);
  CHECK(again[0].version == 7);
}

TEST_CASE("method, path, key and tenant each make another request", "[idempotency]") {
  World world;
  CHECK_FALSE(world.claim_and_record(world.request, made("")));
  auto other = world.request;
  other.method = "PATCH";
  CHECK_FALSE(world.claim_and_record(other, made("")));
  other = world.request;
  other.path = "/v1/cases?limit=1";
  CHECK_FALSE(world.claim_and_record(other, made("")));
  other = world.request;
  other.key = "key-2";
  CHECK_FALSE(world.claim_and_record(other, made("")));
  world.actor = world.database.actor(world.database.make_tenant());
  CHECK_FALSE(world.claim_and_record(world.request, made("")));
}

TEST_CASE("another body under the key is refused and changes nothing", "[idempotency]") {
  World world;
  world.claim_and_record(world.request, made("{\"id\":\"a\"}"));
  auto other = world.request;
  other.body = "{\"subject\":\"y\"}";
  try {
    world.claim_and_record(other, made("{\"id\":\"b\"}"));
    FAIL("accepted");
  } catch (Error const& error) {
    CHECK(error.code() == Code::idempotency_mismatch);
  }
  CHECK(world.claim_and_record(world.request, made(""))->refs == "{\"id\":\"a\"}");
}

TEST_CASE("an error is recorded with its fields, without its members", "[idempotency]") {
  World world;
  Error const invalid({{"/subject", "is missing"}, {"?limit", "must be a number"}});
  auto const ambiguous = Error(Code::ambiguous, "Several customers.").with("candidates", "[1]");
  world.claim_and_record(world.request, {422, "", invalid});
  auto const again = world.claim_and_record(world.request, made(""));
  REQUIRE((again && again->error));
  CHECK(again->status == 422);
  CHECK(again->refs.empty());
  CHECK(again->error->code() == Code::invalid);
  CHECK(again->error->detail() == invalid.detail());
  REQUIRE(again->error->fields().size() == 2);
  CHECK(again->error->fields()[1].pointer == "?limit");
  CHECK(again->error->fields()[1].detail == "must be a number");
  world.request.key = "key-2";
  world.claim_and_record(world.request, {409, "", ambiguous});
  auto const second = world.claim_and_record(world.request, made(""));
  CHECK(second->error->code() == Code::ambiguous);
  CHECK(second->error->detail() == "Several customers.");
  CHECK(second->error->members().empty());
}

TEST_CASE("a request that failed leaves its key free", "[idempotency]") {
  World world;
  CHECK_THROWS_AS(world.database.pool().transact(Mode::write, world.actor.tenant,
                                                 [&](Tx& tx) {
                                                   claim(tx, world.actor, world.request);
                                                   throw Error(Code::internal, "broken");
                                                 }),
                  Error);
  CHECK_FALSE(world.claim_and_record(world.request, made("{\"id\":\"a\"}")));
}

TEST_CASE("of sixteen requests with one key one runs", "[idempotency]") {
  World world;
  std::atomic<int> ran = 0;
  std::atomic<int> repeated = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 16; ++i) {
    threads.emplace_back([&, i] {
      bool first = false;
      world.database.pool().transact(Mode::write, world.actor.tenant, [&](Tx& tx) {
        auto const found = claim(tx, world.actor, world.request);
        first = !found;
        if (first) {
          tx.exec("select pg_sleep(0.05)");
          record(tx, world.actor, world.request, made("only"));
        } else if (found->refs == "only") {
          ++repeated;
        }
      });
      if (first) ++ran;
    });
  }
  for (auto& thread : threads) thread.join();
  CHECK(ran == 1);
  CHECK(repeated == 15);
}

TEST_CASE("when the first request fails the one that waited runs", "[idempotency]") {
  World world;
  std::atomic<bool> claimed = false;
  std::thread first([&] {
    try {
      world.database.pool().transact(Mode::write, world.actor.tenant, [&](Tx& tx) {
        claim(tx, world.actor, world.request);
        claimed = true;
        tx.exec("select pg_sleep(0.1)");
        throw Error(Code::conflict, "no");
      });
    } catch (Error const&) {
    }
  });
  while (!claimed) std::this_thread::yield();
  CHECK_FALSE(world.claim_and_record(world.request, made("second")));
  first.join();
  CHECK(world.claim_and_record(world.request, made(""))->refs == "second");
}

TEST_CASE("an outcome is recorded once", "[idempotency]") {
  World world;
  auto const twice = [&](Tx& tx) {
    claim(tx, world.actor, world.request);
    record(tx, world.actor, world.request, made(""));
    record(tx, world.actor, world.request, made(""));
  };
  CHECK_THROWS_WITH(world.database.pool().transact(Mode::write, world.actor.tenant, twice),
                    Catch::Contains("idempotency_pkey"));
  CHECK_FALSE(world.claim_and_record(world.request, made("")));
}

TEST_CASE("old records are swept in chunks, over all tenants", "[idempotency]") {
  Database database(Database::Kind::fresh);
  auto const old = support::test_now - std::chrono::hours(25);
  auto const put = [&](TenantId tenant, Timestamp at, int count) {
    auto const actor = database.actor(tenant, at);
    for (int i = 0; i < count; ++i) {
      Request const request{"POST", "/v1/notes", "key-" + std::to_string(i), ""};
      database.pool().transact(Mode::write, tenant, [&](Tx& tx) {
        if (!claim(tx, actor, request)) record(tx, actor, request, made(""));
      });
    }
  };
  auto const one = database.make_tenant();
  put(one, old, 3);
  put(database.make_tenant(), old, 2);
  put(database.make_tenant(), support::test_now, 4);
  auto const swept = [&](std::size_t limit) {
    std::size_t count = 0;
    database.service_pool().transact(Mode::write, TenantId{}, [&](Tx& tx) {
      count = sweep(tx, support::test_now - std::chrono::hours(24), limit);
    });
    return count;
  };
  CHECK(swept(4) == 4);
  CHECK(swept(4) == 1);
  CHECK(swept(4) == 0);
  put(one, support::test_now, 1);  // its key is free again
  CHECK_THROWS_AS(
      database.pool().transact(Mode::write, one, [&](Tx& tx) { sweep(tx, support::test_now, 1); }),
      postgres::StatementFailed);
}

}  // namespace
}  // namespace throughline::idempotency

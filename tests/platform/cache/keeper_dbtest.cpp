// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// The keeper's rules in PostgreSQL: who may hold the lease, what counts as told, and when a new
// epoch may be trusted.
#include <catch2/catch.hpp>

#include "platform/cache/store.hpp"
#include "support/database.hpp"
#include "throughline/platform/cache_protocol.hpp"

using namespace throughline;
using namespace std::chrono_literals;
using cache::Form;
using postgres::Mode;
using postgres::Session;
using postgres::Tx;
using support::Database;

namespace {

struct World {
  Database database{Database::Kind::fresh};
  TenantId tenant = database.make_tenant();

  postgres::PoolOptions options(std::string_view role) const {
    postgres::PoolOptions made;
    made.url = database.url();
    made.role = role;
    made.hooks = cache::commit_hooks(cache::Form::redis);
    return made;
  }
  log::Logger log{""};
  metrics::Registry metrics;
  postgres::Pool pool{options(postgres::server_role), log, metrics};
  Session session{options(postgres::service_role), 60s};
  CustomerId const root = CustomerId::make(support::test_now);

  cache::Commit write(std::int64_t version) {
    return cache::commit_of(pool.transact(Mode::write, tenant, [&](Tx& tx) {
      tx.exec("select 1");
      tx.touch(root, version);
    }));
  }
  /// As a relay does from the beginning of an epoch to its first cycle.
  void trust(std::string const& run_id) {
    auto const begun = cache::store::begin_epoch(session, run_id);
    REQUIRE(cache::store::activate(session, run_id, begun.epoch));
  }
  void set(std::string const& assignment) {
    session.exec("update cache_authority set " + assignment);
  }
  bool settled(cache::Commit const& commit, std::chrono::milliseconds lapse = 2400ms) {
    std::vector<cache::store::CommitName> const names{{tenant, commit.id}};
    return cache::store::settled(session, names, lapse) == std::vector{commit.id};
  }
};

}  // namespace

TEST_CASE("every commit that touched roots leaves its row and names the authority",
          "[cache][protocol]") {
  World world;
  auto const commit = world.write(3);
  REQUIRE(commit.authority);
  CHECK_FALSE(commit.authority->active);
  CHECK(commit.authority->inactive_for == 0ms);
  auto const rows = world.session.exec("select id, roots[1], versions[1] from commits");
  REQUIRE(rows.size() == 1);
  CHECK(rows[0][0].text() == to_string(commit.id));
  CHECK(rows[0][1].text() == world.root.str());
  CHECK(rows[0][2].integer() == 3);

  world.trust("process");
  auto const next = world.write(4);
  CHECK(next.authority->active);
  CHECK(next.authority->run_id == "process");
  CHECK(next.authority->epoch == 1);
  CHECK(next.authority->inactive_for == 0ms);

  auto const untouched =
      world.pool.transact(Mode::write, world.tenant, [](Tx& tx) { tx.exec("select 1"); });
  CHECK_FALSE(untouched.after);
  CHECK(world.session.exec("select from commits").size() == 2);
}

TEST_CASE("an authority of another life of the database binds nobody", "[cache][protocol]") {
  World world;
  world.trust("process");
  CHECK(cache::store::read_unseen(world.session, 10).active);
  SECTION("another timeline: a standby was promoted") { world.set("timeline = '0000000A'"); }
  SECTION("another database: a copy was restored") { world.set("database = 'elsewhere'"); }
  CHECK_FALSE(cache::store::read_unseen(world.session, 10).active);
  // Nothing is known of what was granted there: the new epoch waits in full.
  world.set("deactivated_at = 'epoch'");
  CHECK(cache::store::begin_epoch(world.session, "process").inactive_for < 1s);
}

TEST_CASE("after a promotion no commit counts as told, nor Redis as out", "[cache][protocol]") {
  World world;
  world.trust("process");
  auto const commit = world.write(2);
  cache::store::record_applied(world.session, cache::store::read_unseen(world.session, 10));
  REQUIRE(world.settled(commit));
  world.set("timeline = '0000000A'");
  CHECK_FALSE(world.settled(commit));
  CHECK_FALSE(world.write(3).authority->active);
  world.set("active = false, deactivated_at = 'epoch'");
  CHECK(world.write(4).authority->inactive_for == 0ms);
  CHECK_FALSE(world.settled(commit));
}

TEST_CASE("a relay sees each commit until it has recorded it, whatever stays open",
          "[cache][protocol]") {
  World world;
  world.trust("process");
  Session late(world.options(postgres::service_role), 60s);
  world.pool.transact(Mode::write, world.tenant, [&](Tx& open) {
    open.exec("select pg_current_xact_id()");
    auto const commit = world.write(2);
    auto const unseen = cache::store::read_unseen(world.session, 10);
    REQUIRE(unseen.roots.size() == 1);
    CHECK(unseen.roots[0].root == world.root);
    CHECK(unseen.roots[0].version == 2);
    CHECK_FALSE(world.settled(commit));
    cache::store::record_applied(world.session, unseen);
    CHECK(world.settled(commit));
    CHECK(cache::store::read_unseen(world.session, 10).roots.empty());
    open.touch(world.root, 3);
  });
  // It began before what has been applied, and is seen for the first time.
  auto const unseen = cache::store::read_unseen(world.session, 10);
  REQUIRE(unseen.roots.size() == 1);
  CHECK(unseen.roots[0].version == 3);
}

TEST_CASE("nothing is settled by a relay that is not trusted, until trust has lapsed",
          "[cache][protocol]") {
  World world;
  world.trust("process");
  auto const commit = world.write(2);
  cache::store::record_applied(world.session, cache::store::read_unseen(world.session, 10));
  cache::store::deactivate(world.session);
  CHECK_FALSE(world.settled(commit));
  CHECK(world.settled(commit, 0ms));
  CHECK(cache::store::read_unseen(world.session, 10).active == false);
  // Withdrawn is withdrawn: a later withdrawal does not count anew.
  auto const text = "select deactivated_at from cache_authority";
  auto const before = world.session.exec(text)[0][0].text();
  cache::store::deactivate(world.session);
  CHECK(world.session.exec(text)[0][0].text() == before);
}

TEST_CASE("a new epoch waits from the moment when trust was last withdrawn", "[cache][protocol]") {
  World world;
  CHECK(cache::store::begin_epoch(world.session, "first").inactive_for > std::chrono::hours(1));
  world.trust("first");
  CHECK(cache::store::begin_epoch(world.session, "second").inactive_for < 1s);
  world.set("deactivated_at = deactivated_at - interval '7 seconds'");
  CHECK(cache::store::begin_epoch(world.session, "third").inactive_for >= 7s);
  // An instance of the memory form may be serving to this moment.
  cache::store::enter_memory(world.session, 0);
  world.set("deactivated_at = 'epoch'");
  CHECK(world.write(2).authority->inactive_for == 0ms);
  CHECK(cache::store::begin_epoch(world.session, "fourth").inactive_for < 1s);
}

TEST_CASE("an activation that came too late activates nothing", "[cache][protocol]") {
  World world;
  auto const begun = cache::store::begin_epoch(world.session, "mine");
  auto const theirs = cache::store::begin_epoch(world.session, "theirs");
  CHECK(theirs.epoch == begun.epoch + 1);
  CHECK_FALSE(cache::store::activate(world.session, "mine", begun.epoch));
  CHECK_FALSE(cache::store::activate(world.session, "mine", theirs.epoch));
  CHECK(cache::store::activate(world.session, "theirs", theirs.epoch));
}

TEST_CASE("the memory form holds its lease alone, the redis form shares it",
          "[cache][protocol]") {
  World world;
  Session other(world.options(postgres::service_role), 60s);
  REQUIRE(cache::store::take_lease(world.session, Form::memory));
  CHECK_FALSE(cache::store::take_lease(other, Form::memory));
  CHECK_FALSE(cache::store::take_lease(other, Form::redis));
  cache::store::give_lease(world.session, Form::memory);
  REQUIRE(cache::store::take_lease(world.session, Form::redis));
  CHECK(cache::store::take_lease(other, Form::redis));
  CHECK_FALSE(cache::store::take_lease(other, Form::memory));
}

TEST_CASE("who enters the memory form waits unless nobody can be serving", "[cache][protocol]") {
  World world;
  auto const first = cache::store::enter_memory(world.session, 0);
  CHECK_FALSE(first.contested);  // nobody ever served
  auto const again = cache::store::enter_memory(world.session, first.epoch);
  CHECK_FALSE(again.contested);  // nobody but itself
  CHECK(cache::store::enter_memory(world.session, first.epoch).contested);
  CHECK(cache::store::enter_memory(world.session, 0).contested);
  cache::store::leave_memory(world.session);
  CHECK_FALSE(cache::store::enter_memory(world.session, 0).contested);
  world.trust("process");
  CHECK(cache::store::enter_memory(world.session, 0).contested);
  cache::store::leave_memory(world.session);
  world.set("timeline = '0000000A'");
  CHECK(cache::store::enter_memory(world.session, 0).contested);
}

TEST_CASE("one turn at a time, and a relay without Redis takes one only to withdraw trust",
          "[cache][protocol]") {
  World world;
  Session other(world.options(postgres::service_role), 60s);
  cache::store::begin_epoch(world.session, "process");
  CHECK_FALSE(cache::store::take_turn(other, true));
  REQUIRE(cache::store::take_turn(world.session, false));
  CHECK_FALSE(cache::store::take_turn(other, false));
  cache::store::give_turn(world.session);
  world.trust("process");
  CHECK(cache::store::take_turn(other, true));
}

TEST_CASE("trust that another life of the database left is withdrawn without Redis as well",
          "[cache][protocol]") {
  World world;
  world.trust("process");
  world.set("active = false, timeline = '0000000A', deactivated_at = 'epoch'");
  REQUIRE(cache::store::take_turn(world.session, true));
  cache::store::deactivate(world.session);
  CHECK(world.write(2).authority->inactive_for < 1s);
  world.set("deactivated_at = deactivated_at - interval '7 seconds'");
  CHECK(world.write(3).authority->inactive_for >= 7s);
}

TEST_CASE("a write learns of the roots that names have left by commits not applied yet",
          "[cache][protocol]") {
  World world;
  world.trust("process");
  auto const other = CustomerId::make(support::test_now);
  auto const move = [&](TenantId tenant) {
    world.pool.transact(Mode::write, tenant, [&](Tx& tx) {
      tx.exec("select 1");
      tx.touch(world.root, 5);
      tx.touch(other, 7);
      tx.loses_names(other);
    });
  };
  CHECK(world.write(3).rests_on.empty());
  move(world.tenant);
  move(world.database.make_tenant());
  auto const commit = world.write(6);
  REQUIRE(commit.rests_on.size() == 2);
  CHECK(commit.rests_on[0].tenant != commit.rests_on[1].tenant);
  for (auto const& left : commit.rests_on) {
    CHECK(left.root == other);
    CHECK(left.version == 7);
  }
  REQUIRE(commit.authority);
  CHECK(commit.roots.size() == 1);

  cache::store::record_applied(world.session, cache::store::read_unseen(world.session, 10));
  CHECK(world.write(8).rests_on.empty());
}

TEST_CASE("a write that rests on more than it can tell of waits for the relay",
          "[cache][protocol]") {
  World world;
  world.trust("process");
  world.pool.transact(Mode::write, world.tenant, [&](Tx& tx) {
    tx.exec("select 1");
    for (int i = 0; i < 513; ++i) {
      auto const left = CustomerId::make(support::test_now);
      tx.touch(left, 2);
      tx.loses_names(left);
    }
  });
  auto const commit = world.write(2);
  CHECK_FALSE(commit.authority);
  CHECK(commit.rests_on.empty());
}

TEST_CASE("the roots that names leave are told of ahead of COMMIT", "[cache][protocol]") {
  World world;
  auto options = world.options(postgres::server_role);
  std::vector<postgres::Touched> told;
  std::size_t committed = 1;
  options.hooks.losing = [&](std::span<postgres::Touched const> roots) {
    told.assign(roots.begin(), roots.end());
    committed = world.session.exec("select from commits").size();
  };
  postgres::Pool pool(options, world.log, world.metrics);
  pool.transact(Mode::write, world.tenant, [&](Tx& tx) {
    tx.exec("select 1");
    tx.touch(CustomerId::make(support::test_now), 4);
    tx.touch(world.root, 4);
    tx.loses_names(world.root);
  });
  REQUIRE(told.size() == 1);
  CHECK(told[0].root == world.root);
  CHECK(told[0].version == 4);
  CHECK(committed == 0);
}

TEST_CASE("rows are swept once they are applied and of no use to anyone", "[cache][protocol]") {
  World world;
  world.trust("process");
  auto const sweep = [&](std::string const& before) {
    cache::Swept swept;
    world.database.service_pool().transact(Mode::write, TenantId{}, [&](Tx& tx) {
      swept = cache::sweep_commits(tx, before, 10);
    });
    return swept;
  };
  world.write(2);
  auto const bound = sweep("").bound;
  CHECK(sweep(bound).rows == 0);  // not applied
  cache::store::record_applied(world.session, cache::store::read_unseen(world.session, 10));
  world.write(3);
  CHECK(sweep("").rows == 0);  // nothing is old at the first time
  CHECK(sweep(bound).rows == 1);
  auto const next = sweep(bound).bound;
  CHECK(sweep(next).rows == 0);  // the second is not applied
  cache::store::deactivate(world.session);
  CHECK(sweep(next).rows == 1);  // there is nothing to apply it to
}

TEST_CASE("a COMMIT whose hook behind it fails is committed", "[cache][protocol]") {
  World world;
  auto options = world.options(postgres::server_role);
  options.hooks.after = "select 1 / 0";
  postgres::Pool pool(options, world.log, world.metrics);
  auto const committed = pool.transact(Mode::write, world.tenant, [&](Tx& tx) {
    tx.exec("select 1");
    tx.touch(world.root, 2);
  });
  CHECK_FALSE(cache::commit_of(committed).authority);
  CHECK(world.session.exec("select from commits").size() == 1);
}

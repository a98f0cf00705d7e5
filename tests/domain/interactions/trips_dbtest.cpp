// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// How often the hot operations wait for PostgreSQL: whatever they look at travels with the locks,
// whatever they write with COMMIT.
#include <catch2/catch.hpp>

#include "platform/postgres/wire_world.hpp"
#include "support/desk.hpp"

namespace throughline::interactions {
namespace {

using postgres::Mode;
using postgres::Tx;

struct World : postgres::Wired {
  World() : Wired(support::Database::Kind::fresh) {}

  Actor actor = database.actor(tenant);

  Started begin(Start const& asked) {
    Started started;
    pool.transact(Mode::write, tenant, [&](Tx& tx) { started = start(tx, actor, asked); });
    return started;
  }
  void say(InteractionId id, NewMessage const& message) {
    pool.transact(Mode::write, tenant, [&](Tx& tx) { append(tx, actor, id, {&message, 1}, {}); });
  }
  int turns_of(std::function<void()> const& body) {
    auto const before = relay.turns();
    body();
    return relay.turns() - before;
  }
};

Start contact(std::string const& channel) {
  Start start;
  start.channel = channel;
  start.direction = "inbound";
  start.subject.identifiers = {support::phone("+19776252661")};
  return start;
}

TEST_CASE("interactions: a known caller's start waits twice, for its locks and for COMMIT",
          "[interactions]") {
  World world;
  world.begin(contact("chat"));
  CHECK(world.turns_of([&] { world.begin(contact("chat")); }) == 2);
  CHECK(world.turns_of([&] { world.begin(contact("voice")); }) == 2);  // a repeat, with an alarm
}

TEST_CASE("interactions: so does a line, whether it says how they feel or not", "[interactions]") {
  World world;
  auto const call = world.begin(contact("voice")).id;
  NewMessage line;
  line.role = "customer";
  line.text = "Hello";
  CHECK(world.turns_of([&] { world.say(call, line); }) == 2);
  line.sentiment = -0.9;
  CHECK(world.turns_of([&] { world.say(call, line); }) == 2);
}

}  // namespace
}  // namespace throughline::interactions

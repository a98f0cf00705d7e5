// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// Contacts that were live before there was a limit to silence: migration 0031 sets their alarms.
#include <catch2/catch.hpp>
#include <vector>

#include "support/alarms.hpp"
#include "support/migrating.hpp"
#include "throughline/domain/interactions.hpp"
#include "throughline/platform/partitions.hpp"

namespace throughline::interactions {
namespace {

using namespace std::chrono_literals;
using postgres::Mode;
using postgres::Tx;
using support::Database;
using support::test_now;

constexpr char const* part_sql = R"sql(
  insert into parts (tenant_id, id, root_id, version, changed_at, created_at, provisional)
  values ($1, $2, $2, 1, $3, $3, false))sql";

constexpr char const* contact_sql = R"sql(
  insert into interactions (tenant_id, id, part_id, version, channel, direction, status, decision,
                            message_count, started_at, ended_at, last_heartbeat_at, key_id)
  values ($1, $2, $3, 1, $4, 'inbound', $5, 'created', 0, $6,
          case when $5::text = 'ended' then $7::timestamptz end, $7, $2))sql";

/// A tenant of an older program, with one customer.
struct Standing {
  explicit Standing(Database& in) : database(in) {
    database.pool().transact(Mode::write, tenant, [&](Tx& tx) {
      tx.exec(part_sql, {tenant, part, test_now});
    });
  }
  /// Last heard of a minute after it began.
  InteractionId contact(char const* channel, char const* status = "live") {
    auto const id = InteractionId::make(test_now);
    database.pool().transact(Mode::write, tenant, [&](Tx& tx) {
      tx.exec(contact_sql, {tenant, id, part, channel, status, test_now, test_now + 1min});
    });
    return id;
  }
  Interaction found(InteractionId id) {
    Interaction interaction;
    database.pool().transact(Mode::read, tenant, [&](Tx& tx) { interaction = get(tx, id); });
    return interaction;
  }

  Database& database;
  TenantId const tenant = database.make_tenant();
  CustomerId const part = CustomerId::make(test_now);
};

}  // namespace

TEST_CASE("contacts that stood live before silence had a limit are ended by it", "[migrate]") {
  Database database(Database::Kind::empty);
  support::migrate_before(database, "0031_interactions");
  Standing one(database), other(database);
  auto const call = one.contact("voice");
  auto const chat = one.contact("chat");
  auto const text = one.contact("sms");
  auto const past = one.contact("voice", "ended");
  auto const elsewhere = other.contact("voice");

  postgres::migrate(database.url(), database.log());
  database.service_pool().transact(Mode::write, TenantId{},
                                   [](Tx& tx) { partitions::make_ahead(tx, test_now); });
  CHECK(support::alarms_set(database, one.tenant) == 2);
  CHECK(support::alarms_set(database, other.tenant) == 1);

  auto const silent = [&](Standing& in, InteractionId id) {
    auto const found = in.found(id);
    return found.status == "ended" && found.outcome == "abandoned";
  };
  CHECK(support::ring(database, one.tenant, test_now + 3min - 1s) == 0);
  CHECK(support::ring(database, one.tenant, test_now + 3min) == 1);
  CHECK(silent(one, call));
  CHECK_FALSE(silent(one, chat));
  CHECK(support::ring(database, one.tenant, test_now + 6min - 1s) == 0);
  CHECK(support::ring(database, one.tenant, test_now + 6min) == 1);
  CHECK(silent(one, chat));
  CHECK(one.found(text).status == "live");
  CHECK_FALSE(silent(one, past));
  CHECK(support::alarms_set(database, one.tenant) == 0);
  // A tenant's alarms are its own.
  CHECK(other.found(elsewhere).status == "live");
  CHECK(support::ring(database, other.tenant, test_now + 3min) == 1);
  CHECK(silent(other, elsewhere));
}

}  // namespace throughline::interactions

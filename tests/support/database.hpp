// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// A migrated PostgreSQL database for tests. No mocks: what passes here passes there.
#pragma once

#include <string>

#include "throughline/base/actor.hpp"
#include "throughline/platform/log.hpp"
#include "throughline/platform/metrics.hpp"
#include "throughline/platform/postgres.hpp"

namespace throughline::support {

/// What tests take for the present where they don't care: 2026-11-21 08:00 UTC.
inline constexpr Timestamp test_now =
    std::chrono::sys_days(std::chrono::year(2026) / 11 / 21) + std::chrono::hours(8);

/// A database and the pools to work on it. Tests are kept apart by a fresh tenant each in one
/// database, which all tests of the run share and the run drops; a test that needs more (locks on
/// whole tables, tampering, connections of its own) asks for a database of its own.
/// The server is the one of THROUGHLINE_TEST_DATABASE_URL, else of THROUGHLINE_DATABASE_URL; its
/// login must be allowed to create databases and roles, and must not be a superuser.
class Database {
 public:
  enum class Kind { shared, fresh, empty };  // empty: fresh, and not migrated

  explicit Database(Kind kind = Kind::shared);
  ~Database();  // drops a fresh database
  Database(Database const&) = delete;
  Database& operator=(Database const&) = delete;

  std::string const& url() const { return url_; }
  log::Logger& log() { return log_; }
  metrics::Registry& metrics() { return metrics_; }

  /// As the server works, as its service role does, and as the owner. Any thread may use them.
  postgres::Pool& pool() { return pool_; }
  postgres::Pool& service_pool() { return service_pool_; }
  postgres::Pool& owner_pool() { return owner_pool_; }

  /// Ends every session of a fresh database and lets none in, as if PostgreSQL were away; and back.
  void forbid_connections();
  /// Ends those there are; new ones are let in. Only for a fresh database.
  void end_connections();
  void allow_connections();

  /// A tenant that no other test knows.
  TenantId make_tenant(std::string const& default_region = {});
  /// An actor with all scopes and a key id of its own.
  Actor actor(TenantId tenant, Timestamp now = test_now) const;

 private:
  std::string const name_;  // empty: the shared one
  std::string const url_;
  log::Logger log_{""};
  metrics::Registry metrics_;
  postgres::Pool pool_;
  postgres::Pool service_pool_;
  postgres::Pool owner_pool_;
};

}  // namespace throughline::support

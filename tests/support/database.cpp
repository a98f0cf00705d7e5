// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include "support/database.hpp"

#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <mutex>
#include <stdexcept>

#include "platform/postgres/connection.hpp"
#include "throughline/platform/partitions.hpp"

namespace throughline::support {
namespace {

using postgres::Connection;
using postgres::ConnectionOptions;
using postgres::Param;

constexpr std::size_t pool_size = 32;  // tests that race start up to so many threads
constexpr std::string_view prefix = "throughline_test_";

std::string server_url() {
  for (char const* name : {"THROUGHLINE_TEST_DATABASE_URL", "THROUGHLINE_DATABASE_URL"}) {
    if (char const* url = std::getenv(name); url != nullptr && *url != '\0') return url;
  }
  throw std::runtime_error("THROUGHLINE_TEST_DATABASE_URL is not set");
}

/// The server's URL with another database: what stands between the host and a query string.
std::string url_of(std::string const& database) {
  auto url = server_url();
  auto const host = url.find("://") + 3;
  auto const path = url.find('/', host);
  auto const query = std::min(url.find('?'), url.size());
  if (path >= query) return url.insert(query, "/" + database);
  return url.replace(path + 1, query - path - 1, database);
}

ConnectionOptions admin_options() {
  ConnectionOptions options{.url = server_url(), .role = {}, .application_name = "tests"};
  options.statement_timeout = std::chrono::seconds(60);  // CREATE DATABASE waits for a checkpoint
  return options;
}

postgres::PoolOptions pool_options(std::string const& url, std::string_view role) {
  postgres::PoolOptions options;
  options.url = url;
  options.role = role;
  options.size = pool_size;
  options.application_name = "tests";
  return options;
}

/// Tests write at test_now and at the present, whichever is later.
void make_partitions(std::string const& url, log::Logger& log) {
  metrics::Registry metrics;
  postgres::Pool pool(pool_options(url, postgres::service_role), log, metrics);
  pool.transact(postgres::Mode::write, TenantId{}, [](postgres::Tx& tx) {
    partitions::make_ahead(tx, std::max(test_now, SystemClock().now()));
  });
}

/// The databases of this run of the test program, made on first use, dropped at its end. A run that
/// was killed leaves its own behind; the next one finds them by an advisory lock nobody holds.
class Run {
 public:
  Run() : admin_(admin_options()), name_(std::string(prefix) + std::to_string(getpid())) {
    lock(name_);
    drop_leftovers();
    drop(name_ + "_template");
    drop(name_);
    create(name_ + "_template", "template1");
    log::Logger log("");
    postgres::migrate(url_of(name_ + "_template"), log);
    make_partitions(url_of(name_ + "_template"), log);
    create(name_, name_ + "_template");
  }
  ~Run() {
    for (auto const* suffix : {"_template", ""}) {
      try {
        drop(name_ + suffix);
      } catch (std::exception const&) {
        // The next run finds it.
      }
    }
  }

  std::string const& shared() const { return name_; }

  std::string make_fresh(bool migrated) {
    std::lock_guard const guard(mutex_);
    auto const name = name_ + "_" + std::to_string(++made_);
    drop(name);
    create(name, migrated ? name_ + "_template" : "template1");
    return name;
  }
  void admin(std::string const& sql) {
    std::lock_guard const guard(mutex_);
    admin_.run(sql);
  }
  void drop_fresh(std::string const& name) {
    std::lock_guard const guard(mutex_);
    drop(name);
  }

 private:
  bool lock(std::string const& run) {
    std::array<Param, 1> const params{run};
    return admin_.exec("select pg_try_advisory_lock(hashtext($1))", params)[0][0].boolean();
  }
  void create(std::string const& name, std::string const& from) {
    admin_.run("create database " + name + " template " + from);
  }
  void drop(std::string const& name) {
    admin_.run("drop database if exists " + name + " with (force)");
  }
  void drop_leftovers() {
    auto const rows = admin_.run(
        "select datname, substring(datname from '^throughline_test_[0-9]+') from pg_database "
        "where datname like 'throughline\\_test\\_%'");
    for (auto const row : rows) {
      if (row[1].text_or_empty() != name_ && lock(row[1].text_or_empty())) drop(row[0].text());
    }
  }

  std::mutex mutex_;
  Connection admin_;
  std::string const name_;
  int made_ = 0;
};

Run& run() {
  static Run instance;
  return instance;
}

std::string name_for(Database::Kind kind) {
  return kind == Database::Kind::shared ? std::string()
                                        : run().make_fresh(kind == Database::Kind::fresh);
}

}  // namespace

Database::Database(Kind kind)
    : name_(name_for(kind)),
      url_(url_of(name_.empty() ? run().shared() : name_)),
      pool_(pool_options(url_, postgres::server_role), log_, metrics_),
      service_pool_(pool_options(url_, postgres::service_role), log_, metrics_),
      owner_pool_(pool_options(url_, ""), log_, metrics_) {}

Database::~Database() {
  try {
    if (!name_.empty()) run().drop_fresh(name_);
  } catch (std::exception const&) {
    // The next run finds it.
  }
}

void Database::forbid_connections() {
  run().admin("alter database " + name_ + " allow_connections false");
  end_connections();
}

void Database::end_connections() {
  run().admin("select pg_terminate_backend(pid) from pg_stat_activity where datname = '" + name_ +
              "'");
}

void Database::allow_connections() {
  run().admin("alter database " + name_ + " allow_connections true");
}

TenantId Database::make_tenant(std::string const& default_region) {
  static std::atomic<int> made = 0;
  auto const name = "tenant " + std::to_string(++made);
  TenantId tenant;
  owner_pool().transact(postgres::Mode::write, TenantId{}, [&](postgres::Tx& tx) {
    auto const rows = tx.exec(
        "insert into tenants (name, default_region, created_at) "
        "values ($1, nullif($2, ''), $3) returning id",
        {name, default_region, test_now});
    tenant.value = static_cast<std::int32_t>(rows[0][0].integer());
  });
  return tenant;
}

Actor Database::actor(TenantId tenant, Timestamp now) const {
  Actor actor;
  actor.tenant = tenant;
  actor.key = KeyId::make(now);
  actor.scopes = *parse_scopes("all");
  actor.now = now;
  return actor;
}

}  // namespace throughline::support

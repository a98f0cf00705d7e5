// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// The only door to PostgreSQL. A transaction is opened, retried and committed here; operations
// receive a Tx and can neither begin nor commit. Everything is synchronous and runs on a worker.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "throughline/base/error.hpp"
#include "throughline/base/ids.hpp"
#include "throughline/base/time.hpp"
#include "throughline/platform/postgres_values.hpp"

namespace throughline::log {
class Logger;
}
namespace throughline::metrics {
class Registry;
}

namespace throughline::postgres {

/// The rows of one statement. Cheap to move, owns its memory.
class Rows {
 public:
  struct Impl;
  /// Shares the memory of its Rows, which it may outlive.
  class Row {
   public:
    Row(std::shared_ptr<Impl const> impl, std::size_t index)
        : impl_(std::move(impl)), index_(index) {}
    Field operator[](std::size_t column) const;

   private:
    std::shared_ptr<Impl const> impl_;
    std::size_t index_;
  };
  explicit Rows(std::shared_ptr<Impl const> impl);
  std::size_t size() const;
  bool empty() const { return size() == 0; }
  /// Rows changed by INSERT, UPDATE or DELETE.
  std::size_t affected() const;
  Row operator[](std::size_t index) const { return Row(impl_, index); }
  class iterator {
   public:
    iterator(Rows const& rows, std::size_t index) : rows_(&rows), index_(index) {}
    Row operator*() const { return (*rows_)[index_]; }
    iterator& operator++() {
      ++index_;
      return *this;
    }
    bool operator!=(iterator const& other) const { return index_ != other.index_; }

   private:
    Rows const* rows_;
    std::size_t index_;
  };
  iterator begin() const { return iterator(*this, 0); }
  iterator end() const { return iterator(*this, size()); }

 private:
  std::shared_ptr<Impl const> impl_;
};

/// The one lock order of the whole program. Within a rank a single statement locks its rows in key
/// order; a rank is entered at most once in a transaction and never after a higher one.
enum class LockRank { none, idempotency, external_ids, identifiers, customers, rest };

/// A root whose version this transaction has raised or answers for; the caches are told between
/// COMMIT and answer.
struct Touched {
  TenantId tenant;
  CustomerId root;
  std::int64_t version;
  bool loses_names = false;  // a name that led to it, and to it alone, does not any more
};

/// Thrown by an operation that found, after locking, that what it looked up before is no longer so
/// (a root that is no longer root). The whole transaction is rolled back and run again, at most
/// `retries_max` times, then answered with Code::unavailable.
struct Retry {};
inline constexpr int retries_max = 5;

enum class Mode {
  read,  // READ ONLY, REPEATABLE READ: all statements see one snapshot
  write  // READ COMMITTED: each statement sees what the locks before it waited for
};

/// The answer to a statement that travels with the next one (Tx::ask). Not to outlive its Tx.
class Answer {
 public:
  struct Impl;
  explicit Answer(std::shared_ptr<Impl> impl) : impl_(std::move(impl)) {}
  /// Sends what is waiting, if this statement still is, and throws what exec would have.
  Rows rows() const;

 private:
  std::shared_ptr<Impl> impl_;
};

/// One open transaction, under one tenant: row-level security shows it no other tenant's rows.
/// Used by one thread.
///
/// Statements travel in one pipeline: what write() and ask() take waits for the next exec(), lock()
/// or Answer::rows(), or for COMMIT, and goes out with it in one round trip. They run in the order
/// given, each on its own snapshot as ever (READ COMMITTED). BEGIN and the tenant's setting go
/// ahead of the first. When one fails, those behind it are not run, and the exception leaves the
/// call that sent them.
class Tx {
 public:
  struct Impl;
  explicit Tx(Impl& impl) : impl_(impl) {}
  Tx(Tx const&) = delete;
  Tx& operator=(Tx const&) = delete;

  /// Runs one statement (prepared on first use on this connection). Serialization failures,
  /// deadlocks and lost connections leave through exceptions that Pool::transact understands;
  /// operations don't catch them. A lock or statement timeout ends as Code::unavailable.
  Rows exec(std::string_view sql, std::initializer_list<Param> params = {});
  Rows exec(std::string_view sql, std::span<Param const> params);

  /// As exec, for a statement whose rows nobody reads: it waits for the next one and travels with
  /// it. Text that holds a NUL character is refused at once.
  void write(std::string_view sql, std::vector<Param> params);

  /// As write, for an INSERT that reads no table another one of these has just written: those that
  /// follow one another become one statement, on one snapshot and in no order. It may begin with
  /// WITH, names no dollar but its parameters' and no name of the form appended_n.
  void append(std::string_view sql, std::vector<Param> params);

  /// As write, for a statement whose rows are wanted, though not yet.
  Answer ask(std::string_view sql, std::vector<Param> params);
  /// As lock, in the same way: the ranks are checked at once.
  Answer ask_lock(LockRank rank, std::string_view sql, std::vector<Param> params);

  /// As exec, for a statement that takes row locks (SELECT … FOR UPDATE, INSERT … ON CONFLICT on a
  /// contended key). Throws std::logic_error if the order of LockRank would be broken, so a module
  /// that forgets it fails its first test. What is checked or numbered must be read after this
  /// statement, or stand on the locked row.
  Rows lock(LockRank rank, std::string_view sql, std::initializer_list<Param> params);
  Rows lock(LockRank rank, std::string_view sql, std::span<Param const> params);

  /// Runs `body` under a savepoint, after sending what waits. If it throws, everything it wrote and
  /// touched is undone and the exception goes on; the transaction stays usable. Row locks taken
  /// inside are given back with it, and their rank may be entered again; those taken before stay
  /// held.
  void savepoint(std::function<void()> const& body);

  /// Registers a root of this tenant which has this version from here on: raised by this
  /// transaction or by an earlier one that it answers for, because it found the work done or
  /// repeats a request. The caches are told of it once this has committed. Called by domain/parts
  /// and platform/idempotency.
  void touch(CustomerId root, std::int64_t version);
  /// For a root that is touched as well: a name that led to it, and to it alone, does not any more.
  void loses_names(CustomerId root);
  std::vector<Touched> touched() const;
  /// The newest version registered for a root of this tenant; 0 if none was.
  std::int64_t version_of(CustomerId root) const;

  /// Calls this once the transaction has been committed, with the pool's metrics: for what is
  /// counted of it. Never if it was rolled back, or if nobody knows. Must not throw.
  void after_commit(std::function<void(metrics::Registry&)> call);

  TenantId tenant() const;
  /// Goes on under another tenant, with the lock ranks to be taken anew. Its number must be higher
  /// than the one before: so the one lock order reaches over all tenants of a transaction.
  void enter(TenantId tenant);
  Mode mode() const;

 private:
  Impl& impl_;
};

/// Statements added to every writing transaction that touched roots. The pool does not know what
/// for.
struct CommitHooks {
  /// The last before COMMIT, for each tenant: $1 the tenant, $2 a uuid of the transaction's own,
  /// $3 uuid[] the roots, $4 bigint[] their versions, $5 uuid[] those that lose names. Empty: none.
  std::string before;
  /// Sent behind COMMIT in the same pipeline, outside any transaction, without parameters. Its
  /// rows are the caller's; its failure is not the transaction's. Empty: none.
  std::string after;
  /// Called ahead of COMMIT with the roots that lose names, if any. What it throws rolls back.
  std::function<void(std::span<Touched const>)> losing;
};

struct PoolOptions {
  std::string url;
  /// Role set in the start-up packet, so that RESET ROLE and a new session come back to it. Empty:
  /// the login's own role.
  std::string role = "throughline_server";
  std::size_t size = 8;  // connections; also the most transactions at a time
  std::chrono::milliseconds acquire_timeout{2000};
  std::chrono::milliseconds connect_timeout{2000};
  std::chrono::milliseconds statement_timeout{5000};
  std::chrono::milliseconds lock_timeout{2000};
  std::chrono::milliseconds idle_in_transaction_timeout{2000};
  std::string application_name = "throughline";
  CommitHooks hooks;
};

/// What a transaction came to.
struct Committed {
  std::vector<Touched> touched;  // the roots touched, newest version each
  Uuid id;                       // that hooks.before was given
  std::optional<Rows> after;     // what hooks.after found
  std::chrono::steady_clock::time_point at;  // not before COMMIT took effect
};

/// Thrown when the connection was lost during COMMIT: nobody knows whether the transaction took
/// effect, or whether it yet will.
struct InDoubt : Error {
  explicit InDoubt(std::vector<Touched> roots);
  std::vector<Touched> touched;
};

/// Connections to one database under one role. Thread-safe. A broken connection is thrown away
/// and never silently re-established; a new one is opened with backoff (50 ms doubling to 500 ms)
/// while callers get Code::unavailable at once.
class Pool {
 public:
  Pool(PoolOptions options, log::Logger& log, metrics::Registry& metrics);
  ~Pool();
  Pool(Pool const&) = delete;
  Pool& operator=(Pool const&) = delete;

  /// Begins, runs `body`, commits. Runs `body` again after a serialization failure, deadlock or
  /// Retry, or when the connection turns out to have broken while it lay idle, so `body` must not
  /// keep effects outside the database. A body without statements opens no transaction. When `body`
  /// throws, rolls back and lets the exception through. A connection lost during COMMIT is InDoubt:
  /// the caller repeats under its Idempotency-Key, which settles what happened.
  Committed transact(Mode mode, TenantId tenant, std::function<void(Tx&)> const& body);

  /// One round trip; false within connect_timeout if the database can't be reached.
  bool reachable();
  std::size_t in_use() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// Name of the limited role that serves requests, and of the one that looks up keys.
inline constexpr std::string_view server_role = "throughline_server";
inline constexpr std::string_view service_role = "throughline_service";

/// Applies the migrations built into this binary that the database lacks, in order, each in its own
/// transaction, under an advisory lock, so several instances may call it at once. Throws
/// std::runtime_error, naming the migration, if one that was applied has another checksum now, or
/// if the database's schema declares this binary too old. Returns the names applied.
std::vector<std::string> migrate(std::string const& url, log::Logger& log);

/// Whether the schema has every migration of this binary and admits it; empty text if so, else the
/// reason, as /readyz shows it.
std::string schema_problem(Pool& pool);

}  // namespace throughline::postgres

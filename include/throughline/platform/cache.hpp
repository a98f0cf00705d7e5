// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// The context cache: documents kept under roots, in one of two forms. `memory` serves one instance
// without Redis; `redis` serves many. Both keep, per root: the document, its version, what it
// answers for, a version floor and a fill token, so that a late fill never covers a newer write.
//
// Both are strict: after a write was answered, no cache of any instance shows what was before it
// (cache_protocol.hpp says how). What cannot be vouched for is `away`, and PostgreSQL is read.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "throughline/base/ids.hpp"
#include "throughline/platform/postgres.hpp"

namespace boost::asio {
class io_context;
}
namespace throughline::metrics {
class Registry;
}
namespace throughline::redis {
class Client;
}

namespace throughline::cache {

enum class Form { memory, redis };

/// What entries hang on. Entries exist only under roots.
struct Key {
  TenantId tenant;
  CustomerId root;
  auto operator<=>(Key const&) const = default;
};

/// A document is shown from a cache for so long after it was made in this process; one that came
/// out of Redis was kept there for as long before, at most. So a name that stops answering for a
/// document as time passes, without a write, is to be left out twice this long before.
inline constexpr std::chrono::minutes document_age_max{10};
/// "settings:<version>" among a document's names, first: it is shown under no other version of the
/// tenant's settings.
inline constexpr std::string_view settings_prefix = "settings:";

/// A document ready to be sent. Immutable once made; shared between entries and answers.
struct Document {
  std::int64_t version = 0;
  /// Strong ETag with its quotes: root, version, settings version, representation and schema.
  std::string etag;
  std::string body;
  /// The names this document answers for ("phone:+19776252661", "customer:<uuid>", "case:<uuid>"):
  /// its parts and the identifiers that lead to it alone. A hint that is not among them goes to
  /// PostgreSQL. Cases are looked up by their part, which never changes, and so need not be named.
  std::vector<std::string> answers_for;
  std::chrono::steady_clock::time_point made = std::chrono::steady_clock::now();

  bool is_old() const { return std::chrono::steady_clock::now() - made >= document_age_max; }
};
using DocumentPtr = std::shared_ptr<Document const>;

/// Whom PostgreSQL named, after a COMMIT, as the one Redis process to be believed.
struct Authority {
  std::string run_id;
  std::int64_t epoch = 0;
  bool active = false;                        // and on this life of the database
  std::chrono::milliseconds inactive_for{0};  // by PostgreSQL's clock
};

/// A committed transaction, as its caches need to know it.
struct Commit {
  std::vector<postgres::Touched> roots;
  /// Those that names have left by commits which are not settled yet: this one may have been made
  /// in the knowledge of them, and who is told of it must not find by such a name what was before.
  std::vector<postgres::Touched> rests_on;
  Uuid id;                                   // of its row in `commits`
  std::optional<Authority> authority;        // nullopt: could not be read
  std::chrono::steady_clock::time_point at;  // not before COMMIT took effect
};
Commit commit_of(postgres::Committed committed);
/// What platform/postgres does for every transaction that touched roots: leaves its row and, for
/// the redis form, reads the authority behind COMMIT; the memory form asks its lease alone.
postgres::CommitHooks commit_hooks(Form form);

struct Found {
  enum class Kind {
    hit,    // `document` may be sent
    lease,  // not there; the caller may read PostgreSQL and then fill() with `token`
    busy,   // not there; another holds the lease: read PostgreSQL, don't fill
    away    // the cache can't be asked (Redis out of reach): read PostgreSQL, don't fill
  } kind;
  DocumentPtr document;
  std::string token;
};

/// One per I/O thread; every member is called on that thread and calls back there, at once (memory)
/// or later (redis). A callback must not throw. Two implementations run in production.
class Store {
 public:
  virtual ~Store() = default;

  virtual void get(Key const& key, std::function<void(Found)> done) = 0;
  /// The document, where it may be sent without asking anybody (memory); otherwise nullptr, and
  /// get() says more. Counted as a hit.
  virtual DocumentPtr at_hand(Key const& key) = 0;
  /// As get(), for those who watch: leaves no lease, and counts nothing.
  virtual void look(Key const& key, std::function<void(Found)> done) = 0;
  /// Keeps the document if the token is still the entry's and its version is at or above the
  /// floor; otherwise drops it silently. The read behind it must have begun after the lease.
  virtual void fill(Key const& key, std::string const& token, DocumentPtr document) = 0;
  /// Between COMMIT and answer, once per transaction. Drops older documents and every fill token
  /// and raises the floors for all its roots; `done(true)` as soon as no cache of any instance can
  /// show what was before it, mostly at once. Otherwise the answer is parked, on no worker and no
  /// connection, at most `wait`, and then `done(false)`: the write is committed, the caller is told
  /// to repeat it under its key. No more than `parked_max` wait; those beyond are told at once.
  virtual void settle(Commit commit, std::chrono::milliseconds wait,
                      std::function<void(bool)> done) = 0;
  /// A transaction whose COMMIT was not answered may yet take effect: nothing older than it would
  /// be is served from now on. Said ahead of COMMIT, too, of roots that names leave
  /// (postgres::CommitHooks): in the redis form Commit::rests_on does the same. Any thread.
  virtual void doubt(std::span<postgres::Touched const> roots) = 0;
  /// Empty, or why this form is degraded, as /readyz names it.
  virtual std::string degraded() const = 0;
};

/// Answers that may be parked at a time.
inline constexpr std::size_t parked_max = 10'000;

/// What the stores of one instance share with its keeper (cache_protocol.hpp).
class Standing;

/// How long a fill lease holds: a read that crashed or takes longer blocks other fills no further,
/// and its own fill is refused.
inline constexpr std::chrono::milliseconds lease_duration{2000};

/// What the memory form's stores of one instance share: the entries, at most `bytes_max` of them,
/// those used least recently giving way. Thread-safe.
class MemoryEntries;
std::shared_ptr<MemoryEntries> make_memory_entries(
    std::size_t bytes_max, metrics::Registry& metrics,
    std::chrono::milliseconds lease = lease_duration);
/// For the thread of `loop`, which outlives the store. get() calls back at once, from within.
std::shared_ptr<Store> make_memory_store(boost::asio::io_context& loop,
                                         std::shared_ptr<MemoryEntries> entries,
                                         std::shared_ptr<Standing> standing);

struct RedisFormOptions {
  /// Documents kept in this process, so that a hit on a version held transfers no body.
  std::size_t copies_bytes_max = 64 * 1024 * 1024;
  /// Part of every key: raised with the shape of the document, so that versions of the program that
  /// differ in it may run side by side.
  int document_schema = 1;
  std::chrono::milliseconds lease = lease_duration;
  /// No entry lives longer than this in Redis.
  std::chrono::milliseconds entry_ttl{document_age_max};
};
/// What the redis form's stores of one instance share: local copies. Thread-safe.
class RedisForm;
std::shared_ptr<RedisForm> make_redis_form(RedisFormOptions options, metrics::Registry& metrics);
/// To be sent on every new connection (redis::Options::on_connect): loads the function library.
std::vector<std::vector<std::string>> redis_on_connect();
/// For the thread of `loop`, which also drives `client`; both outlive the store. Callbacks in
/// flight keep the store alive.
std::shared_ptr<Store> make_redis_store(boost::asio::io_context& loop, redis::Client& client,
                                        std::shared_ptr<RedisForm> form,
                                        std::shared_ptr<Standing> standing);

/// The root a name led to when last looked up: never trusted without the entry's own word
/// (answers_for). Bounded; shared by the I/O threads of one instance; thread-safe.
class Hints {
 public:
  explicit Hints(std::size_t entries_max);
  ~Hints();
  bool find(TenantId tenant, std::string const& name, CustomerId& root) const;
  void keep(TenantId tenant, std::string const& name, CustomerId root);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// Joins reads of one root: at most one statement at a time per root, and a read joins only a
/// flight whose statement is sent after the read began; otherwise it waits for the next one.
/// Shared by the I/O threads; thread-safe. Waiters call back on the thread that lands the flight,
/// so they post to their own.
class Flights {
 public:
  Flights();
  ~Flights();
  struct Outcome {
    DocumentPtr document;          // or
    std::exception_ptr exception;  // what the leader's read threw
  };
  using Waiter = std::function<void(Outcome)>;
  enum class Role { leader, follower };
  /// leader: the caller starts a flight: take_off() when its statement is about to be sent, then
  /// land(). follower: `waiter` will be called once; if the flight it waits for has to be started
  /// by somebody, `take_over` is called instead and the caller leads it.
  Role join(Key const& key, Waiter waiter, std::function<void()> take_over);
  /// From here on newcomers wait for the next flight.
  void take_off(Key const& key);
  void land(Key const& key, Outcome outcome);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace throughline::cache

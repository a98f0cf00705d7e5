// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// The context cache: documents kept under roots, in one of two forms. `memory` serves one instance
// without Redis; `redis` serves many. Both keep, per root: the document, its version, what it
// answers for, a version floor and a fill token, so that a late fill never covers a newer write.
//
// The place of what is still to come: in the redis form a hit is to be trusted only under the
// fence, and an invalidation that failed is to park the answer until the relay has applied it
// (docs/ ARCHITECTURE.md, "The cache and its missing half"). Until then a form says `degraded` and
// answers `away` while its Redis is out of reach, and replays the invalidations it could not
// deliver before it trusts that Redis again.
#pragma once

#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "throughline/base/ids.hpp"
#include "throughline/platform/postgres.hpp"

namespace throughline::cache {

/// What entries hang on. Entries exist only under roots.
struct Key {
  TenantId tenant;
  CustomerId root;
  auto operator<=>(Key const&) const = default;
};

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
};
using DocumentPtr = std::shared_ptr<Document const>;

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
/// or later (redis). Two implementations run in production.
class Store {
 public:
  virtual ~Store() = default;

  virtual void get(Key const& key, std::function<void(Found)> done) = 0;
  /// Keeps the document if the token is still the entry's and its version is at or above the
  /// floor; otherwise drops it silently. The read behind it must have begun after the lease.
  virtual void fill(Key const& key, std::string const& token, DocumentPtr document) = 0;
  /// Drops older documents and every fill token, raises the floors; for all roots of one commit.
  /// `done(false)`: Redis could not be told; it will be before it is trusted again.
  virtual void invalidate(std::span<postgres::Touched const> roots,
                          std::function<void(bool)> done) = 0;
  /// Empty, or why this form is degraded, as /readyz names it.
  virtual std::string degraded() const = 0;
};

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

// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// Parts and roots: which customer a record arrived under, and which customer answers for it now.
// A merge points parts at another root and moves no rows; a root's version names the state that
// contexts, caches and the feed speak of. Every module that writes locks here first.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "throughline/base/actor.hpp"
#include "throughline/platform/postgres.hpp"

namespace throughline::parts {

inline constexpr std::size_t parts_max = 100;  // of one customer

struct Root {
  CustomerId id;
  /// Raised by one with every change; the newest that this transaction has made.
  std::int64_t version = 0;
  Timestamp created_at;
};

/// Proof that customers are locked in this transaction. Only lock() and create() make one, and
/// changes::record() asks for it, so nothing is recorded for a customer that isn't locked.
class Locked {
 public:
  bool has(CustomerId part) const { return root_of_.contains(part); }
  /// The root of a locked part. Throws std::logic_error for a part that is not locked.
  Root const& root(CustomerId part) const;
  std::size_t size() const { return roots_.size(); }

 private:
  friend class Locking;
  friend CustomerId create(postgres::Tx&, Actor const&, Locked&, bool);
  friend std::int64_t raise(postgres::Tx&, Locked&, CustomerId);
  friend void join(postgres::Tx&, Actor const&, Locked&, CustomerId, CustomerId);
  friend void split(postgres::Tx&, Actor const&, Locked&, CustomerId,
                    std::span<std::vector<CustomerId> const>);
  std::map<CustomerId, CustomerId> root_of_;
  std::map<CustomerId, Root> roots_;
};

/// The root that answers for a part (itself, if it is one); nullopt for an unknown id. Takes no
/// lock.
std::optional<CustomerId> root_of(postgres::Tx& tx, CustomerId part);

/// All parts of a root, the root itself among them, oldest first (tie: the smaller id). Takes no
/// lock: they stay these while the root is locked.
std::vector<CustomerId> members(postgres::Tx& tx, CustomerId root);

/// Locks the roots of these parts, in id order (LockRank::customers: once in a transaction, so name
/// all of them). Locks, then looks where the parts point: if that is no locked root, throws
/// postgres::Retry. Ids that are unknown are simply absent from the result. Without parts nothing
/// is locked and the rank stays free. Locked roots are touched as they are (Tx::touch): whoever
/// finds there that nothing is left to do answers for what another has done.
Locked lock(postgres::Tx& tx, Actor const& actor, std::span<CustomerId const> parts);

/// The same for parts that only the database knows (those of cases, of an identifier's owners), on
/// its way: the locks travel with the transaction's next statement, the look that follows them.
class Locking {
 public:
  /// Locks the roots of the parts that `parts_sql` selects, in id order (LockRank::customers). Its
  /// parameters are $1, the tenant, and `params` from $3 on.
  /// `also`: further parts, whose roots are looked up and added right behind.
  Locking(postgres::Tx& tx, std::string_view parts_sql, std::vector<postgres::Param> params,
          std::span<CustomerId const> also = {});
  /// What the look has found: where a part points, under the lock. False if that root is not among
  /// the locked ones: the part was joined meanwhile, and nothing may be written for it now.
  bool add(CustomerId part, CustomerId root);
  /// Throws postgres::Retry if one of `also` points to no locked root.
  Locked& locked();

 private:
  void read();
  postgres::Tx* tx_ = nullptr;
  std::optional<postgres::Answer> rows_;  // until they are read
  std::optional<postgres::Answer> also_;  // likewise
  Locked locked_;
};

/// For an answer that names records which were found and not made: touches the roots that answer
/// for them, as they are, without a lock. `parts_sql` selects ids and parts of records; its
/// parameters are $1, the tenant, and $2, the ids (uuid[]). Their roots; absent for those that the
/// select does not find.
std::map<Uuid, CustomerId> rest_on(postgres::Tx& tx, std::string_view parts_sql,
                                   std::span<Uuid const> records);

/// Makes a part that is its own root, locked by this transaction, version 0 until the first change
/// recorded for it. `provisional`: made for a contact in doubt, meant to be joined by identify.
CustomerId create(postgres::Tx& tx, Actor const& actor, Locked& locked, bool provisional);

/// The root's next version, for one more change: known to `locked` and to the transaction
/// (Tx::touch) from here on; the statement of raising() must follow. Under a savepoint, work on a
/// copy of `locked`.
std::int64_t raise(postgres::Tx& tx, Locked& locked, CustomerId part);
/// Lent to changes::record() so that versions and facts share one statement: the one that sets
/// roots to the versions raise() gave and goes on as `rest`. Parameters: $1 the tenant, $2 the
/// roots (uuid[]), $3 their versions (bigint[]), $4 when.
std::string raising(std::string_view rest);

/// Points every part of both customers at one root: the older (tie: the smaller id), whichever way
/// round. Sets both former roots to the higher of their versions + 1 and touches both. Moves no
/// other row. Both must be locked; if they are one customer already, does nothing. Throws conflict
/// beyond parts_max.
void join(postgres::Tx& tx, Actor const& actor, Locked& locked, CustomerId one, CustomerId other);

/// Undoes what join() did: points the parts of one customer, whose root is locked, at the first of
/// their group. `groups` hold each of its parts once, oldest first (see members()). Sets every
/// root, the one before and those after, to one version above all of theirs and touches them; all
/// parts are locked afterwards. Moves no other row.
void split(postgres::Tx& tx, Actor const& actor, Locked& locked, CustomerId root,
           std::span<std::vector<CustomerId> const> groups);

}  // namespace throughline::parts

// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// The tables of the protocol, as the keeper of an instance uses them on its own session.
#pragma once

#include <chrono>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "throughline/base/ids.hpp"
#include "throughline/platform/cache.hpp"
#include "throughline/platform/postgres_session.hpp"

namespace throughline::cache::store {

/// The name of this database among all that may share a Redis.
std::string database_name(postgres::Session& session);

/// The lease: one instance of the memory form, or any number of the redis form. False: taken.
bool take_lease(postgres::Session& session, Form form);
void give_lease(postgres::Session& session, Form form);
/// Withdraws trust from every Redis, for an instance that holds the lease alone.
struct Entered {
  std::int64_t epoch = 0;
  /// Somebody else may still be serving, under an earlier lease or fence.
  bool contested = false;
};
/// `before`: the epoch of this instance's last entry; 0: none.
Entered enter_memory(postgres::Session& session, std::int64_t before);
/// Says that nobody serves any more.
void leave_memory(postgres::Session& session);

/// The relay's turn. `if_needed`: only where trust would have to be withdrawn, or another life of
/// the database may have left some.
bool take_turn(postgres::Session& session, bool if_needed);
void give_turn(postgres::Session& session);

/// The authority and, of the same snapshot, all that was committed and is not yet applied.
struct Unseen {
  std::string run_id;
  std::int64_t epoch = 0;
  bool active = false;  // and of this life of this database
  std::string snapshot;
  std::vector<postgres::Touched> roots;
};
/// At most `limit` roots: as many as that, and there may be more.
Unseen read_unseen(postgres::Session& session, std::size_t limit);
void record_applied(postgres::Session& session, Unseen const& unseen);

/// The beginning of a new epoch, in which nobody is trusted yet.
struct Begun {
  std::int64_t epoch = 0;
  std::chrono::milliseconds inactive_for{0};  // for so long nothing has been granted
};
Begun begin_epoch(postgres::Session& session, std::string const& run_id);
/// False if the authority is not that of this beginning any more.
bool activate(postgres::Session& session, std::string const& run_id, std::int64_t epoch);
void deactivate(postgres::Session& session);

/// A row of `commits`.
struct CommitName {
  TenantId tenant;
  Uuid id;
};
/// Those of `waiting` that no cache can contradict any more: applied by the relay, or Redis has
/// been out for everyone for more than `lapse`.
std::vector<Uuid> settled(postgres::Session& session, std::span<CommitName const> waiting,
                          std::chrono::milliseconds lapse);

/// Says that an instance is there, and forgets those not heard of for `forget_after`.
void announce(postgres::Session& session, Uuid instance, std::string const& address,
              std::chrono::milliseconds forget_after);
void withdraw(postgres::Session& session, Uuid instance);
/// Of the instances heard of within the time.
std::vector<std::string> addresses(postgres::Session& session, std::chrono::milliseconds within);

}  // namespace throughline::cache::store

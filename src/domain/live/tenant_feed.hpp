// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// The feed of one tenant, read once for all who listen. Those who resume from further back are
// brought up to where the others are by a reading of their own, and then join them. Of the hub's
// thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <vector>

#include "domain/live/delivery.hpp"
#include "domain/live/following.hpp"
#include "domain/live/store.hpp"
#include "throughline/base/time.hpp"
#include "throughline/domain/changes.hpp"

namespace throughline::live {

/// What the feeds of all tenants share.
struct Common {
  postgres::Pool& pool;
  Clock const& clock;
  changes::Horizon& horizon;
  Delivery& delivery;
  Limits const& limits;
};

class TenantFeed {
 public:
  TenantFeed(TenantId tenant, Common const& common) : tenant_(tenant), common_(common) {}

  void join(SubscriberPtr subscriber);
  /// PostgreSQL can't be asked: who waits to join is to come again.
  void refuse_joining();
  /// Takes in who joins, hands out what is new if there may be `news`, and goes on with those who
  /// are being brought up to date. True if there is more to do at once. Throws what PostgreSQL's
  /// absence throws.
  bool turn(bool news);
  void keep_alive();
  void remove_gone();
  /// Those of keys that no longer hold.
  void cut_unless(std::map<KeyId, Scopes> const& standing);
  void cut_all(wire::Cut why);

  std::set<KeyId> keys() const;
  bool empty() const;
  /// Whether turn() has more to do soon, whatever is committed meanwhile.
  bool restless() const { return !joining_.empty() || !replays_.empty() || held_back_; }

 private:
  /// Where one has got to, and for whom.
  struct Reading {
    std::int64_t at = 0;
    Following following;
    std::int64_t courses_to = 0;  // all turns up to here are in the courses that `following` has
  };
  /// What one transaction finds for those who join. Not ready: all but `extent` is left out.
  struct Ground {
    changes::Extent extent;
    bool ready = false;
    std::int64_t drawn = 0;
    std::map<CustomerId, CustomerId> roots;
    std::vector<Turn> turns;
  };
  /// What one transaction finds for a reading.
  struct Portion {
    changes::Batch batch;
    bool turned = false;  // by turns that the courses lack; then these are
    std::vector<Turn> turns;
    std::map<CustomerId, CustomerId> roots;  // of the customers turned
    std::map<Uuid, std::string> queues;      // of handoffs
  };
  struct Start {
    std::int64_t from = 0;
    bool resumed = false;
    bool reset = false;
  };

  // tenant_feed_join.cpp
  bool take_in();
  std::vector<SubscriberPtr> take_joining();
  void refuse_joining(std::vector<SubscriberPtr>& joining, Error const& error);
  Ground survey(std::vector<SubscriberPtr> const& joining);
  bool is_ready(changes::Extent const& extent) const;
  Start start_of(Subscriber const& subscriber, Ground const& ground) const;
  void seat(std::vector<SubscriberPtr> const& joining, Ground const& ground);
  void seat(Reading& reading, SubscriberPtr const& subscriber, Ground const& ground) const;

  // tenant_feed.cpp
  Portion read(Reading const& reading, std::size_t limit);
  bool read_on(Reading& reading, std::optional<std::int64_t> until, std::size_t limit);
  void hand_out(Reading& reading, Portion const& portion, std::int64_t until);
  bool waits_for_readers(Reading const& replay);
  bool catch_up();
  template <class Each>
  void each_reading(Each each);

  TenantId const tenant_;
  Common const common_;
  std::vector<SubscriberPtr> joining_;
  std::chrono::steady_clock::time_point joining_since_;
  std::optional<std::int64_t> wanted_;  // complete up to here, a feed can begin to be read
  std::optional<Reading> tail_;
  bool held_back_ = false;        // of the tail
  std::vector<Reading> replays_;  // each behind the tail
};

}  // namespace throughline::live

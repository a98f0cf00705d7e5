// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// The door between I/O threads, where streams arrive, and the hub's thread, which takes them in.
// Counts who is there.
#pragma once

#include <chrono>
#include <condition_variable>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <vector>

#include "domain/live/subscriber.hpp"
#include "throughline/domain/live.hpp"
#include "throughline/platform/metrics.hpp"

namespace throughline::live {

/// Thread-safe.
class Admission {
 public:
  Admission(Limits const& limits, metrics::Registry& metrics);

  /// Counts the subscriber, by its key too if that is known already, and leaves it for arrivals().
  /// Throws unavailable where all places are taken or stop() was called, and too_many_requests
  /// where the key has its share.
  void admit(SubscriberPtr subscriber);
  /// Counts one whose key has become known. Throws too_many_requests.
  void count_key(Subscriber& subscriber);
  void leave(Subscriber& subscriber);

  struct Arrivals {
    std::vector<SubscriberPtr> subscribers;
    bool woken = false;
  };
  /// Those who arrived since the last time, and whether wake() was called for a tenant that is
  /// listened to; waits for either at most this long. nullopt after stop(), when nobody is left
  /// waiting here.
  std::optional<Arrivals> arrivals(std::chrono::milliseconds longest);
  void listened(std::set<TenantId> tenants);
  void wake(TenantId tenant);
  void stop();

 private:
  void count_key_locked(Subscriber& subscriber);

  std::size_t const most_;
  std::size_t const most_per_key_;
  metrics::Gauge present_gauge_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<SubscriberPtr> arrived_;  // guarded by mutex_, as is the rest
  std::map<KeyId, std::size_t> by_key_;
  std::size_t present_ = 0;
  std::set<TenantId> listened_;
  bool woken_ = false;
  bool stopped_ = false;
};

}  // namespace throughline::live

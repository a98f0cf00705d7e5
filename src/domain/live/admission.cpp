// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include "domain/live/admission.hpp"

#include <utility>

#include "throughline/base/error.hpp"

namespace throughline::live {

Admission::Admission(Limits const& limits, metrics::Registry& metrics)
    : most_(limits.subscribers),
      most_per_key_(limits.subscribers_per_key),
      present_gauge_(metrics.gauge("throughline_live_subscribers", "Live streams open.")) {}

void Admission::admit(SubscriberPtr subscriber) {
  std::lock_guard const lock(mutex_);
  if (stopped_) throw Error(Code::unavailable, "The server is about to stop.");
  if (present_ == most_) {
    throw Error(Code::unavailable, "The server has as many live streams as it may.");
  }
  if (!subscriber->ticket) count_key_locked(*subscriber);
  present_gauge_.set(static_cast<double>(++present_));
  arrived_.push_back(std::move(subscriber));
  changed_.notify_one();
}

void Admission::count_key(Subscriber& subscriber) {
  std::lock_guard const lock(mutex_);
  count_key_locked(subscriber);
}

void Admission::count_key_locked(Subscriber& subscriber) {
  auto& count = by_key_[subscriber.key];
  if (count >= most_per_key_) {
    throw Error(Code::too_many_requests, "The key has as many live streams as it may.");
  }
  ++count;
  subscriber.keyed = true;
}

void Admission::leave(Subscriber& subscriber) {
  std::lock_guard const lock(mutex_);
  if (std::exchange(subscriber.keyed, false)) {
    auto const count = by_key_.find(subscriber.key);
    if (--count->second == 0) by_key_.erase(count);
  }
  present_gauge_.set(static_cast<double>(--present_));
}

std::optional<Admission::Arrivals> Admission::arrivals(std::chrono::milliseconds longest) {
  std::unique_lock lock(mutex_);
  changed_.wait_for(lock, longest, [this] { return stopped_ || woken_ || !arrived_.empty(); });
  if (stopped_ && arrived_.empty()) return std::nullopt;
  return Arrivals{std::exchange(arrived_, {}), std::exchange(woken_, false)};
}

void Admission::listened(std::set<TenantId> tenants) {
  std::lock_guard const lock(mutex_);
  listened_ = std::move(tenants);
}

void Admission::wake(TenantId tenant) {
  std::lock_guard const lock(mutex_);
  if (woken_ || !listened_.contains(tenant)) return;
  woken_ = true;
  changed_.notify_one();
}

void Admission::stop() {
  std::lock_guard const lock(mutex_);
  stopped_ = true;
  changed_.notify_one();
}

}  // namespace throughline::live

// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include "platform/cache/pending.hpp"

#include <algorithm>

namespace throughline::cache {

Pending::Pending(std::size_t roots_max, std::chrono::milliseconds forget_after, metrics::Gauge size)
    : roots_max_(roots_max), forget_after_(forget_after), gauge_(size) {}

bool Pending::none() const {
  if (size_.load() != 0) return false;
  auto const until = distrust_until_.load();
  return until == 0 || Clock::now().time_since_epoch().count() >= until;
}

void Pending::add(std::span<postgres::Touched const> roots) {
  std::lock_guard const lock(mutex_);
  if (versions_.size() + roots.size() > roots_max_) {
    // What is forgotten here can be found in Redis until it expires, so that is waited for. Set
    // before the list is emptied: at no moment does it look as if all were well.
    distrust_until_.store((Clock::now() + forget_after_).time_since_epoch().count());
    versions_.clear();
  }
  for (auto const& root : roots) {
    auto& version = versions_[{root.tenant, root.root}];
    version = std::max(version, root.version);
  }
  note_size();
}

std::vector<postgres::Touched> Pending::some(std::size_t roots_max) const {
  std::lock_guard const lock(mutex_);
  std::vector<postgres::Touched> roots;
  for (auto const& [key, version] : versions_) {
    if (roots.size() == roots_max) break;
    roots.push_back({key.tenant, key.root, version});
  }
  return roots;
}

void Pending::delivered(std::span<postgres::Touched const> roots) {
  std::lock_guard const lock(mutex_);
  for (auto const& root : roots) {
    auto const at = versions_.find({root.tenant, root.root});
    if (at != versions_.end() && at->second <= root.version) versions_.erase(at);
  }
  note_size();
}

std::chrono::milliseconds Pending::distrust_left() const {
  Clock::time_point const until{Clock::duration(distrust_until_.load())};
  auto const left = std::chrono::ceil<std::chrono::milliseconds>(until - Clock::now());
  return std::max(left, std::chrono::milliseconds(0));
}

void Pending::note_size() {
  size_.store(versions_.size());
  gauge_.set(static_cast<double>(versions_.size()));
}

}  // namespace throughline::cache

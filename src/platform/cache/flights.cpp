// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include <unordered_map>
#include <utility>
#include <vector>

#include "platform/cache/keys.hpp"
#include "platform/cache/sharded.hpp"
#include "throughline/base/broken.hpp"
#include "throughline/platform/cache.hpp"

namespace throughline::cache {

namespace {

constexpr std::size_t flight_shards = 16;

struct Passenger {
  Flights::Waiter waiter;
  std::function<void()> take_over;
};

/// One root, from the first read that finds nobody reading it to the last that waits.
struct Field {
  bool in_the_air = false;          // the leader's statement has been sent
  std::vector<Passenger> aboard;    // joined before that: its answer is theirs
  std::vector<Passenger> for_next;  // came later; the first of them leads the next flight
};

using Fields = std::unordered_map<Key, Field, KeyHash>;

}  // namespace

struct Flights::Impl {
  Sharded<Fields> shards{flight_shards};
};

Flights::Flights() : impl_(std::make_unique<Impl>()) {}
Flights::~Flights() = default;

Flights::Role Flights::join(Key const& key, Waiter waiter, std::function<void()> take_over) {
  return impl_->shards.with(KeyHash{}(key), [&](Fields& fields) {
    auto const [at, first] = fields.try_emplace(key);
    if (first) return Role::leader;
    bool const too_late = at->second.in_the_air && !is_broken("flights");
    auto& waiting = too_late ? at->second.for_next : at->second.aboard;
    waiting.push_back({std::move(waiter), std::move(take_over)});
    return Role::follower;
  });
}

void Flights::take_off(Key const& key) {
  impl_->shards.with(KeyHash{}(key), [&](Fields& fields) { fields.at(key).in_the_air = true; });
}

void Flights::land(Key const& key, Outcome outcome) {
  std::vector<Passenger> landed;
  std::function<void()> next_leader;
  impl_->shards.with(KeyHash{}(key), [&](Fields& fields) {
    auto const at = fields.find(key);
    Field& field = at->second;
    landed = std::move(field.aboard);
    if (field.for_next.empty()) {
      fields.erase(at);
      return;
    }
    next_leader = std::move(field.for_next.front().take_over);
    field.for_next.erase(field.for_next.begin());
    field = Field{false, std::move(field.for_next), {}};
  });
  // Outside the lock: those called may join, take off and land again.
  if (next_leader) next_leader();
  for (auto const& passenger : landed) passenger.waiter(outcome);
}

}  // namespace throughline::cache

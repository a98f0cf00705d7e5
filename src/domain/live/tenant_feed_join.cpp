// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// Taking in who joins: from where they are shown what.
#include <algorithm>
#include <utility>

#include "domain/live/tenant_feed.hpp"

namespace throughline::live {

namespace {

constexpr std::size_t ids_at_a_time = 5000;  // in one statement
constexpr std::chrono::seconds join_patience{10};
constexpr char held_up[] = "The feed is held up by a long transaction; repeat after a moment.";
constexpr char away[] = "The database can't be asked right now.";

std::vector<CustomerId> customers_of(std::vector<SubscriberPtr> const& joining) {
  std::set<CustomerId> customers;
  for (auto const& subscriber : joining) {
    auto const& named = subscriber->interest.customers;
    customers.insert(named.begin(), named.end());
  }
  return {customers.begin(), customers.end()};
}

}  // namespace

void TenantFeed::join(SubscriberPtr subscriber) {
  if (joining_.empty()) joining_since_ = std::chrono::steady_clock::now();
  joining_.push_back(std::move(subscriber));
}

/// True if more wait than are taken in at a time.
bool TenantFeed::take_in() {
  if (joining_.empty()) return false;
  auto joining = take_joining();
  try {
    auto const ground = survey(joining);
    if (!wanted_) wanted_ = ground.extent.newest;
    if (ground.ready) {
      seat(joining, ground);
    } else if (std::chrono::steady_clock::now() - joining_since_ > join_patience) {
      refuse_joining(joining, Error(Code::unavailable, held_up));
    } else {
      joining_.insert(joining_.begin(), joining.begin(), joining.end());
      return false;
    }
  } catch (std::exception const&) {
    refuse_joining(joining, Error(Code::unavailable, away));
    throw;
  }
  joining_since_ = std::chrono::steady_clock::now();
  return !joining_.empty();
}

std::vector<SubscriberPtr> TenantFeed::take_joining() {
  auto end = joining_.begin();
  for (std::size_t ids = 0; end != joining_.end() && ids < ids_at_a_time; ++end) {
    ids += 1 + (*end)->interest.customers.size();
  }
  std::vector<SubscriberPtr> taken(joining_.begin(), end);
  joining_.erase(joining_.begin(), end);
  return taken;
}

void TenantFeed::refuse_joining() {
  refuse_joining(joining_, Error(Code::unavailable, away));
}

void TenantFeed::refuse_joining(std::vector<SubscriberPtr>& joining, Error const& error) {
  for (auto const& subscriber : std::exchange(joining, {})) {
    common_.delivery.refuse(*subscriber, error);
  }
  wanted_.reset();
}

TenantFeed::Ground TenantFeed::survey(std::vector<SubscriberPtr> const& joining) {
  Ground ground;
  Actor actor{};
  actor.tenant = tenant_;
  actor.now = common_.clock.now();
  auto const customers = customers_of(joining);
  common_.pool.transact(postgres::Mode::read, tenant_, [&](postgres::Tx& tx) {
    ground = {};
    ground.extent = changes::extent(tx, actor, common_.horizon);
    ground.ready = is_ready(ground.extent);
    if (!ground.ready) return;
    ground.drawn = store::pulse(tx).drawn;
    ground.roots = store::roots_of(tx, customers);
    auto lowest = tail_ ? tail_->at : ground.extent.complete;
    for (auto const& subscriber : joining) {
      lowest = std::min(lowest, start_of(*subscriber, ground).from);
    }
    ground.turns = store::turns_after(tx, lowest);
  });
  return ground;
}

/// Whether all that was there when somebody first asked can be read past.
bool TenantFeed::is_ready(changes::Extent const& extent) const {
  return tail_ || extent.complete >= wanted_.value_or(extent.newest);
}

TenantFeed::Start TenantFeed::start_of(Subscriber const& subscriber, Ground const& ground) const {
  auto const now = tail_ ? tail_->at : ground.extent.complete;
  if (!subscriber.resume) return {now, false, false};
  auto const position = *subscriber.resume;
  // Higher than any that was drawn: of a database that has lost its newest facts since.
  bool const shown = position <= ground.drawn && position + 1 >= ground.extent.kept_from &&
                     now - position <= replay_max;
  return shown ? Start{position, true, false} : Start{now, false, true};
}

void TenantFeed::seat(std::vector<SubscriberPtr> const& joining, Ground const& ground) {
  if (!tail_) tail_.emplace().at = ground.extent.complete;
  wanted_.reset();
  Reading replay{tail_->at, {}, ground.extent.complete};
  for (auto const& subscriber : joining) {
    replay.at = std::min(replay.at, start_of(*subscriber, ground).from);
  }
  for (auto const& subscriber : joining) {
    auto const& named = subscriber->interest.customers;
    auto const is_known = [&](CustomerId id) { return ground.roots.contains(id); };
    if (!std::all_of(named.begin(), named.end(), is_known)) {
      common_.delivery.refuse(
          *subscriber, Error(Code::not_found, "There is no customer with one of these ids."));
      continue;
    }
    auto const start = start_of(*subscriber, ground);
    subscriber->at = start.from;
    seat(start.from < tail_->at ? replay : *tail_, subscriber, ground);
    auto const cursor = changes::cursor_of(tenant_, start.from);
    common_.delivery.begin(*subscriber,
                           start.reset ? wire::reset(cursor) : wire::ready(cursor, start.resumed),
                           start.reset);
  }
  if (!replay.following.empty()) replays_.push_back(std::move(replay));
}

void TenantFeed::seat(Reading& reading, SubscriberPtr const& subscriber,
                      Ground const& ground) const {
  std::map<CustomerId, Course> courses;
  for (auto const customer : subscriber->interest.customers) {
    courses[customer] = course_of(customer, ground.roots.at(customer), ground.turns, reading.at);
  }
  reading.following.add(subscriber, courses);
}

}  // namespace throughline::live

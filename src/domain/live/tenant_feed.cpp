// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// Reading and handing out.
#include "domain/live/tenant_feed.hpp"

#include <algorithm>
#include <limits>
#include <utility>

namespace throughline::live {

namespace {

// Handed out before keys are looked at again, and others have their turn.
constexpr std::size_t sends_at_a_time = 100'000;

/// Facts to read at a time for so many.
std::size_t portion_for(Following const& following) {
  auto const listeners = std::max<std::size_t>(1, following.everybody().size());
  return std::clamp<std::size_t>(sends_at_a_time / listeners, 1, changes::batch_max);
}

std::vector<Uuid> handoffs_in(std::vector<changes::Item> const& facts) {
  std::vector<Uuid> handoffs;
  for (auto const& fact : facts) {
    if (is_handoff(fact)) handoffs.push_back(fact.resource);
  }
  return handoffs;
}

}  // namespace

template <class Each>
void TenantFeed::each_reading(Each each) {
  if (tail_) each(*tail_);
  for (auto& replay : replays_) each(replay);
}

bool TenantFeed::turn(bool news) {
  bool more = take_in();
  if (tail_ && (news || held_back_)) {
    more = read_on(*tail_, std::nullopt, portion_for(tail_->following)) || more;
  }
  return catch_up() || more;
}

TenantFeed::Portion TenantFeed::read(Reading const& reading, std::size_t limit) {
  Portion portion;
  Actor actor{};
  actor.tenant = tenant_;
  actor.now = common_.clock.now();
  common_.pool.transact(postgres::Mode::read, tenant_, [&](postgres::Tx& tx) {
    portion = {};
    changes::Query query;
    query.after = reading.at;
    query.limit = limit;
    portion.batch = changes::read(tx, actor, common_.horizon, query);
    auto const& facts = portion.batch.items;
    portion.turned = std::any_of(facts.begin(), facts.end(), [&](changes::Item const& fact) {
      return is_turn(fact) && fact.position > reading.courses_to;
    });
    if (portion.turned) {
      portion.turns = store::turns_after(tx, reading.at);
      portion.roots = store::roots_of(tx, reading.following.turned_by(portion.turns));
    }
    if (auto const handoffs = handoffs_in(facts);
        reading.following.has_queues() && !handoffs.empty()) {
      portion.queues = store::queues_of(tx, handoffs);
    }
  });
  return portion;
}

/// True if there is more to read at once. Does not go beyond `until`.
bool TenantFeed::read_on(Reading& reading, std::optional<std::int64_t> until, std::size_t limit) {
  Portion portion;
  try {
    portion = read(reading, limit);
  } catch (Error const& error) {
    if (error.code() != Code::gone) throw;
    for (auto const& behind : reading.following.everybody()) {
      common_.delivery.cut(*behind, wire::Cut::behind);
    }
    return false;
  }
  auto const end = until.value_or(std::numeric_limits<std::int64_t>::max());
  hand_out(reading, portion, end);
  reading.at = std::min(portion.batch.next, end);
  // Where the others stand, this snapshot too shows everything.
  if (portion.turned) reading.courses_to = until.value_or(reading.at);
  if (!until) held_back_ = portion.batch.held_back;
  return portion.batch.has_more && reading.at < end;
}

void TenantFeed::hand_out(Reading& reading, Portion const& portion, std::int64_t until) {
  for (auto const& [customer, root] : portion.roots) {
    reading.following.set(customer, course_of(customer, root, portion.turns, reading.at));
  }
  for (auto const& fact : portion.batch.items) {
    if (fact.position > until) return;
    auto const queue = portion.queues.find(fact.resource);
    auto const concerned = reading.following.concerned(
        fact, queue == portion.queues.end() ? std::string() : queue->second);
    if (concerned.empty()) continue;
    auto const piece = std::make_shared<std::string const>(
        wire::fact(fact, changes::cursor_of(tenant_, fact.position)));
    for (auto* const subscriber : concerned) common_.delivery.fact(*subscriber, piece);
  }
}

/// True while somebody has yet to take what was sent before. Who takes nothing for long is cut.
bool TenantFeed::waits_for_readers(Reading const& replay) {
  auto const now = std::chrono::steady_clock::now();
  bool waits = false;
  for (auto const& subscriber : replay.following.everybody()) {
    auto& since = subscriber->busy_since;
    bool const busy = !subscriber->cut && subscriber->stream->busy();
    if (!busy) {
      since.reset();
    } else if (now - since.value_or(now) > replay_patience) {
      common_.delivery.cut(*subscriber, wire::Cut::slow);
    } else {
      if (!since) since = now;
      waits = true;
    }
  }
  return waits;
}

/// A portion for each of those behind, at the pace of their readers. Who has caught up goes on with
/// the others. True if there is more to do at once.
bool TenantFeed::catch_up() {
  auto const half_a_queue = std::max<std::size_t>(1, common_.limits.queue.pieces / 2);
  bool more = false;
  for (auto& replay : replays_) {
    if (waits_for_readers(replay)) continue;
    read_on(replay, tail_->at, std::min(half_a_queue, portion_for(replay.following)));
    more = true;
    if (replay.at == tail_->at) tail_->following.take(std::move(replay.following));
  }
  std::erase_if(replays_, [](Reading const& replay) { return replay.following.empty(); });
  return more;
}

void TenantFeed::keep_alive() {
  each_reading([this](Reading const& reading) {
    common_.delivery.keep_alive(reading.following, tenant_, reading.at, common_.limits.keep_alive);
  });
}

void TenantFeed::remove_gone() {
  each_reading([this](Reading& reading) { common_.delivery.remove_gone(reading.following); });
  if (tail_ && tail_->following.empty() && replays_.empty()) tail_.reset();
}

void TenantFeed::cut_unless(std::map<KeyId, Scopes> const& standing) {
  each_reading([&](Reading const& reading) {
    for (auto const& subscriber : reading.following.everybody()) {
      auto const key = standing.find(subscriber->key);
      if (key != standing.end() && key->second.allows(Scope::context_read)) continue;
      common_.delivery.cut(*subscriber, wire::Cut::key);
    }
  });
}

void TenantFeed::cut_all(wire::Cut why) {
  refuse_joining(joining_, Error(Code::unavailable, "The server is about to stop."));
  each_reading([&](Reading const& reading) {
    for (auto const& subscriber : reading.following.everybody()) {
      common_.delivery.cut(*subscriber, why);
    }
  });
}

std::set<KeyId> TenantFeed::keys() const {
  std::set<KeyId> keys;
  auto const add = [&](Reading const& reading) {
    for (auto const& subscriber : reading.following.everybody()) keys.insert(subscriber->key);
  };
  if (tail_) add(*tail_);
  for (auto const& replay : replays_) add(replay);
  return keys;
}

bool TenantFeed::empty() const {
  return joining_.empty() && !tail_;
}

}  // namespace throughline::live

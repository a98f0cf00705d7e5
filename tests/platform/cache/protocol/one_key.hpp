// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// The protocol of the redis form, step by step, for one customer's document: what PostgreSQL, two
// Redis processes, the relays, the writer and the readers may do next in a given state. Read
// one_key_state.hpp first.
#pragma once

#include <algorithm>
#include <vector>

#include "platform/cache/protocol/one_key_state.hpp"
#include "platform/cache/protocol/rules.hpp"

namespace throughline::protocol::one_key {

enum class Part {
  fence,                      // Redis is believed only under the fence
  run_id,                     // the fence names the process it was granted to
  moving_seq,                 // trust ends unless the fence's seq is seen to move
  trust_as_asked,             // an answer is used only within the trust that it was asked under
  fence_lease,                // Redis drops a fence that is not granted anew
  grant_window,               // a grant that comes late is refused
  told_before_grant,          // a relay that could not tell Redis of every commit does not grant
  applied_by_snapshot,        // the relay tells what a snapshot sees, not what the horizon allows
  applied_is_a_set,           // "applied" names transactions, not a mark below which all is done
  epoch_in_key,               // entries of an earlier authority are out of sight
  wait_before_active,         // 2.4 s between naming a Redis and trusting it
  start_over,                 // a relay that finds active=false repeats all of it
  only_holder_deactivates,    // the lock decides who may set active=false
  token,                      // a fill needs the token of its lease
  floor,                      // a fill needs a version at or above the floor
  invalidation_after_commit,  // Redis is told after COMMIT
  authority_after_commit,     // the authority is read after COMMIT
  authority_decides,          // an answer needs the told Redis to be the active authority
  parking,                    // otherwise it waits
  replay_settles              // a repeated write settles again before it answers
};

enum class Promise { never_stale, trusted_while_reachable };

struct Bounds {
  bool eviction = true;  // Redis may drop the entry at any moment
  Promise promise = Promise::never_stale;
};

class OneKey {
 public:
  using State = one_key::State;

  explicit OneKey(Rules<Part> rules = {}, Bounds bounds = {}, Times times = {})
      : rules_(rules), times_(times), bounds_(bounds) {}

  /// A day like any other, with and without the document in Redis.
  std::vector<State> initial() const;
  bool broken(State const& state) const {
    return bounds_.promise == Promise::never_stale ? state.stale != 0 : state.needless != 0;
  }
  template <class Emit>
  void next(State const& state, Emit&& emit) const;

 private:
  bool has(Part part) const { return rules_.has(part); }

  // Each emits the steps of one actor (one_key_steps.hpp, one_key_relay.hpp).
  template <class Emit>
  void time_passes(State const& s, Emit& emit) const;
  template <class Emit>
  void fault(State const& s, Emit& emit) const;
  template <class Emit>
  void redis(State const& s, Emit& emit) const;
  template <class Emit>
  void links(State const& s, Emit& emit) const;
  template <class Emit>
  void relay(State const& s, int i, Emit& emit) const;
  template <class Emit>
  void snapshot(State const& s, int i, Emit& emit) const;
  template <class Emit>
  void authority(State const& s, int i, Emit& emit) const;
  template <class Emit>
  void write(State const& s, Emit& emit) const;
  char const* why_acknowledged(State const& s) const;
  template <class Emit>
  void look(State const& s, Emit& emit) const;
  template <class Emit>
  void fill(State const& s, Emit& emit) const;
  template <class Emit>
  void judge(State const& s, Emit& emit) const;

  static Redis& at(State& s, Byte link) { return s.redis[link - 1]; }
  static Redis const& at(State const& s, Byte link) { return s.redis[link - 1]; }
  static bool reaches(State const& s, Byte link) { return link != no_link && at(s, link).up; }
  Entry& entry(State& s, Byte link, Byte epoch) const {
    return at(s, link).entries[has(Part::epoch_in_key) ? epoch - 1 : 0];
  }
  /// ctx_invalidate with version 2.
  void invalidate(State& s, Byte link, Byte epoch) const {
    Entry& entry = this->entry(s, link, epoch);
    entry.token = 0;
    entry.floor = 2;
    if (entry.document < 2) entry.document = 0;
  }
  bool trusts(State const& s) const {
    return !has(Part::fence) || !has(Part::moving_seq) || s.look.trust_left > 0;
  }
  /// The fence that instance 2 may go by on this Redis.
  bool shows_fence(State const& s, Byte link) const {
    Fence const& fence = at(s, link).fence;
    return fence.run != 0 && (!has(Part::run_id) || fence.run == link);
  }
  bool fenced(State const& s, Byte link) const {
    return shows_fence(s, link) && at(s, link).fence.epoch == s.look.epoch;
  }
  /// Nobody has version 1 any more, so nobody will.
  static bool settled(State const& s);
  /// What is in no one's reach or memory is forgotten, so that states that differ in nothing that
  /// matters are one.
  static State tidy(State s);
  static void rename_seqs(State& s);
  static void crash(State& s, int i);

  Rules<Part> rules_;
  Times times_;
  Bounds bounds_;
};

inline std::vector<OneKey::State> OneKey::initial() const {
  State s;
  s.redis[0].up = 1;
  s.redis[0].fence = {1, 1, 0, static_cast<Byte>(times_.fence_lease)};
  s.look = {1, 1, 0, 0, 1, static_cast<Byte>(times_.trust), 0};
  s.postgres.older_open = has(Part::applied_by_snapshot) ? 0 : 1;
  State cached = s;
  entry(cached, link_to_a, 1).document = 1;
  return {tidy(cached), tidy(s)};
}

template <class Emit>
void OneKey::next(State const& state, Emit&& emit) const {
  if (settled(state)) return;
  auto tidily = [&](char const* who, char const* what, State const& after) {
    emit(who, what, tidy(after));
  };
  // An answer goes out as soon as it may: later would only be kinder to the reads.
  if (char const* const why = why_acknowledged(state)) {
    State after = state;
    after.writer = acknowledged;
    return tidily("writer", why, after);
  }
  time_passes(state, tidily);
  fault(state, tidily);
  redis(state, tidily);
  links(state, tidily);
  relay(state, 0, tidily);
  relay(state, 1, tidily);
  write(state, tidily);
  look(state, tidily);
  fill(state, tidily);
  judge(state, tidily);
}

inline bool OneKey::settled(State const& s) {
  if (s.postgres.version == 1 || s.judge.found_old || s.filler.at == Byte(Filling::read_1))
    return false;
  for (Redis const& redis : s.redis) {
    for (Entry const& entry : redis.entries) {
      if (entry.document == 1) return false;
    }
  }
  return true;
}

template <class Emit>
void OneKey::time_passes(State const& s, Emit& emit) const {
  State n = s;
  auto const older = [](int age, int most) { return static_cast<Byte>(std::min(age + 1, most)); };
  for (Redis& redis : n.redis) {
    if (redis.fence.run == 0 || !has(Part::fence_lease)) continue;
    if (--redis.fence.left == 0) redis.fence = {};
  }
  for (Relay& relay : n.relays) relay.age = older(relay.age, times_.grant_window + 1);
  n.look.age = older(n.look.age, times_.trust);
  if (n.look.trust_left > 0) --n.look.trust_left;
  if (n.judge.trust_left > 0) --n.judge.trust_left;
  int const longest = std::max(times_.parked, times_.before_active);
  if (!n.postgres.active) n.postgres.inactive_for = older(n.postgres.inactive_for, longest);
  if (n.writer.committed) n.writer.age = older(n.writer.age, times_.parked);
  emit("time:", "half a second passes", n);
}

// The one fault.
template <class Emit>
void OneKey::fault(State const& s, Emit& emit) const {
  if (s.faults_left == 0) return;
  State n = s;
  n.faults_left = 0;
  State moved = n;
  moved.address = link_to_b;
  State dead = moved;
  dead.redis[0] = {};
  dead.redis[1].up = 1;
  State empty = dead;
  empty.redis[1] = {};
  empty.redis[1].up = 1;
  emit("fault:", "Redis dies and comes back empty, as process B", empty);
  if (s.copied) {
    emit("fault:", "Redis dies and comes back with an old snapshot, as process B", dead);
    moved.redis[1].up = 1;
    emit("fault:", "a replica that lags becomes Redis B; A goes on for whoever is connected",
         moved);
  }
  for (int i = 0; i < 2; ++i) {
    State cut = n;
    cut.instances[i] = {no_link, 1, 0};
    emit("fault:", i == 0 ? "instance 1 is cut off from Redis" : "instance 2 is cut off from Redis",
         cut);
    State crashed = n;
    crash(crashed, i);
    emit("fault:", i == 0 ? "instance 1 dies and starts anew" : "instance 2 dies and starts anew",
         crashed);
  }
  State lost = n;
  lost.postgres.lock = 0;
  emit("fault:", "PostgreSQL drops the session that holds the relay's lock", lost);
}

/// What it had sent may still arrive: a grant, a fill. Its client repeats the write elsewhere.
inline void OneKey::crash(State& s, int i) {
  s.instances[i] = {};
  s.instances[i].link = no_link;
  if (s.postgres.lock == i + 1) s.postgres.lock = 0;
  if (s.relays[i].cycle != Byte(Cycle::told)) s.relays[i] = {};
  if (s.writer.on == i && !s.writer.acknowledged) {
    Byte const committed = s.writer.committed;
    s.writer = {};
    s.writer.on = i == 0;
    s.writer.committed = committed;
  }
  if (i == 0) return;
  s.look = {};
  s.judge = {};
  if (s.filler.at == Byte(Filling::leased)) s.filler = filled;
}

// What Redis does of its own accord: it replicates or saves a snapshot, and evicts.
template <class Emit>
void OneKey::redis(State const& s, Emit& emit) const {
  if (s.faults_left != 0 && !s.copied) {
    State n = s;
    n.redis[1] = n.redis[0];
    n.redis[1].up = 0;
    n.copied = 1;
    emit("Redis A", "is copied (to a replica, or to disk)", n);
  }
  if (!bounds_.eviction) return;
  for (int r = 0; r < redis_count; ++r) {
    for (int e = 0; e < epochs && s.redis[r].up; ++e) {
      State n = s;
      n.redis[r].entries[e] = {};
      emit(r == 0 ? "Redis A" : "Redis B", "evicts the entry", n);
    }
  }
}

template <class Emit>
void OneKey::links(State const& s, Emit& emit) const {
  for (int i = 0; i < 2; ++i) {
    char const* const who = i == 0 ? "instance 1" : "instance 2";
    State n = s;
    if (s.instances[i].cut) {
      n.instances[i].cut = 0;
      emit(who, "can reach Redis again", n);
    } else if (s.instances[i].link != s.address) {
      n.instances[i].link = s.address;
      emit(who, s.address == link_to_a ? "connects to Redis A" : "connects to Redis B", n);
    }
  }
}

inline State OneKey::tidy(State s) {
  for (Instance& instance : s.instances) {
    if (!reaches(s, instance.link)) instance.link = no_link;
  }
  for (int i = 0; i < 2; ++i) {
    Relay& relay = s.relays[i];
    bool const in_cycle = relay.link != no_link && relay.cycle != Byte(Cycle::waiting);
    bool const in_flight = relay.cycle == Byte(Cycle::told) && reaches(s, relay.link);
    if (in_cycle && !in_flight && relay.link != s.instances[i].link) relay = {};
    if (relay.cycle == Byte(Cycle::idle) || relay.cycle == Byte(Cycle::waiting)) relay.age = 0;
  }
  bool const may_fill = s.filler.at != Byte(Filling::not_begun);
  if (may_fill && !reaches(s, s.filler.link)) s.filler = filled;
  bool wanted = s.address == link_to_a || s.filler.link == link_to_a;  // Redis A
  for (int i = 0; i < 2; ++i) {
    wanted |= s.instances[i].link == link_to_a || s.relays[i].link == link_to_a;
  }
  if (!wanted) s.redis[0] = {};
  if (s.faults_left == 0 && s.address == link_to_a) s.redis[1] = {};
  if (s.faults_left == 0) s.copied = 0;
  rename_seqs(s);
  return s;
}

/// Which seqs are equal is all that matters.
inline void OneKey::rename_seqs(State& s) {
  Fence* const fences[] = {&s.redis[0].fence, &s.redis[1].fence};
  Byte const old[] = {fences[0]->seq, fences[1]->seq, s.look.seq};
  bool const used[] = {fences[0]->run != 0, fences[1]->run != 0, s.look.run != 0};
  Byte fresh[3] = {0, 0, 0};
  Byte count = 0;
  for (int i = 0; i < 3; ++i) {
    if (!used[i]) continue;
    int same = 0;
    while (same < i && !(used[same] && old[same] == old[i])) ++same;
    fresh[i] = same < i ? fresh[same] : count++;
  }
  fences[0]->seq = fresh[0];
  fences[1]->seq = fresh[1];
  s.look.seq = fresh[2];
}

}  // namespace throughline::protocol::one_key

#include "platform/cache/protocol/one_key_relay.hpp"
#include "platform/cache/protocol/one_key_steps.hpp"

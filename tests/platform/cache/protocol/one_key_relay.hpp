// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// The relay: brings Redis every committed change and, only then, grants it the fence; names
// another Redis process where it must.
#pragma once

#include "platform/cache/protocol/one_key.hpp"

namespace throughline::protocol::one_key {

inline constexpr char const* relay_names[] = {"relay 1", "relay 2"};

template <class Emit>
void OneKey::relay(State const& s, int i, Emit& emit) const {
  char const* const who = relay_names[i];
  Relay const& relay = s.relays[i];
  bool const holds = s.postgres.lock == i + 1;
  Byte const link = s.instances[i].link;
  State n = s;
  authority(s, i, emit);
  switch (Cycle(relay.cycle)) {
    case Cycle::idle:
      if (!holds || link == no_link) return;
      n.relays[i] = {Byte(Cycle::timed), link, 0, 0, 0, 0};
      return emit(who, "begins a cycle: takes Redis's time", n);
    case Cycle::timed:
      return snapshot(s, i, emit);
    case Cycle::seen:
      if (has(Part::told_before_grant)) invalidate(n, relay.link, relay.epoch);
      n.relays[i].cycle = Byte(Cycle::told);
      return emit(who,
                  has(Part::told_before_grant) ? "tells Redis of version 2"
                                               : "could not tell Redis and goes on",
                  n);
    case Cycle::told:
      if (has(Part::grant_window) && relay.age > times_.grant_window) {
        n.relays[i] = {};
        return emit(who, "grants too late: refused", n);
      }
      at(n, relay.link).fence = {relay.epoch, relay.link, 3, Byte(times_.fence_lease)};
      n.relays[i].cycle = Byte(relay.saw ? Cycle::granted : Cycle::idle);
      if (!relay.saw) n.relays[i] = {};
      return emit(who, "grants the fence: its seq moves", n);
    case Cycle::granted:
      n.relays[i] = {};
      if (holds) n.postgres.applied = 1;
      return emit(who, holds ? "records version 2 as applied" : "has lost its lock", n);
    case Cycle::waiting: {
      bool const waited = s.postgres.inactive_for >= times_.before_active;
      if (holds && !waited && has(Part::wait_before_active)) return;
      n.relays[i] = {};
      if (holds) n.postgres.active = 1;
      if (holds) n.postgres.inactive_for = 0;
      return emit(who, holds ? "commits active=true" : "has lost its lock", n);
    }
  }
}

template <class Emit>
void OneKey::snapshot(State const& s, int i, Emit& emit) const {
  char const* const who = relay_names[i];
  Relay const& relay = s.relays[i];
  State n = s;
  if (s.postgres.lock != i + 1) {
    n.relays[i] = {};
    return emit(who, "has lost its lock", n);
  }
  bool const changed = s.postgres.run != relay.link;
  if (changed || (!s.postgres.active && has(Part::start_over))) {
    if (s.postgres.epoch == epochs) return;  // beyond the bound
    n.postgres.run = relay.link;
    n.postgres.epoch = s.postgres.epoch + 1;
    // Who is inactive already has been so for all: the wait counts from then.
    if (s.postgres.active) n.postgres.inactive_for = 0;
    n.postgres.active = 0;
    n.relays[i] = {Byte(Cycle::waiting), 0, 0, 0, 0, 0};
    return emit(who,
                relay.link == link_to_a ? "names Redis A, a new epoch, active=false"
                                        : "names Redis B, a new epoch, active=false",
                n);
  }
  if (!s.postgres.active) {  // without start_over: takes over what a predecessor began
    n.relays[i] = {Byte(Cycle::waiting), 0, 0, 0, 0, 0};
    return emit(who, "finds active=false and waits for the rest", n);
  }
  n.relays[i].epoch = s.postgres.epoch;
  bool const visible = has(Part::applied_by_snapshot) || !s.postgres.older_open;
  bool const there = s.postgres.version == 2 && !s.postgres.swept;
  n.relays[i].saw = there && visible && !s.postgres.applied;
  n.relays[i].cycle = Byte(n.relays[i].saw ? Cycle::seen : Cycle::told);
  emit(who,
       n.relays[i].saw ? "takes its snapshot: sees version 2 committed"
                       : "takes its snapshot: nothing new",
       n);
  if (!has(Part::applied_is_a_set) && s.postgres.version == 1) {
    n.postgres.applied = 1;
    emit(who, "takes its snapshot: sees a younger transaction, moves its mark beyond ours", n);
  }
}

// The lock, and what may be done to the authority outside of a cycle.
template <class Emit>
void OneKey::authority(State const& s, int i, Emit& emit) const {
  char const* const who = relay_names[i];
  State n = s;
  if (s.postgres.lock == 0 && s.relays[i].cycle == Byte(Cycle::idle) &&
      s.instances[i].link != no_link) {
    n.postgres.lock = Byte(i + 1);
    emit(who, "takes the relay's lock", n);
  }
  bool const holds = s.postgres.lock == i + 1;
  // After 2 s of failed cycles; here at any moment, which is worse.
  if (s.instances[i].link == no_link && (holds || !has(Part::only_holder_deactivates))) {
    n = s;
    if (s.relays[i].cycle != Byte(Cycle::told)) n.relays[i] = {};
    n.postgres.active = 0;
    if (s.postgres.active) n.postgres.inactive_for = 0;
    Byte const lock = s.postgres.lock;
    n.needless = s.postgres.active && lock != 0 && s.instances[lock - 1].link != no_link;
    if (holds) n.postgres.lock = 0;
    emit(who, "can't reach Redis: commits active=false, gives up the lock", n);
  }
  if (i != 0) return;
  if (!s.postgres.active && s.writer.acknowledged && !s.postgres.swept) {
    n = s;
    n.postgres.swept = 1;
    emit("PostgreSQL", "sweeps the rows of commits that no relay came for", n);
  }
  if (s.postgres.older_open) {
    n = s;
    n.postgres.older_open = 0;
    emit("PostgreSQL", "ends an older transaction", n);
  }
}

}  // namespace throughline::protocol::one_key

// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// The memory form: one instance keeps documents in a map of its own, and a lock in PostgreSQL, held
// by a connection for the life of the process, says which. Two instances here; one fault, by which
// PostgreSQL drops the session of the holder, who does not know; a stop of instance 2 is no fault.
// One write of version 2, on either instance, by connections other than the lock's.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "platform/cache/protocol/rules.hpp"

namespace throughline::protocol::memory_form {

using Byte = std::uint8_t;

enum class Part {
  lease,               // the map serves only within 1 s of a round trip on the lock's connection
  lease_from_sending,  // that second counts from when the round trip began
  wait_to_answer,      // a new holder answers nothing for 2.4 s
  wait_to_fill,        // nor does it keep documents
  loss_empties_map,    // who finds its session gone forgets what it kept
  write_under_lease,   // a write is acknowledged only within the lease, looked at after COMMIT
  token                // a fill needs the token of its lease, which a write takes away
};

/// Ticks of 500 ms.
struct Times {
  int lease = 2;
  int wait = 5;
};

enum class Trip : Byte { none, sent, held, gone };

struct Instance {
  Byte believes = 0;  // to hold the lock
  Byte waited = 0;    // since it took it
  Byte trip = 0;      // a round trip on the lock's connection
  Byte trip_age = 0;  // since it was sent
  Byte lease_left = 0;
  Byte document = 0;  // in its map: the version; 0: none
  Byte filling = 0;   // a read is to fill: 1 leased, 2 has read version 1
  Byte token = 0;
};

struct State {
  Byte version = 1;
  Byte lock = 1;    // 1 + the instance whose session holds it; 0: nobody
  Byte writer = 0;  // 1 + the instance that writes; 0: not yet
  Byte acknowledged = 0;
  Byte faults_left = 1;
  Byte stale = 0;
  Instance instance[2];
};

class MemoryForm {
 public:
  using State = memory_form::State;

  explicit MemoryForm(Rules<Part> rules = {}, Times times = {}) : rules_(rules), times_(times) {}

  std::vector<State> initial() const {
    State s;
    s.instance[0] = {1, Byte(times_.wait), 0, 0, Byte(times_.lease), 1, 0, 0};
    State empty = s;
    empty.instance[0].document = 0;
    return {s, empty};
  }

  bool broken(State const& s) const { return s.stale != 0; }

  template <class Emit>
  void next(State const& s, Emit&& emit) const {
    time_passes(s, emit);
    for (int i = 0; i < 2; ++i) {
      hold(s, i, emit);
      fill(s, i, emit);
      write(s, i, emit);
      read(s, i, emit);
    }
    lose(s, emit);
  }

 private:
  static constexpr char const* names[] = {"instance 1", "instance 2"};

  bool has(Part part) const { return rules_.has(part); }
  bool in_lease(Instance const& i) const {
    return i.believes && (!has(Part::lease) || i.lease_left > 0);
  }
  bool may_answer(Instance const& i) const {
    return in_lease(i) && (!has(Part::wait_to_answer) || i.waited >= times_.wait);
  }

  template <class Emit>
  void time_passes(State const& s, Emit& emit) const {
    State n = s;
    for (Instance& i : n.instance) {
      if (i.believes) i.waited = static_cast<Byte>(std::min(i.waited + 1, times_.wait));
      if (i.trip) i.trip_age = static_cast<Byte>(std::min(i.trip_age + 1, times_.lease));
      if (i.lease_left > 0) --i.lease_left;
    }
    emit("time:", "half a second passes", n);
  }

  // The lock and the round trips that prove it.
  template <class Emit>
  void hold(State const& s, int i, Emit& emit) const {
    State n = s;
    Instance& me = n.instance[i];
    if (!me.believes) {
      if (s.lock != 0) return;
      n.lock = Byte(i + 1);
      me.believes = 1;
      me.waited = 0;
      return emit(names[i], "takes the lock", n);
    }
    switch (Trip(me.trip)) {
      case Trip::none:
        me.trip = Byte(Trip::sent);
        return emit(names[i], "begins a round trip on the lock's connection", n);
      case Trip::sent:
        me.trip = Byte(s.lock == i + 1 ? Trip::held : Trip::gone);
        return emit("PostgreSQL", s.lock == i + 1 ? "answers it" : "has ended that session", n);
      case Trip::held: {
        int const past = has(Part::lease_from_sending) ? me.trip_age : 0;
        me.lease_left = std::max<Byte>(me.lease_left, static_cast<Byte>(times_.lease - past));
        me.trip = me.trip_age = 0;
        return emit(names[i], "ends its round trip", n);
      }
      case Trip::gone: {
        Byte const document = has(Part::loss_empties_map) ? 0 : me.document;
        me = {};
        me.document = document;
        return emit(names[i], "finds its session gone", n);
      }
    }
  }

  template <class Emit>
  void fill(State const& s, int i, Emit& emit) const {
    State n = s;
    Instance& me = n.instance[i];
    bool const may = has(Part::wait_to_fill) ? may_answer(me) : in_lease(me);
    if (me.filling == 0 && me.document == 0 && may && s.version == 1) {
      me.filling = me.token = 1;
      return emit(names[i], "takes the lease to fill", n);
    }
    if (me.filling == 1) {
      me.filling = s.version == 1 ? 2 : 0;
      return emit(
          names[i],
          s.version == 1 ? "reads version 1 from PostgreSQL" : "reads version 2 from PostgreSQL",
          n);
    }
    if (me.filling != 2) return;
    bool const kept = me.token || !has(Part::token);
    if (kept) me.document = 1;
    me.filling = me.token = 0;
    emit(names[i], kept ? "fills in version 1" : "would fill: refused", n);
  }

  template <class Emit>
  void write(State const& s, int i, Emit& emit) const {
    State n = s;
    if (s.writer == 0) {
      if (!n.instance[i].believes) return;
      n.writer = Byte(i + 1);
      n.version = 2;
      return emit(names[i], "commits version 2", n);
    }
    if (s.writer != i + 1 || s.acknowledged) return;
    bool const waits = has(Part::wait_to_answer) && s.instance[i].waited < times_.wait;
    bool const lapsed = has(Part::write_under_lease) && !in_lease(s.instance[i]);
    if (waits || lapsed) return;
    n.acknowledged = 1;
    n.instance[i].document = n.instance[i].token = 0;
    emit(names[i], "drops version 1 from its map and acknowledges", n);
  }

  template <class Emit>
  void read(State const& s, int i, Emit& emit) const {
    if (!s.acknowledged || s.instance[i].document != 1 || !may_answer(s.instance[i])) return;
    State n = s;
    n.stale = 1;
    emit(names[i], "answers a read begun after the acknowledgement with version 1: STALE", n);
  }

  template <class Emit>
  void lose(State const& s, Emit& emit) const {
    State n = s;
    n.lock = 0;
    if (s.lock != 0 && s.faults_left) {
      n.faults_left = 0;
      emit("fault:", "PostgreSQL drops the session that holds the lock", n);
    }
    if (s.lock != 2) return;
    n = s;
    n.lock = 0;
    n.instance[1] = {};
    emit("instance 2", "is stopped", n);
  }

  Rules<Part> rules_;
  Times times_;
};

}  // namespace throughline::protocol::memory_form

// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// Joined flights: three reads of one root on one instance share statements, while a writer commits
// version 2, tells the cache and acknowledges. Redis is believed here; what that takes is
// one_key.hpp's matter.
#pragma once

#include <cstdint>
#include <vector>

#include "platform/cache/protocol/rules.hpp"

namespace throughline::protocol::flights {

using Byte = std::uint8_t;

enum class Part {
  joined_before_sent,  // a read joins a flight only before its statement is sent
  token,               // a fill needs the token of its lease
  floor                // a fill needs a version at or above the floor
};

/// What may not happen: an acknowledged write is missing in an answer, or the cache keeps a
/// version 1 that everybody may find after the acknowledgement.
enum class Promise { fresh_answers, fresh_cache };

inline constexpr int reads = 3;
enum class At : Byte { not_begun, asked, aboard, waiting, landed, over };

struct Read {
  Byte at = 0;
  Byte late = 0;     // began after the acknowledgement
  Byte version = 0;  // that it landed with
};

struct State {
  Byte version = 1;  // committed
  Byte told = 0;
  Byte acknowledged = 0;
  Byte document = 0;  // of the entry: its version, 0 for none
  Byte token = 0;     // 1 + the read that holds the lease
  Byte floor = 0;
  Byte flying = 0;  // there is a flight
  Byte sent = 0;    // and its statement is sent
  Byte result = 0;  // and this is what PostgreSQL answered
  Byte stale = 0;
  Read read[reads];
};

class Flights {
 public:
  using State = flights::State;

  explicit Flights(Rules<Part> rules = {}, Promise promise = Promise::fresh_answers)
      : rules_(rules), promise_(promise) {}

  std::vector<State> initial() const { return {State{}}; }

  bool broken(State const& s) const {
    return promise_ == Promise::fresh_answers ? s.stale != 0 : s.told && s.document == 1;
  }

  template <class Emit>
  void next(State const& s, Emit&& emit) const {
    write(s, emit);
    fly(s, emit);
    for (int i = 0; i < reads; ++i) read(s, i, emit);
  }

 private:
  static constexpr char const* names[] = {"read 1", "read 2", "read 3"};

  template <class Emit>
  void write(State const& s, Emit& emit) const {
    State n = s;
    if (s.version == 1) {
      n.version = 2;
      return emit("writer", "commits version 2", n);
    }
    if (!s.told) {
      n.told = 1;
      n.token = 0;
      n.floor = 2;
      if (s.document == 1) n.document = 0;
      return emit("writer", "tells the cache", n);
    }
    if (s.acknowledged) return;
    n.acknowledged = 1;
    emit("writer", "acknowledges", n);
  }

  template <class Emit>
  void fly(State const& s, Emit& emit) const {
    if (!s.flying) return;
    State n = s;
    if (!s.sent) {
      n.sent = 1;
      return emit("flight", "sends its statement", n);
    }
    if (s.result == 0) {
      n.result = s.version;
      return emit("PostgreSQL",
                  s.version == 2 ? "answers with version 2" : "answers with version 1", n);
    }
    n.flying = n.sent = n.result = 0;
    for (Read& read : n.read) {
      if (read.at == Byte(At::aboard)) land(n, read, s.result);
    }
    for (Read& read : n.read) {
      if (read.at != Byte(At::waiting)) continue;
      read.at = Byte(At::aboard);  // all who waited share the next flight
      n.flying = 1;
    }
    emit("flight", "lands", n);
  }

  static void land(State& n, Read& read, Byte version) {
    if (read.late && version == 1) n.stale = 1;
    read.at = Byte(At::landed);
    read.version = version;
  }

  template <class Emit>
  void read(State const& s, int i, Emit& emit) const {
    State n = s;
    Read& read = n.read[i];
    switch (At(read.at)) {
      case At::not_begun:
        return ask(s, i, emit);
      case At::asked: {
        bool const too_late = s.flying && s.sent && rules_.has(Part::joined_before_sent);
        read.at = Byte(too_late ? At::waiting : At::aboard);
        if (!too_late) n.flying = 1;
        return emit(names[i], too_late ? "waits for the next flight" : "boards the flight", n);
      }
      case At::landed: {
        bool const mine = s.token == i + 1;
        bool const kept = (mine || !rules_.has(Part::token)) &&
                          (read.version >= s.floor || !rules_.has(Part::floor));
        if (mine) n.token = 0;
        if (kept) n.document = read.version;
        read = {Byte(At::over), 0, 0};
        return emit(names[i], kept ? "is answered and fills the cache" : "is answered", n);
      }
      default:
        return;
    }
  }

  template <class Emit>
  void ask(State const& s, int i, Emit& emit) const {
    State n = s;
    Read& read = n.read[i];
    if (s.document != 0) {
      n.stale = s.acknowledged && s.document == 1;
      read.at = Byte(At::over);
      return emit(names[i], "is answered by the cache", n);
    }
    read = {Byte(At::asked), s.acknowledged, 0};
    if (s.token == 0) n.token = Byte(i + 1);
    emit(names[i],
         s.acknowledged ? "begins after the acknowledgement: the cache has nothing"
                        : "begins: the cache has nothing",
         n);
  }

  Rules<Part> rules_;
  Promise promise_;
};

}  // namespace throughline::protocol::flights

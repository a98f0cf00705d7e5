// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// One customer's document in a world of one PostgreSQL, two Redis processes and two instances: who
// knows what. The steps are in one_key.hpp.
//
// Instance 1 writes version 2; instance 2 reads, twice; each has a relay. Redis A is the one that
// everybody starts with; Redis B takes its address when the fault of the run is a restart or a
// failover. There is one fault at most; delays and pauses are no faults here: any step may be as
// late as it likes.
//
// Bytes, split into named bits, because millions of these are kept.
#pragma once

#include <cstdint>

namespace throughline::protocol::one_key {

using Byte = std::uint8_t;

/// Time goes in ticks of 500 ms. An age stops counting where nobody asks further.
struct Times {
  int grant_window = 1;   // between Redis's time at the start of a cycle and the grant
  int fence_lease = 2;    // PX of the fence
  int trust = 2;          // after the look before the move
  int parked = 5;         // after COMMIT, or after deactivation
  int before_active = 5;  // between active=false and active=true
};

inline constexpr int redis_count = 2;
inline constexpr int epochs = 3;  // 1, 2 and 3; beyond, the world ends
enum : Byte { no_link = 0, link_to_a = 1, link_to_b = 2 };

/// The hash of the document's root.
struct Entry {
  Byte document : 2 = 0;  // its version; 0: there is none
  Byte token : 1 = 0;     // of read 1
  Byte floor : 2 = 0;
  Byte spare : 3 = 0;
};

/// `f`. A seq is only ever compared: numbers are given anew with each step (see rename_seqs).
struct Fence {
  Byte epoch : 2 = 0;
  Byte run : 2 = 0;  // 1 + the Redis it was granted to; 0: there is no fence
  Byte seq : 2 = 0;
  Byte left : 2 = 0;  // ticks until it lapses
};

struct Redis {
  Byte up : 1 = 0;
  Byte spare : 7 = 0;
  Fence fence;
  Entry entries[epochs];  // the epoch is part of the key
};

/// What is committed: the document's version, and the row `cache_authority`.
struct Postgres {
  Byte version : 2 = 1;
  Byte run : 2 = 1;  // of the Redis to be trusted, as Fence::run
  Byte epoch : 2 = 1;
  Byte active : 1 = 1;
  Byte applied : 1 = 0;  // whether the relay has applied the commit of version 2

  Byte inactive_for : 3 = 0;
  Byte lock : 2 = 1;  // 1 + the relay that holds it; 0: nobody
  /// An older transaction, which has nothing to do with this document, is still open.
  Byte older_open : 1 = 0;
  Byte swept : 1 = 0;  // the row by which a relay learns of the commit is gone
  Byte spare : 1 = 0;
};

/// What instance 2 knows of the fence.
struct Look {
  Byte begun : 1 = 0;
  Byte run : 2 = 0;  // whose fence was seen; 0: none
  Byte seq : 2 = 0;
  Byte age : 3 = 0;

  Byte epoch : 2 = 1;
  Byte trust_left : 2 = 0;
  Byte spare : 4 = 0;
};

struct Instance {
  Byte link : 2 = link_to_a;
  Byte cut : 1 = 0;  // the network between it and Redis
  Byte spare : 5 = 0;
};

enum class Cycle : Byte { idle, timed, seen, told, granted, waiting };

struct Relay {
  Byte cycle : 3 = 0;
  Byte link : 2 = 0;  // the connection that the cycle works on
  Byte age : 2 = 0;   // of Redis's time
  Byte saw : 1 = 0;   // the snapshot showed the commit
  Byte epoch : 2 = 0;
  Byte spare : 6 = 0;
};

enum class Told : Byte { not_yet, yes, in_vain };

struct Writer {
  Byte on : 1 = 0;
  Byte asked : 1 = 0;  // has read the authority: run, epoch, active
  Byte told : 2 = 0;
  Byte told_run : 2 = 0;  // the Redis that was
  Byte acknowledged : 1 = 0;
  Byte committed : 1 = 0;

  Byte age : 3 = 0;  // since COMMIT returned
  Byte run : 2 = 0;
  Byte epoch : 2 = 0;
  Byte active : 1 = 0;
};

inline constexpr Writer acknowledged = {0, 0, 0, 0, 1, 1, 0, 0, 0, 0};

enum class Filling : Byte { not_begun, leased, read_1, read_2, over };

/// Read 1.
struct Filler {
  Byte at : 3 = 0;
  Byte epoch : 2 = 0;  // of the lease
  Byte link : 2 = 0;   // that gave it
  Byte spare : 1 = 0;
};
inline constexpr Filler filled = {Byte(Filling::over), 0, 0, 0};

/// Read 2, which begins after the acknowledgement.
struct Judge {
  Byte found_old : 1 = 0;   // holds Redis's answer, and it is version 1
  Byte trust_left : 2 = 0;  // of the trust that it asked under
  Byte spare : 5 = 0;
};

struct State {
  Postgres postgres;
  Redis redis[redis_count];
  Look look;
  Instance instances[2];
  Relay relays[2];
  Writer writer;
  Filler filler;

  Byte address : 2 = link_to_a;  // whom new connections reach
  Byte copied : 1 = 0;           // Redis B holds what Redis A held at some moment
  Byte faults_left : 1 = 1;
  Byte stale : 1 = 0;     // read 2 was answered with version 1
  Byte needless : 1 = 0;  // trust was withdrawn although the lock's holder reaches Redis
  Byte spare : 2 = 0;
  Judge judge;
};

}  // namespace throughline::protocol::one_key

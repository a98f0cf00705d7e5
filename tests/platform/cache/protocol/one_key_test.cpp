// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// The redis form holds under every interleaving within the bounds of one_key_state.hpp, and each
// part of it is there for a reason: without it there is a way to be stale, which is printed.
#include "platform/cache/protocol/one_key.hpp"

#include "platform/cache/protocol/report.hpp"

using namespace throughline::protocol;
using namespace throughline::protocol::one_key;

namespace {

Bounds const no_eviction = {false, Promise::never_stale};

Rules<Part> without(std::initializer_list<Part> parts) {
  return Rules<Part>::without(parts);
}

struct Removed {
  Part part;
  char const* name;
};

}  // namespace

TEST_CASE("protocol: one key, one fault: no stale answer", "[protocol]") {
  require_holds("one key", OneKey());
}

TEST_CASE("protocol: every part of it is needed", "[protocol]") {
  Removed const all[] = {
      {Part::fence, "without the fence"},
      {Part::run_id, "without the run_id in the fence"},
      {Part::grant_window, "without a limit to how late a grant may be"},
      {Part::told_before_grant, "granting though Redis was not told of all commits"},
      {Part::applied_by_snapshot, "with the horizon instead of the snapshot"},
      {Part::applied_is_a_set, "with a mark instead of the set of what is applied"},
      {Part::epoch_in_key, "without the epoch in the key"},
      {Part::wait_before_active, "without the wait before active=true"},
      {Part::start_over, "going on where a predecessor stopped, instead of starting over"},
      {Part::invalidation_after_commit, "with the invalidation before COMMIT"},
      {Part::authority_after_commit, "with the authority read before COMMIT"},
      {Part::authority_decides, "believing whatever Redis was told"},
      {Part::parking, "without parking"},
      {Part::replay_settles, "answering a repeated write at once"},
  };
  for (auto const& [part, name] : all) require_broken(name, OneKey(without({part}), no_eviction));
  require_broken("without the token, with eviction", OneKey(without({Part::token})));
}

TEST_CASE("protocol: how long the waits must be", "[protocol]") {
  constexpr int one_second = 2;
  constexpr int one_and_a_half = 3;
  Times times;
  times.parked = one_second;
  require_broken("parked for 1 s only", OneKey({}, no_eviction, times));
  times.parked = one_and_a_half;
  require_holds("parked for 1.5 s: the least that will do", OneKey({}, no_eviction, times));
  times = {};
  times.before_active = one_second;
  require_broken("active after 1 s only", OneKey({}, no_eviction, times));
  times.before_active = one_and_a_half;
  require_holds("active after 1.5 s: the least that will do", OneKey({}, no_eviction, times));
}

// What the search finds no need for on its own is there for the case that its counterpart fails.
TEST_CASE("protocol: parts that stand in for each other", "[protocol]") {
  // The fence's lease goes by Redis's clock, a seq that moves by the instance's own. With the
  // latter a Redis whose clock stands still is harmless, provided that an answer counts only within
  // the trust that it was asked under.
  require_holds("without a moving seq", OneKey(without({Part::moving_seq}), no_eviction));
  require_holds("without the fence's lease", OneKey(without({Part::fence_lease}), no_eviction));
  require_holds("without trust as asked", OneKey(without({Part::trust_as_asked}), no_eviction));
  require_broken("without lease and moving seq",
                 OneKey(without({Part::fence_lease, Part::moving_seq}), no_eviction));
  require_broken("without lease and trust as asked",
                 OneKey(without({Part::fence_lease, Part::trust_as_asked}), no_eviction));
  // The floor goes with an evicted entry, the token's absence does not. The floor's own hour comes
  // where a statement is older than the lease that it fills under: see flights_test.cpp.
  require_holds("without the token, were there no eviction",
                OneKey(without({Part::token}), no_eviction));
  require_holds("without the floor", OneKey(without({Part::floor}), no_eviction));
  require_broken("without token and floor",
                 OneKey(without({Part::token, Part::floor}), no_eviction));
}

// Safe without: but then one instance's bad link withdraws trust from all.
TEST_CASE("protocol: only the lock's holder withdraws trust", "[protocol]") {
  Bounds const available = {false, Promise::trusted_while_reachable};
  require_holds("trust lasts while the holder reaches Redis", OneKey({}, available));
  require_broken("without the lock on active=false",
                 OneKey(without({Part::only_holder_deactivates}), available));
}

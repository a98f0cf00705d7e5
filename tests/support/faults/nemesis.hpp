// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// What goes wrong: one fault at a time, healed, and a while to settle.
#pragma once

#include <atomic>
#include <random>
#include <string>
#include <vector>

#include "support/faults/cluster.hpp"
#include "support/faults/history.hpp"

namespace throughline::faults {

class Nemesis {
 public:
  /// THROUGHLINE_FAULTS, names divided by commas, leaves only these; "-": all. Throws
  /// std::invalid_argument where a name is none.
  Nemesis(Cluster& cluster, History& history, std::uint64_t seed);

  /// One fault, from its beginning to when everything runs again.
  void strike();
  /// How many of each.
  std::string told() const;

 private:
  using Fault = void (Nemesis::*)();
  struct Named {
    char const* name;
    Fault fault;
  };

  void kill_instance();
  void pause_instance();
  void kill_postgres();
  void pause_postgres();
  void cut_postgres_link();
  void slow_postgres_link();
  void drop_at_commit();
  void fill_queues();
  void let_rival_in();
  void let_rival_in_unheard();
  void restart_redis_empty();
  void restart_redis_from_snapshot();
  void pause_redis();
  void fail_redis_over();
  void fail_redis_over_for_one();
  void cut_redis_link();
  void slow_redis_link();

  /// Of those that are there when nothing is wrong.
  std::size_t any_instance() {
    return cluster_.form() == Form::memory ? 0 : dice_() % cluster_.size();
  }
  void wait(int least_ms, int most_ms);
  void say(std::string const& what) { history_.note(what); }
  void restart_redis(bool with_snapshot);
  void have_replica_promoted(bool all_move);
  void keep_only(std::string const& names);

  Cluster& cluster_;
  History& history_;
  std::mt19937_64 dice_;
  std::vector<Named> faults_;
  std::map<std::string, int> struck_;
};

}  // namespace throughline::faults

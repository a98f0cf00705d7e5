// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <deque>
#include <string>
#include <vector>

#include "support/handoffs/player.hpp"
#include "support/promises/model.hpp"

namespace throughline::promises {

using handoffs::Broken;
using handoffs::Times;

/// Each case of the tenant is to be solved within time_to_solve.
void set_target(support::Client& client);

/// One customer with cases and what they were promised, played by one client; sweepers of all
/// instances ring beside its requests and those of others.
class Game {
 public:
  /// `number`: no other game of the tenant has it.
  Game(support::Api& api, support::Api::Tenant const& tenant, Times& times, int number);

  /// One request at the most, then everything read on every instance. Throws Broken.
  void step(histories::Dice& dice);
  bool is_over() const;
  /// Once everything due has been rung: each fact stands once. Throws Broken.
  void check_end();
  int requests() const { return requests_; }
  int overdue() const { return overdue_; }  // after check_end()
  int breached() const { return breached_; }

 private:
  void act(histories::Dice& dice);
  void make(histories::Dice& dice, Problem& problem);
  void settle(histories::Dice& dice, Problem& problem);
  void change(histories::Dice& dice, Problem& problem);
  json send(histories::Dice& dice, std::string const& method, std::string const& target,
            json const& body);
  void look(std::size_t instance);
  std::string fault_in_context(Moment const& moment, std::size_t instance);
  void read_records(std::size_t instance);
  json read(std::string const& target, std::size_t instance);
  int count(json const& entries, std::string const& fact, std::string const& resource) const;
  [[noreturn]] void fail(std::string const& what) const;

  Times& times_;
  std::vector<support::Client> clients_;  // by instance
  int const number_;
  std::string customer_;
  std::vector<Problem> problems_;
  std::deque<std::string> story_;
  int requests_ = 0;
  int steps_ = 0;
  int overdue_ = 0;
  int breached_ = 0;
};

}  // namespace throughline::promises

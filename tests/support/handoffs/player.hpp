// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <deque>
#include <memory>
#include <mutex>
#include <shared_mutex>
#include <stdexcept>
#include <string>
#include <vector>

#include "support/api/api.hpp"
#include "support/handoffs/model.hpp"
#include "support/histories/reader.hpp"

namespace throughline::handoffs {

/// The time of all instances, which stands still while requests are under way, and its sweepers.
class Times {
 public:
  explicit Times(support::Api& api);
  /// While it is held, time stands still.
  std::shared_lock<std::shared_mutex> hold() { return std::shared_lock(passing_); }
  Moment moment();
  void pass(std::chrono::seconds time);
  /// Has an instance ring what is due, beside whatever else goes on. Under hold().
  void ring(std::size_t instance);

 private:
  support::Api& api_;
  std::shared_mutex passing_;
  std::mutex mutex_;
  std::vector<std::unique_ptr<std::mutex>> sweepers_;
  Moment moment_;  // guarded by mutex_
};

struct Broken : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// One customer and those who pass them on, played by one client: what meets there is that client's
/// own race, while the clients' games meet in batches, locks and sweepers.
class Game {
 public:
  /// `number`: no other game of the tenant has it.
  Game(support::Api& api, support::Api::Tenant const& tenant, Times& times, int number);

  /// One request, or several at once: then some order of them must explain all answers and what is
  /// read afterwards. Throws Broken.
  void step(histories::Dice& dice);
  /// Whether it is time for another customer.
  bool is_over(histories::Dice& dice) const;
  /// All transcripts and handoffs. Throws Broken.
  void check_end();
  int requests() const { return requests_; }
  int races() const { return races_; }
  std::size_t passed_on() const { return state().handoffs.size(); }

 private:
  struct Sent {
    Op op;
    Answered answer;
  };
  /// Any of them, to choose by.
  State const& state() const { return states_.front(); }
  Op make_op(histories::Dice& dice);
  Op make_offer(histories::Dice& dice);
  Op make_line(histories::Dice& dice);
  std::vector<Op> make_race(histories::Dice& dice);
  Answered send(Op const& op, support::Client& client, std::string const& key);
  void exchange(std::vector<Op> const& ops, histories::Dice& dice);
  std::vector<State> explanations(Moment const& moment, std::vector<Sent> const& sent) const;
  void repeat(Sent const& sent, std::string const& key);
  std::string fault_at_end(State const& state, Moment const& moment);
  std::string fault_in(State const& state, Moment const& moment, std::size_t instance);
  std::string fault_in_context(State const& state, Moment const& moment, std::size_t instance);
  json read(std::string const& target, std::size_t instance);
  void start_contact(std::size_t which);
  void tell(Op const& op, Answered const& answer);
  [[noreturn]] void fail(std::string const& what) const;

  Times& times_;
  std::vector<support::Client> clients_;              // for single requests and readings
  std::vector<std::vector<support::Client>> racers_;  // by racer and instance
  int const number_;
  std::string customer_;
  // That explain all so far and that no reading has told apart, the handoffs in one order in all.
  std::vector<State> states_ = std::vector<State>(1);
  std::deque<std::string> story_;
  int requests_ = 0;
  int races_ = 0;
  int keys_ = 0;
};

}  // namespace throughline::handoffs

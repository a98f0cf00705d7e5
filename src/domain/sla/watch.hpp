// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// One case and its clocks: what each thing that happens does to them. Pure, but for what it has to
// look up, which is asked for when it is needed.
#pragma once

#include <array>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "domain/sla/book.hpp"
#include "throughline/domain/sla.hpp"

namespace throughline::sla {

/// The promises of a tenant, read when they are first asked for.
class Books {
 public:
  /// `load`: the settings as they are, or of a version that some clock keeps. `tier`: a customer's.
  Books(std::function<Book(std::optional<std::int64_t>)> load,
        std::function<std::string(CustomerId)> tier)
      : load_(std::move(load)), tier_(std::move(tier)) {}
  Book const& current();
  std::string tier_of(CustomerId root) const { return tier_(root); }
  /// The calendar of a clock's promise; null: around the clock.
  Calendar const* calendar_of(Clock const& clock);

 private:
  std::function<Book(std::optional<std::int64_t>)> load_;
  std::function<std::string(CustomerId)> tier_;
  std::optional<std::int64_t> current_;
  std::map<std::int64_t, Book> books_;
};

/// Who waits for whom on a case, told apart by whose answer counts: a policy may come to apply
/// later than the words were said.
struct Talk {
  struct Side {
    std::optional<Timestamp> waiting_since;  // the oldest message without an answer
    std::string channel;                     // that it came on
    bool answered = false;                   // at any time
    bool operator==(Side const&) const = default;
  };
  Timestamp started_at;         // from when its resolution counts
  std::string channel;          // of the interaction that opened it; empty: none
  std::array<Side, 2> sides{};  // by Answer
  bool operator==(Talk const&) const = default;
};

class Watch {
 public:
  /// `clocks`: those that are not over, and the only ones of their metric.
  Watch(Case value, Talk talk, std::vector<Clock> clocks, Books& books);

  void open();
  /// The customer said something at `at`, first heard of at `now`.
  void hear(Timestamp at, std::string const& channel);
  /// The same, where only one kind of answer was still missing.
  void wait(Answer answer, Timestamp at, std::string const& channel);
  void answer(bool human, Timestamp at);
  void move(std::string const& status, Timestamp at);
  void prioritise(std::string const& priority, Timestamp at);
  /// What a clock comes to by `now`, left alone.
  void pass(Timestamp now);

  Talk const& talk() const { return talk_; }
  std::vector<Clock> const& clocks() const { return clocks_; }
  struct Step {
    std::size_t clock;  // place in clocks()
    std::int64_t seq;   // of the clock's events, from 1
    Occurred occurred;
  };
  /// What has happened since they were taken last, in order.
  std::vector<Step> take_steps();

 private:
  bool runs() const { return value_.status == "open" || value_.status == "pending"; }
  Policy const* policy_for(Metric metric, std::string const& channel);
  /// From `at`; known, and promised, only since a moment that may be later.
  void start(Metric metric, Timestamp at, std::string const& channel, Timestamp since);
  void start_waiting(Answer answer, Timestamp since);
  void go_on_resolving(Timestamp at);
  void stop(std::size_t place, State state, Event event, Timestamp at);
  void pause(std::size_t place, Timestamp at);
  void resume(std::size_t place, Timestamp at);
  void retarget(std::size_t place, Timestamp at);
  void catch_up(std::size_t place, Timestamp until);
  /// False while it stands still short of its target.
  bool schedule(Clock& clock);
  void note(std::size_t place, Event event, Timestamp at);

  Case value_;
  Talk talk_;
  std::vector<Clock> clocks_;
  Books& books_;
  std::vector<Step> steps_;
  std::optional<std::string> tier_;
};

}  // namespace throughline::sla

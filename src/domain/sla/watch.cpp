// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include "domain/sla/watch.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace throughline::sla {
namespace {

using std::chrono::microseconds;

constexpr std::array both{Answer::human, Answer::any};

bool is_running(Clock const& clock) {
  return clock.state == State::active || clock.state == State::paused;
}

microseconds at_risk_after(Clock const& clock) {
  return microseconds(clock.target) * clock.at_risk_percent / 100;
}

void promise(Clock& clock, Policy const& policy, std::int64_t version, std::string priority) {
  clock.version = version;
  clock.policy = policy.name;
  clock.calendar = policy.calendar;
  clock.target = policy.target;
  clock.at_risk_percent = policy.at_risk_percent;
  clock.answer = policy.answer;
  clock.pauses = policy.pauses;
  clock.priority = std::move(priority);
}

}  // namespace

Book const& Books::current() {
  if (!current_) {
    Book book = load_(std::nullopt);
    current_ = book.version;
    books_.insert_or_assign(*current_, std::move(book));
  }
  return books_.at(*current_);
}

Calendar const* Books::calendar_of(Clock const& clock) {
  if (clock.calendar.empty()) return nullptr;
  auto found = books_.find(clock.version);
  if (found == books_.end()) found = books_.emplace(clock.version, load_(clock.version)).first;
  return &found->second.calendars.at(clock.calendar);
}

Watch::Watch(Case value, Talk talk, std::vector<Clock> clocks, Books& books)
    : value_(std::move(value)), talk_(std::move(talk)), clocks_(std::move(clocks)), books_(books) {}

Policy const* Watch::policy_for(Metric metric, std::string const& channel) {
  auto const& book = books_.current();
  if (!tier_) tier_ = book.asks_for_tier() ? books_.tier_of(value_.root) : std::string();
  return book.find(metric, {value_.priority, *tier_, channel});
}

void Watch::note(std::size_t place, Event event, Timestamp at) {
  Clock& clock = clocks_[place];
  ++clock.events;
  bool const runs = clock.state == State::active;
  auto const due = runs ? std::optional(clock.due_at) : std::nullopt;
  steps_.push_back({place, clock.events, {event, at, due}});
}

bool Watch::schedule(Clock& clock) {
  auto const* calendar = books_.calendar_of(clock);
  auto const due = moment_of(calendar, clock.started_at, clock.pauses_at, clock.target);
  auto const risk = moment_of(calendar, clock.started_at, clock.pauses_at, at_risk_after(clock));
  if (due) clock.due_at = *due;
  if (risk) clock.at_risk_at = *risk;
  return due.has_value();
}

// --- one clock ---------------------------------------------------------------------------------

void Watch::start(Metric metric, Timestamp at, std::string const& channel, Timestamp since) {
  auto const* policy = policy_for(metric, channel);
  if (policy == nullptr) return;
  // There is one of a case but for the rounds that follow the first response.
  auto const known = std::find_if(clocks_.begin(), clocks_.end(), [&](Clock const& clock) {
    return clock.metric == metric && metric != Metric::next_response;
  });
  auto const place = static_cast<std::size_t>(known - clocks_.begin());
  if (known == clocks_.end()) {
    Clock fresh;
    fresh.id = ClockId::make(since);
    fresh.case_id = value_.id;
    fresh.part = value_.part;
    fresh.root = value_.root;
    fresh.metric = metric;
    clocks_.push_back(std::move(fresh));
  }
  Clock& clock = clocks_[place];
  if (known != clocks_.end() && clock.events > 0 && clock.state != State::cancelled) return;
  promise(clock, *policy, books_.current().version, value_.priority);
  clock.state = State::active;
  clock.channel = channel;
  clock.started_at = at;
  clock.target_since = since;
  clock.at_risk_since.reset();
  clock.breached_at.reset();
  clock.ended_at.reset();
  clock.pauses_at.clear();
  schedule(clock);
  note(place, Event::activated, since);
  if (value_.status == "pending" && clock.pauses) pause(place, since);
}

void Watch::catch_up(std::size_t place, Timestamp until) {
  Clock& clock = clocks_[place];
  if (clock.state != State::active || clock.breached_at) return;
  auto const at_risk = std::max(clock.at_risk_at, clock.target_since);
  if (!clock.at_risk_since && at_risk <= until) {
    clock.at_risk_since = at_risk;
    note(place, Event::at_risk, at_risk);
  }
  auto const breached = std::max(clock.due_at, clock.target_since);
  if (breached > until) return;
  clock.breached_at = breached;
  note(place, Event::breached, breached);
}

void Watch::stop(std::size_t place, State state, Event event, Timestamp at) {
  catch_up(place, at);
  Clock& clock = clocks_[place];
  at = std::max(at, clock.started_at);
  if (clock.state == State::active) clock.pauses_at.push_back(at);
  clock.state = state;
  clock.ended_at = at;
  note(place, event, at);
}

void Watch::pause(std::size_t place, Timestamp at) {
  catch_up(place, at);
  Clock& clock = clocks_[place];
  clock.state = State::paused;
  clock.pauses_at.push_back(std::max(at, clock.started_at));
  note(place, Event::paused, at);
}

void Watch::resume(std::size_t place, Timestamp at) {
  Clock& clock = clocks_[place];
  clock.pauses_at.push_back(std::max(at, clock.pauses_at.back()));
  clock.state = State::active;
  clock.ended_at.reset();
  if (!clock.breached_at) schedule(clock);
  if (clock.at_risk_at > at) clock.at_risk_since.reset();  // another target by now
  note(place, Event::resumed, at);
}

void Watch::retarget(std::size_t place, Timestamp at) {
  catch_up(place, at);
  Clock& clock = clocks_[place];
  if (clock.breached_at || clock.priority == value_.priority) return;
  auto const* policy = policy_for(clock.metric, clock.channel);
  if (policy == nullptr) return stop(place, State::cancelled, Event::cancelled, at);
  auto const before = std::tuple(clock.policy, clock.target, clock.due_at);
  promise(clock, *policy, books_.current().version, value_.priority);
  bool const due = schedule(clock);
  if (before == std::tuple(clock.policy, clock.target, clock.due_at)) return;
  clock.target_since = at;
  if (clock.at_risk_at > at) clock.at_risk_since.reset();
  note(place, Event::retargeted, at);
  if (clock.state == State::active) return catch_up(place, at);
  if (!due) return;
  // It stands still, and by the new target had run out of time before it was paused.
  clock.breached_at = at;
  note(place, Event::breached, at);
}

// --- the case ----------------------------------------------------------------------------------

void Watch::open() {
  start(Metric::resolution, talk_.started_at, talk_.channel, talk_.started_at);
}

void Watch::hear(Timestamp at, std::string const& channel) {
  for (Answer const answer : both) wait(answer, at, channel);
}

void Watch::wait(Answer answer, Timestamp at, std::string const& channel) {
  auto& side = talk_.sides[static_cast<std::size_t>(answer)];
  if (!runs() || side.waiting_since) return;
  side.waiting_since = at;
  side.channel = channel;
  start_waiting(answer, at);
}

void Watch::start_waiting(Answer answer, Timestamp since) {
  auto const& side = talk_.sides[static_cast<std::size_t>(answer)];
  auto const metric = side.answered ? Metric::next_response : Metric::first_response;
  auto const* policy = policy_for(metric, side.channel);
  if (policy == nullptr || policy->answer != answer) return;
  start(metric, *side.waiting_since, side.channel, since);
}

void Watch::answer(bool human, Timestamp at) {
  for (Answer const kind : both) {
    if (kind == Answer::human && !human) continue;
    auto& side = talk_.sides[static_cast<std::size_t>(kind)];
    if (side.waiting_since) side.answered = true;
    side.waiting_since.reset();
    for (std::size_t place = 0; place < clocks_.size(); ++place) {
      Clock const& clock = clocks_[place];
      if (clock.metric == Metric::resolution || !is_running(clock) || clock.answer != kind)
        continue;
      stop(place, State::fulfilled, Event::fulfilled, at);
    }
  }
}

void Watch::go_on_resolving(Timestamp at) {
  for (std::size_t place = 0; place < clocks_.size(); ++place) {
    if (clocks_[place].metric != Metric::resolution) continue;
    if (clocks_[place].state != State::fulfilled) continue;
    resume(place, at);
    retarget(place, at);
    if (value_.status == "pending" && is_running(clocks_[place]) && clocks_[place].pauses)
      pause(place, at);
    return;
  }
  start(Metric::resolution, talk_.started_at, talk_.channel, at);
}

void Watch::move(std::string const& status, Timestamp at) {
  bool const ran = runs();
  value_.status = status;
  if (runs() && !ran) return go_on_resolving(at);
  for (std::size_t place = 0; place < clocks_.size(); ++place) {
    Clock const& clock = clocks_[place];
    if (!is_running(clock)) continue;
    if (!runs()) {
      bool const resolves = clock.metric == Metric::resolution;
      stop(place, resolves ? State::fulfilled : State::cancelled,
           resolves ? Event::fulfilled : Event::cancelled, at);
    } else if (status == "pending" && clock.state == State::active && clock.pauses) {
      pause(place, at);
    } else if (status == "open" && clock.state == State::paused) {
      resume(place, at);
    }
  }
  if (runs()) return;
  for (auto& side : talk_.sides) side.waiting_since.reset();
}

void Watch::prioritise(std::string const& priority, Timestamp at) {
  value_.priority = priority;
  if (!runs()) return;
  for (std::size_t place = 0; place < clocks_.size(); ++place) {
    if (is_running(clocks_[place])) retarget(place, at);
  }
  // What no policy fitted before may have one now.
  auto const running = [this](bool resolution) {
    return std::any_of(clocks_.begin(), clocks_.end(), [&](Clock const& clock) {
      return is_running(clock) && (clock.metric == Metric::resolution) == resolution;
    });
  };
  if (!running(true)) start(Metric::resolution, talk_.started_at, talk_.channel, at);
  for (Answer const answer : both) {
    bool const waiting = talk_.sides[static_cast<std::size_t>(answer)].waiting_since.has_value();
    if (waiting && !running(false)) start_waiting(answer, at);
  }
}

void Watch::pass(Timestamp now) {
  for (std::size_t place = 0; place < clocks_.size(); ++place) catch_up(place, now);
}

std::vector<Watch::Step> Watch::take_steps() {
  return std::exchange(steps_, {});
}

}  // namespace throughline::sla

// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// Whom a fact concerns: who follows which customer, as of one position of the feed that only moves
// forward. No I/O.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "domain/live/courses.hpp"
#include "domain/live/subscriber.hpp"
#include "throughline/domain/changes.hpp"

namespace throughline::live {

/// Whether the fact moved parts from one customer to another.
bool is_turn(changes::Item const& fact);
/// Whether the fact is of a handoff, which may stand in a queue.
bool is_handoff(changes::Item const& fact);

class Following {
 public:
  /// `courses` hold those of its customers, from the position of this on.
  void add(SubscriberPtr const& subscriber, std::map<CustomerId, Course> const& courses);
  /// Forgets those whom `left` names.
  template <class Left>
  void remove_if(Left left);
  /// Takes over everybody; both stand at the same position.
  void take(Following&& other);

  /// Customers followed whose root these turns may change: their courses are to be set before the
  /// facts are handed out.
  std::vector<CustomerId> turned_by(std::span<Turn const> turns) const;
  void set(CustomerId customer, Course const& course);
  bool has_queues() const { return !queues_.empty(); }

  /// Goes on to this fact: everyone it concerns who has not been shown it, each once. `queue` is
  /// that of the handoff, empty for other facts.
  std::vector<Subscriber*> concerned(changes::Item const& fact, std::string const& queue);

  std::vector<SubscriberPtr> const& everybody() const { return everybody_; }
  bool empty() const { return everybody_.empty(); }

 private:
  struct Followed {
    CustomerId root;
    std::vector<Subscriber*> by;
  };
  using Due = std::multimap<std::int64_t, std::pair<CustomerId, CustomerId>>;

  void follow(CustomerId customer, Subscriber* subscriber, Course const& course);
  void move(CustomerId customer, CustomerId root);
  void leave_root(CustomerId customer, CustomerId root);
  void forget(Subscriber const* subscriber);

  std::vector<SubscriberPtr> everybody_;
  std::unordered_map<CustomerId, Followed> followed_;                 // by the id asked for
  std::unordered_map<CustomerId, std::vector<CustomerId>> by_root_;   // ids asked for
  std::unordered_map<std::string, std::vector<Subscriber*>> queues_;  // by name
  Due due_;  // position: customer and its root from there
};

template <class Left>
void Following::remove_if(Left left) {
  std::vector<SubscriberPtr> staying;
  for (auto& subscriber : everybody_) {
    if (left(*subscriber)) {
      forget(subscriber.get());
    } else {
      staying.push_back(std::move(subscriber));
    }
  }
  everybody_ = std::move(staying);
}

}  // namespace throughline::live

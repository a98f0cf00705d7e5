// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// Those who write unique numbers and read them back, whatever goes wrong meanwhile.
#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "support/dice.hpp"
#include "support/faults/cluster.hpp"
#include "support/faults/history.hpp"

namespace throughline::faults {

/// A customer as the clients know them; ids are put in once they were acknowledged. Small enough
/// for every list about them to fit in a page.
struct Person {
  std::string phone;
  std::string customer;
  std::vector<std::string> interactions;
  std::vector<std::string> cases;
  std::vector<std::string> phones;  // all that lead here
  int facts = 0;
};

/// What somebody has asked for, maybe without an answer yet, and another may ask for as well: who
/// comes second finds it done.
struct Asked {
  std::string target;
  json body;
  std::string customer;
  std::string on;     // the contact or case that it stands on
  std::string value;  // unique: the text, name or phone
};

/// What clients share. Members are read and written under `mutex`.
struct World {
  std::mutex mutex;
  std::vector<std::shared_ptr<Person>> people;
  std::int64_t numbers = 0;
  std::int64_t phones = 0;
  std::string moved;  // the phone that was handed over last
  std::map<std::string, Asked> asked;  // the last of each kind
  std::atomic<bool> over = false;
};

/// Used by one thread.
class Player {
 public:
  Player(Cluster& cluster, History& history, World& world, std::uint64_t seed);

  /// What is done with one person, each write repeated under its key until it is acknowledged, and
  /// a reading on every instance.
  void step();
  /// Everything about everybody on every instance; when all is well again.
  void read_all();

 private:
  using Answered = std::function<std::vector<Put>(json const&)>;

  void meet(Person const* returning);
  void meet_stranger(Person const& person);
  void say(Person const& person);
  void open_case(Person const& person);
  void take_note(Person const& person);
  void record_event(Person const& person);
  void rename(Person const& person);
  void hand_over(Person const& person);
  std::string phone_to_move(Person const& person);
  /// Mostly this; now and then what somebody has asked for last.
  Asked this_or_last(char const* kind, Asked asked);

  /// False: never acknowledged.
  bool write(std::string const& method, std::string const& target, json const& body,
             std::vector<Put> puts, Answered const& answered);
  void look_at(Person const& person);
  void read_by_phone(Person const& person, std::size_t instance, std::string const& phone);
  void read_context(Person const& person, std::size_t instance, std::string const& way);
  void read_timeline(Person const& person, std::size_t instance);
  void read_list(std::size_t instance, std::string const& target, std::string const& view);
  void read_customer(Person const& person, std::size_t instance);
  /// Null: no answer, or 503.
  json read(std::size_t instance, std::string const& target, Read& read);

  support::Client& on(std::size_t instance) { return clients_[instance]; }
  std::shared_ptr<Person> any_person();
  std::string next(char const* prefix);
  std::string new_phone();
  void change(std::string const& customer, std::function<void(Person&)> const& how);

  Cluster& cluster_;
  History& history_;
  World& world_;
  support::Dice dice_;
  std::vector<support::Client> clients_;
};

/// Follows the feed from `cursor` (empty: its beginning) until the world is over and nothing new
/// comes, and leaves there how far it got.
void follow_feed(Cluster& cluster, History& history, World& world, std::string& cursor);

}  // namespace throughline::faults

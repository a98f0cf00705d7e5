// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <set>
#include <string>
#include <vector>

#include "support/histories/reader.hpp"

namespace throughline::histories {

/// One client of a random history: does something, notes in the model what was acknowledged, and
/// reads it back on every instance. Used by one thread.
class Player {
 public:
  Player(Model& model, support::Api& api, support::Api::Tenant const& tenant, std::uint64_t seed,
         int number);

  /// One operation and the readings behind it. Throws Broken.
  void step();

 private:
  struct Sent {
    support::Response answer;
    json document;
  };

  // What a client does; each returns false if it could not be done just now.
  bool start(Person& person);
  bool say(Person& person);
  bool patch_interaction(Person& person);
  bool end(Person& person);
  bool heartbeat(Person& person);
  bool open_case(Person& person);
  bool patch_case(Person& person);
  bool note(Person& person);
  bool record_events(Person& person);
  bool patch_profile(Person& person);
  bool meet_stranger(Person& person);
  bool identify_stranger(Person& person);
  bool change_loose(Person& person);

  /// Sends to any instance, perhaps under an Idempotency-Key and then perhaps again to another one.
  /// An answer other than `allowed` breaks the history.
  Sent send(Person& person, std::string const& method, std::string const& target, json const& body,
            std::set<int> const& allowed, support::Headers headers = {});
  void repeat(Person& person, std::string const& method, std::string const& target,
              json const& body, support::Headers const& headers, Sent const& first);
  Sent exchange(Person& person, std::string const& method, std::string const& target,
                json const& body, support::Headers const& headers);

  json identifiers_for(Person const& person);
  void begin_contact(Person& person, json const& body, std::string const& query);
  void acknowledge_start(Person& person, Person const& before, json const& document,
                         support::Response const& answer);
  std::vector<Register*> hold_what_hears(Person& person, std::string const& interaction);
  void add_messages(Person& person, std::string const& interaction, json const& body,
                    json const& document);
  json new_note(Person& person, std::string const& case_id);
  void acknowledge_note(Person& person, std::string const& case_id, json const& document);
  /// A PATCH of a register, at times under If-Match; what it may be answered besides 200.
  void patch(Person& person, std::string const& target, json const& body, Register& state,
             std::vector<std::string> const& fields, std::set<int> allowed);
  bool attach(Loose& loose, Person& person);
  bool detach(Loose& loose);
  /// Has all of `work` done with the loose identifier for itself.
  template <class Work>
  bool with_loose(Work work);

  Person copy(Person const& person);
  std::string word(std::string const& prefix);
  json agent();

  Model& model_;
  support::Api& api_;
  Dice dice_;
  Reader reader_;
  std::string const name_;
};

}  // namespace throughline::histories

// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// What the clients of a random history were promised: every fact that an answer of 2xx
// acknowledged, customer by customer. Small enough to be seen right by reading it.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <nlohmann/json.hpp>
#include <set>
#include <stdexcept>
#include <string>
#include <vector>

namespace throughline::histories {

using nlohmann::json;

/// Says of something that changes whether it can have changed while somebody read it.
struct Watch {
  int under_way = 0;
  std::int64_t begun = 0;
};
inline bool settled(Watch const& before_reading, Watch const& after_reading) {
  return before_reading.under_way == 0 && after_reading.begun == before_reading.begun;
}

/// Fields of one record that several clients write. Of several answers the one with the highest
/// version is the last word.
struct Register {
  json fields = json::object();
  std::int64_t version = 0;
  std::string etag;  // empty where the last writer was not told
  Watch writes;
  bool alone = false;  // a writer is at it whose answer won't tell the version

  /// False: try again later. A writer that works alone finds nobody and lets nobody in.
  bool begin(bool to_work_alone = false);
  void done();
  void acknowledge(json const& answered, std::vector<std::string> const& names,
                   std::string new_etag = {});
  /// By the writer that works alone.
  void set(std::string const& name, json value);
};

struct Message {
  std::int64_t seq = 0;
  std::string text;
};

struct Interaction {
  std::string id, started_at;
  std::map<std::string, Message> messages;  // by id
  Register state;
  bool ending = false;  // a client has taken it upon itself to end it
};

struct Note {
  std::string id, kind, text, at;
  std::string replaced_by;
  bool replacing = false;  // a client is about to replace it
};

struct Case {
  std::string id, opened_at;
  Register state;
  std::map<std::string, Note> notes;  // by id
};

/// As it stands in the timeline.
struct Fact {
  std::string kind, fact, resource;
  auto operator<=>(Fact const&) const = default;
};

struct Person {
  std::string email, phone;        // by which contacts come in; empty for a stranger
  bool created = false;            // an answer has said that it made the customer
  std::set<std::string> ids;       // of all parts
  std::set<std::string> known_by;  // attached identifiers, the loose ones aside
  std::string root;                // as the last answer had it
  Watch joins;
  Watch writes;  // of anything that raises the customer's version
  Register profile;
  std::map<std::string, Interaction> interactions;
  std::map<std::string, Case> cases;
  std::set<Fact> facts;
  std::deque<std::string> story;  // the last requests about this person

  bool known() const { return !root.empty(); }
  bool known_by_phone() const { return known_by.contains(phone); }
};

/// An identifier that comes and goes: attached to nobody, to one person or shared by two.
struct Loose {
  std::string phone;
  std::vector<Person*> owners;
  bool busy = false;  // one client at a time changes its owners
  Watch changes;
};

/// All members are read and written under `mutex`; people and loose identifiers stay where they
/// are.
struct Model {
  explicit Model(std::uint64_t seed);

  std::mutex mutex;
  std::vector<std::unique_ptr<Person>> people;     // everybody, the retired included
  std::vector<Person*> active;                     // whom clients choose among
  std::vector<std::unique_ptr<Person>> strangers;  // contacts whose caller is yet to be identified
  std::vector<std::unique_ptr<Loose>> loose;
  std::int64_t requests = 0;
  std::int64_t checks = 0;

  /// A name no other person or text of this history has.
  std::int64_t next_number() { return ++numbers_; }
  std::unique_ptr<Person> make_person();
  void retire(Person* person);
  /// The stranger turned out to be this person; of the two the older survives.
  void join(Person& person, Person& stranger);

 private:
  std::int64_t numbers_ = 0;
};

/// While it lives, requests that may raise the versions of these people are under way.
class Writing {
 public:
  Writing(Model& model, std::vector<Person*> people);
  ~Writing();
  Writing(Writing const&) = delete;
  Writing& operator=(Writing const&) = delete;

 private:
  Model& model_;
  std::vector<Person*> const people_;
};

inline constexpr std::size_t story_max = 40;
void tell(Person& person, std::string line);
std::string story_of(Person const& person);

/// What a history was promised and did not get.
struct Broken : std::runtime_error {
  using std::runtime_error::runtime_error;
};

}  // namespace throughline::histories

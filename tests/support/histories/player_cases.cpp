// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// Cases and what is written on them, events, the customer's own fields, identifiers that move.
#include <algorithm>
#include <array>

#include "support/histories/checks.hpp"
#include "support/histories/player.hpp"

namespace throughline::histories {

namespace {

constexpr std::array<char const*, 4> statuses{"open", "pending", "resolved", "closed"};
constexpr std::array<char const*, 4> priorities{"low", "normal", "high", "urgent"};
constexpr std::array<char const*, 4> kinds{"note", "step", "step", "open_question"};

bool may_be_replaced(Note const& note) {
  return !note.replacing && note.replaced_by.empty() && note.kind != "open_question";
}

}  // namespace

// --- cases -------------------------------------------------------------------------------------

bool Player::open_case(Person& person) {
  auto const known = copy(person);
  json body{{"subject", word("subject")}, {"priority", dice_.pick(priorities)}};
  Register* contact = nullptr;
  if (dice_.one_in(2) && !known.interactions.empty()) {
    auto const id = dice_.pick(known.interactions).first;
    std::lock_guard const lock(model_.mutex);
    contact = &person.interactions.at(id).state;
    if (!contact->begin(true)) return false;
    body["interaction_id"] = id;
  } else {
    body["customer_id"] = dice_.pick(known.ids);
  }
  if (dice_.one_in(4)) body["external_id"] = {{"system", "crm"}, {"id", word("case")}};
  auto const sent = send(person, "POST", "/v1/cases", body, {201});
  std::lock_guard const lock(model_.mutex);
  Case opened;
  opened.id = sent.document.at("id");
  opened.opened_at = sent.document.at("opened_at");
  opened.state.acknowledge(sent.document, case_fields(), sent.answer.header("etag"));
  person.facts.insert({"case", "opened", opened.id});
  if (contact != nullptr) {
    contact->set("case_id", opened.id);
    contact->done();
  }
  person.cases.emplace(opened.id, std::move(opened));
  return true;
}

bool Player::patch_case(Person& person) {
  auto const known = copy(person);
  if (known.cases.empty()) return false;
  auto const id = dice_.pick(known.cases).first;
  json body;
  if (dice_.one_in(2)) body["status"] = dice_.pick(statuses);
  if (dice_.one_in(2)) body["priority"] = dice_.pick(priorities);
  if (dice_.one_in(3)) body["subject"] = word("subject");
  if (dice_.one_in(3)) body["assignee"] = agent().at("id");
  if (dice_.one_in(3)) body["open_question"] = nullptr;
  if (body.is_null()) body["intent"] = word("intent");
  Register* state = nullptr;
  std::set<int> allowed{200};
  {
    std::lock_guard const lock(model_.mutex);
    state = &person.cases.at(id).state;
    if (!state->begin()) return false;
    // It stays closed; and another client may be closing it.
    bool const contended = state->writes.under_way > 1;
    if (state->fields.at("status") == "closed" || contended) allowed.insert(409);
  }
  if (body.contains("status")) allowed.insert(409);
  patch(person, "/v1/cases/" + id, body, *state, case_fields(), allowed);
  return true;
}

bool Player::note(Person& person) {
  auto const known = copy(person);
  if (known.cases.empty()) return false;
  auto const id = dice_.pick(known.cases).first;
  auto const body = new_note(person, id);
  auto const sent = send(person, "POST", "/v1/cases/" + id + "/notes", body, {201});
  acknowledge_note(person, id, sent.document);
  return true;
}

/// What the note will change is taken for it in the model.
json Player::new_note(Person& person, std::string const& case_id) {
  json body{{"kind", dice_.pick(kinds)}, {"text", word("note")}, {"agent", agent()}};
  if (dice_.one_in(2)) body["channel"] = "chat";
  auto const known = copy(person);
  if (dice_.one_in(3) && !known.interactions.empty()) {
    body["interaction_id"] = dice_.pick(known.interactions).first;
  }
  bool const replaces = dice_.one_in(4);
  std::lock_guard const lock(model_.mutex);
  auto& at = person.cases.at(case_id);
  if (body.at("kind") == "open_question") {
    if (!at.state.begin(true)) body["kind"] = "note";
    return body;
  }
  for (auto& [id, note] : at.notes) {
    if (!replaces || !may_be_replaced(note)) continue;
    note.replacing = true;
    body["replaces"] = id;
    break;
  }
  return body;
}

void Player::acknowledge_note(Person& person, std::string const& case_id, json const& document) {
  std::lock_guard const lock(model_.mutex);
  auto& at = person.cases.at(case_id);
  Note note{
      document.at("id"), document.at("kind"), document.at("text"), document.at("at"), "", false};
  person.facts.insert({"note", "added", note.id});
  if (!document.at("replaces").is_null()) {
    at.notes.at(document.at("replaces").get<std::string>()).replaced_by = note.id;
  }
  if (note.kind == "open_question") {
    at.state.set("open_question", note.text);
    at.state.done();
  }
  at.notes.emplace(note.id, std::move(note));
}

// --- events and the customer's own fields ------------------------------------------------------

bool Player::record_events(Person& person) {
  Person* second = nullptr;
  {
    std::lock_guard const lock(model_.mutex);
    second = dice_.pick(model_.active);
  }
  std::array<Person*, 2> const subjects{&person, copy(*second).known() ? second : &person};
  json events = json::array();
  for (auto* subject : subjects) {
    events.push_back({{"customer_id", dice_.pick(copy(*subject).ids)},
                      {"type", "page_viewed"},
                      {"at", format_rfc3339(SystemClock().now())},
                      {"external_id", {{"system", "web"}, {"id", word("event")}}}});
  }
  Writing const writing(model_, {subjects[1]});
  auto const sent = send(person, "POST", "/v1/events", {{"events", events}}, {200});
  for (std::size_t i = 0; i < subjects.size(); ++i) {
    auto const& result = sent.document.at("results").at(i);
    if (result.at("status") != "created") reader_.fail(person, "an event failed " + result.dump());
    std::lock_guard const lock(model_.mutex);
    subjects[i]->facts.insert({"event", "recorded", result.at("id")});
  }
  return true;
}

bool Player::patch_profile(Person& person) {
  auto const known = copy(person);
  json body{{"display_name", word("name")}};
  if (dice_.one_in(2)) body["tier"] = word("tier");
  {
    std::lock_guard const lock(model_.mutex);
    if (!person.profile.begin()) return false;
  }
  patch(person, "/v1/customers/" + dice_.pick(known.ids), body, person.profile, profile_fields(),
        {200});
  return true;
}

// --- identifiers that move ---------------------------------------------------------------------

template <class Work>
bool Player::with_loose(Work work) {
  Loose* loose = nullptr;
  {
    std::lock_guard const lock(model_.mutex);
    loose = dice_.pick(model_.loose).get();
    if (loose->busy) return false;
    loose->busy = true;
    ++loose->changes.under_way;
    ++loose->changes.begun;
  }
  bool const done = work(*loose);
  {
    std::lock_guard const lock(model_.mutex);
    --loose->changes.under_way;
  }
  reader_.look_at(*loose);
  std::lock_guard const lock(model_.mutex);
  loose->busy = false;
  return done;
}

bool Player::change_loose(Person& person) {
  return with_loose([&](Loose& loose) {
    Writing const writing(model_, loose.owners);
    bool const shared = loose.owners.size() == 2;
    bool const held = !loose.owners.empty();
    bool const leave = shared || (held && (loose.owners.front() == &person || dice_.one_in(2)));
    return leave ? detach(loose) : attach(loose, person);
  });
}

bool Player::attach(Loose& loose, Person& person) {
  json const body{{"type", "phone"}, {"value", loose.phone}, {"shared", !loose.owners.empty()}};
  auto const id = dice_.pick(copy(person).ids);
  send(person, "POST", "/v1/customers/" + id + "/identifiers", body, {201});
  std::lock_guard const lock(model_.mutex);
  loose.owners.push_back(&person);
  return true;
}

bool Player::detach(Loose& loose) {
  Person& owner = *dice_.pick(loose.owners);
  auto const id = dice_.pick(copy(owner).ids);
  send(owner, "DELETE", "/v1/customers/" + id + "/identifiers/phone/" + encoded(loose.phone), {},
       {200});
  std::lock_guard const lock(model_.mutex);
  std::erase(loose.owners, &owner);
  return true;
}

}  // namespace throughline::histories

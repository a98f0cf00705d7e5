// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// Contacts: starting them, what is said in them, their end, and who the caller turned out to be.
#include <algorithm>
#include <array>
#include <iterator>

#include "support/histories/checks.hpp"
#include "support/histories/player.hpp"

namespace throughline::histories {

namespace {

constexpr std::array<char const*, 4> contact_channels{"voice", "chat", "email", "sms"};
constexpr std::array<char const*, 4> outcomes{"resolved", "unresolved", "escalated", "abandoned"};

json identifier(std::string const& value) {
  bool const email = value.find('@') != std::string::npos;
  return {{"type", email ? "email" : "phone"}, {"value", value}};
}

/// The interactions that `wanted` picks, by id.
template <class Wanted>
std::vector<std::string> ids_of(Person const& person, Wanted wanted) {
  std::vector<std::string> ids;
  for (auto const& [id, interaction] : person.interactions) {
    if (wanted(interaction)) ids.push_back(id);
  }
  return ids;
}

bool is_any(Interaction const&) {
  return true;
}

}  // namespace

// --- starting ----------------------------------------------------------------------------------

/// A person's first contacts come by email, so that those which race know each other.
json Player::identifiers_for(Person const& person) {
  bool const by_phone_alone = person.known_by_phone() && dice_.one_in(3);
  if (by_phone_alone) return {identifier(person.phone)};
  json list{identifier(person.email)};
  if (dice_.one_in(2)) list.push_back(identifier(person.phone));
  return list;
}

bool Player::start(Person& person) {
  auto const known = copy(person);
  json body{{"channel", dice_.pick(contact_channels)}, {"direction", "inbound"}};
  if (known.known() && dice_.one_in(4)) {
    body["customer_id"] = dice_.pick(known.ids);
  } else {
    body["identifiers"] = identifiers_for(known);
  }
  if (dice_.one_in(2)) body["agent"] = agent();
  if (dice_.one_in(2)) body["intent"] = word("intent");
  begin_contact(person, body, dice_.one_in(3) ? "?include=context" : "");
  return true;
}

void Player::begin_contact(Person& person, json const& body, std::string const& query) {
  auto const before = copy(person);
  auto const sent = send(person, "POST", "/v1/interactions" + query, body, {201});
  acknowledge_start(person, before, sent.document, sent.answer);
  auto const after = copy(person);
  if (query.empty()) return;
  auto const& document = sent.document.at("context");
  auto fault = fault_in_context(before, after, document);
  auto const& live = document.at("live");
  auto const id = sent.document.at("interaction").at("id");
  bool const shown = std::any_of(live.begin(), live.end(),
                                 [&](json const& one) { return one.at("interaction_id") == id; });
  if (fault.empty() && !shown && live.size() < 10) fault = "the new contact is not shown live";
  if (!fault.empty()) reader_.fail(person, "included: " + fault + "\n  " + document.dump());
}

void Player::acknowledge_start(Person& person, Person const& before, json const& document,
                               support::Response const& answer) {
  auto const& customer = document.at("customer");
  auto const root = customer.at("id").get<std::string>();
  std::string fault;
  {
    std::lock_guard const lock(model_.mutex);
    if (document.at("created") == true && person.created) fault = "a second customer was made";
    if (document.at("created") == true) person.created = true;
    if (before.known() && settled(before.joins, person.joins) && root != before.root) {
      fault = "another customer answered";
    }
    if (!person.known()) person.root = root;
    person.ids.insert(root);
    for (auto const& one : customer.at("identifiers")) {
      auto const value = one.at("value").get<std::string>();
      if (value == person.email || value == person.phone) person.known_by.insert(value);
    }
    auto const& shown = document.at("interaction");
    Interaction interaction;
    interaction.id = shown.at("id");
    interaction.started_at = shown.at("started_at");
    interaction.state.acknowledge(shown, interaction_fields(), answer.header("etag"));
    person.facts.insert({"interaction", "started", interaction.id});
    person.interactions.emplace(interaction.id, std::move(interaction));
  }
  if (!fault.empty()) reader_.fail(person, fault + ": " + answer.body);
}

// --- going on ----------------------------------------------------------------------------------

bool Player::say(Person& person) {
  auto const known = copy(person);
  auto const ids = ids_of(known, is_any);
  if (ids.empty()) return false;
  auto const id = dice_.pick(ids);
  json messages = json::array();
  for (std::size_t i = 0; i <= dice_.below(3); ++i) {
    messages.push_back({{"role", dice_.one_in(2) ? "customer" : "agent"}, {"text", word("said")}});
    if (dice_.one_in(4)) {
      messages.back()["external_id"] = {{"system", "chat"}, {"id", word("line")}};
    }
  }
  auto const held = hold_what_hears(person, id);
  if (held.empty()) {
    for (auto& message : messages) message["role"] = "agent";
  }
  json body{{"messages", messages}};
  if (dice_.one_in(3)) body["agent"] = agent();
  auto const sent = send(person, "POST", "/v1/interactions/" + id + "/messages", body, {201});
  add_messages(person, id, body, sent.document);
  bool const heard = std::any_of(messages.begin(), messages.end(), [](json const& message) {
    return message.at("role") == "customer";
  });
  std::lock_guard const lock(model_.mutex);
  for (Register* const state : held) {
    bool const is_case = state != held.front();
    if (heard && is_case && state->fields.at("status") == "resolved") state->set("status", "open");
    state->done();
  }
  return true;
}

/// A customer's line reopens a resolved case, and its answer does not tell: so the interaction and
/// its case are held by whoever lets the customer speak. Empty: others are at them.
std::vector<Register*> Player::hold_what_hears(Person& person, std::string const& interaction) {
  std::lock_guard const lock(model_.mutex);
  auto& contact = person.interactions.at(interaction).state;
  if (!contact.begin(true)) return {};
  auto const& case_id = contact.fields.at("case_id");
  if (case_id.is_null()) return {&contact};
  auto const found = person.cases.find(case_id.get<std::string>());
  if (found != person.cases.end() && found->second.state.begin(true))
    return {&contact, &found->second.state};
  contact.done();
  return {};
}

void Player::add_messages(Person& person, std::string const& interaction, json const& body,
                          json const& document) {
  auto const& answered = document.at("messages");
  auto const& said = body.at("messages");
  bool in_order = answered.size() == said.size();
  std::lock_guard const lock(model_.mutex);
  auto& messages = person.interactions.at(interaction).messages;
  for (std::size_t i = 0; in_order && i < answered.size(); ++i) {
    auto const seq = answered[i].at("seq").get<std::int64_t>();
    in_order = i == 0 || seq == answered[i - 1].at("seq").get<std::int64_t>() + 1;
    messages[answered[i].at("id")] = {seq, said[i].at("text")};
    person.facts.insert({"message", "added", answered[i].at("id")});
  }
  if (!in_order) throw Broken("messages of one request are not in a row: " + document.dump());
}

bool Player::patch_interaction(Person& person) {
  auto const known = copy(person);
  auto const ids = ids_of(known, is_any);
  if (ids.empty()) return false;
  auto const id = dice_.pick(ids);
  json body;
  if (dice_.one_in(2)) body["intent"] = word("intent");
  if (dice_.one_in(2)) body["summary"] = word("summary");
  if (dice_.one_in(3)) body["sentiment"] = static_cast<double>(dice_.below(9)) / 4.0 - 1.0;
  if (dice_.one_in(3) && !known.cases.empty()) body["case_id"] = dice_.pick(known.cases).first;
  if (body.is_null()) body["intent"] = nullptr;
  Register* state = nullptr;
  {
    std::lock_guard const lock(model_.mutex);
    state = &person.interactions.at(id).state;
    if (!state->begin()) return false;
  }
  patch(person, "/v1/interactions/" + id, body, *state, interaction_fields(), {200});
  return true;
}

bool Player::end(Person& person) {
  auto const known = copy(person);
  auto const ids = ids_of(known, [](Interaction const& one) { return !one.ending; });
  if (ids.empty()) return false;
  auto const id = dice_.pick(ids);
  {
    std::lock_guard const lock(model_.mutex);
    auto& interaction = person.interactions.at(id);
    if (interaction.ending || !interaction.state.begin()) return false;
    interaction.ending = true;
  }
  json body{{"outcome", dice_.pick(outcomes)}};
  if (dice_.one_in(2)) body["summary"] = word("summary");
  auto const sent = send(person, "POST", "/v1/interactions/" + id + "/end", body, {200});
  std::lock_guard const lock(model_.mutex);
  auto& state = person.interactions.at(id).state;
  state.acknowledge(sent.document, interaction_fields(), sent.answer.header("etag"));
  state.done();
  person.facts.insert({"interaction", "ended", id});
  return true;
}

bool Player::heartbeat(Person& person) {
  auto const ids = ids_of(copy(person), [](Interaction const& one) { return !one.ending; });
  if (ids.empty()) return false;
  // Another client may end it meanwhile.
  send(person, "POST", "/v1/interactions/" + dice_.pick(ids) + "/heartbeat", {}, {204, 409});
  return true;
}

// --- who it was --------------------------------------------------------------------------------

/// A caller nobody knows, or one whose identifiers lead to two customers.
bool Player::meet_stranger(Person& person) {
  Person other;
  auto stranger = std::make_unique<Person>();
  {
    std::lock_guard const lock(model_.mutex);
    other = *dice_.pick(model_.active);
    stranger = model_.make_person();
  }
  stranger->email.clear();
  bool const in_doubt = other.known() && other.email != person.email && dice_.one_in(2);
  json body{{"channel", "voice"}, {"direction", "inbound"}};
  if (in_doubt) {
    stranger->phone.clear();
    body["identifiers"] = {identifier(person.email), identifier(other.email)};
  } else {
    body["identifiers"] = {identifier(stranger->phone)};
  }
  begin_contact(*stranger, body, "");
  if (!copy(*stranger).created) reader_.fail(*stranger, "the stranger was taken for somebody");
  for (auto rounds = dice_.below(3); rounds > 0; --rounds) say(*stranger);
  if (dice_.one_in(2)) open_case(*stranger);
  reader_.look_at(*stranger);
  std::lock_guard const lock(model_.mutex);
  model_.strangers.push_back(std::move(stranger));
  return true;
}

bool Player::identify_stranger(Person& person) {
  std::unique_ptr<Person> stranger;
  std::int64_t joins = 0;
  {
    std::lock_guard const lock(model_.mutex);
    if (model_.strangers.empty()) return false;
    auto const place = std::next(model_.strangers.begin(),
                                 static_cast<std::ptrdiff_t>(dice_.below(model_.strangers.size())));
    stranger = std::move(*place);
    model_.strangers.erase(place);
    ++person.joins.under_way;
    joins = ++person.joins.begun;
  }
  auto const known = copy(person);
  json body;
  if (dice_.one_in(2)) {
    body["customer_id"] = dice_.pick(known.ids);
  } else {
    body["identifiers"] = {identifier(dice_.pick(known.known_by))};
  }
  auto const contact = stranger->interactions.begin()->first;
  Writing const writing(model_, {&person});
  auto const sent =
      send(*stranger, "POST", "/v1/interactions/" + contact + "/identify", body, {200});
  std::string const root = sent.document.at("customer").at("id");
  std::string fault;
  {
    std::lock_guard const lock(model_.mutex);
    model_.join(person, *stranger);
    bool const alone = person.joins.under_way == 1 && person.joins.begun == joins;
    if (alone && root != person.root) fault = "the answer is " + root + ", not " + person.root;
    --person.joins.under_way;
  }
  if (!fault.empty()) reader_.fail(person, fault);
  return true;
}

}  // namespace throughline::histories

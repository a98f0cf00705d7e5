// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include "support/histories/player.hpp"

#include <array>
#include <chrono>

#include "support/histories/checks.hpp"
#include "support/histories/clients.hpp"

namespace throughline::histories {

namespace {

constexpr std::size_t facts_max = 120;  // of a person; then another takes the place
constexpr std::array<std::string_view, 8> ids_in_answers{"/id",
                                                         "/interaction/id",
                                                         "/customer/id",
                                                         "/messages/0/id",
                                                         "/messages/1/id",
                                                         "/messages/2/id",
                                                         "/results/0/id",
                                                         "/results/1/id"};

std::string brief(json const& body) {
  auto text = body.is_null() ? std::string() : body.dump();
  return text.size() > 160 ? text.substr(0, 160) + "…" : text;
}

}  // namespace

Player::Player(Model& model, support::Api& api, support::Api::Tenant const& tenant,
               std::uint64_t seed, int number)
    : model_(model),
      api_(api),
      dice_(dice_of(seed, number)),
      reader_(model, api, tenant, dice_, "client " + std::to_string(number)),
      name_("client " + std::to_string(number)) {}

Person Player::copy(Person const& person) {
  std::lock_guard const lock(model_.mutex);
  return person;
}

std::string Player::word(std::string const& prefix) {
  std::lock_guard const lock(model_.mutex);
  return prefix + "-" + std::to_string(model_.next_number());
}

json Player::agent() {
  static std::array<std::string, 3> const names{"bot-1", "bot-2", "desk-1"};
  auto const& name = dice_.pick(names);
  return {{"kind", name.starts_with("bot") ? "bot" : "human"}, {"id", name}};
}

void Player::step() {
  struct Choice {
    std::size_t weight;
    bool (Player::*play)(Person&);
  };
  static constexpr std::array<Choice, 13> choices{{{12, &Player::start},
                                                   {22, &Player::say},
                                                   {8, &Player::patch_interaction},
                                                   {7, &Player::end},
                                                   {2, &Player::heartbeat},
                                                   {6, &Player::open_case},
                                                   {10, &Player::patch_case},
                                                   {14, &Player::note},
                                                   {5, &Player::record_events},
                                                   {4, &Player::patch_profile},
                                                   {4, &Player::meet_stranger},
                                                   {5, &Player::identify_stranger},
                                                   {5, &Player::change_loose}}};
  Person* person = nullptr;
  {
    std::lock_guard const lock(model_.mutex);
    person = dice_.pick(model_.active);
  }
  std::size_t roll = dice_.below(104);
  auto const* choice = choices.begin();
  while (roll >= choice->weight) roll -= (choice++)->weight;
  bool const known = copy(*person).known();
  bool const played = known ? (this->*choice->play)(*person) : start(*person);
  if (played || dice_.one_in(4)) reader_.look_at(*person);
  std::lock_guard const lock(model_.mutex);
  if (person->facts.size() > facts_max) model_.retire(person);
}

Player::Sent Player::exchange(Person& person, std::string const& method, std::string const& target,
                              json const& body, support::Headers const& headers) {
  auto const instance = dice_.below(reader_.instances());
  api_.set_clocks();
  Writing const writing(model_, {&person});
  auto const text = body.is_null() ? std::string() : body.dump();
  auto answer = reader_.on(instance).request(method, target, text, headers);
  std::string line = name_ + " on instance " + std::to_string(instance) + ": " + method + " " +
                     target + " " + brief(body);
  for (auto const& [name, value] : headers) line += " " + name + "=" + value;
  auto document = answer.body.empty() ? json() : json::parse(answer.body);
  std::lock_guard const lock(model_.mutex);
  ++model_.requests;
  tell(person, line + " → " + std::to_string(answer.status));
  return {std::move(answer), std::move(document)};
}

Player::Sent Player::send(Person& person, std::string const& method, std::string const& target,
                          json const& body, std::set<int> const& allowed,
                          support::Headers headers) {
  bool const keyed = dice_.one_in(3);
  if (keyed) headers.emplace_back("Idempotency-Key", word("key"));
  auto sent = exchange(person, method, target, body, headers);
  if (!allowed.contains(sent.answer.status)) {
    reader_.fail(person, method + " " + target + " answered " + std::to_string(sent.answer.status) +
                             " " + sent.answer.body);
  }
  if (keyed && dice_.one_in(2)) repeat(person, method, target, body, headers, sent);
  return sent;
}

void Player::repeat(Person& person, std::string const& method, std::string const& target,
                    json const& body, support::Headers const& headers, Sent const& first) {
  auto const again = exchange(person, method, target, body, headers);
  bool same = again.answer.status == first.answer.status;
  for (auto const at : ids_in_answers) {
    json::json_pointer const pointer{std::string(at)};
    // The customer of a contact may have been joined to another one meanwhile.
    if (at == "/customer/id" || !first.document.contains(pointer)) continue;
    same = same && again.document.contains(pointer) &&
           again.document.at(pointer) == first.document.at(pointer);
  }
  if (same) return;
  reader_.fail(person, "repeated under its key, " + method + " " + target + " answered " +
                           std::to_string(again.answer.status) + " " + again.answer.body +
                           "\n  at first it was " + first.answer.body);
}

void Player::patch(Person& person, std::string const& target, json const& body, Register& state,
                   std::vector<std::string> const& fields, std::set<int> allowed) {
  support::Headers headers;
  std::string etag;
  Watch before;
  {
    std::lock_guard const lock(model_.mutex);
    etag = state.etag;
    before = state.writes;
  }
  bool const conditional = dice_.one_in(3) && !etag.empty();
  if (conditional) {
    headers.emplace_back("If-Match", etag);
    allowed.insert(412);
  }
  auto const sent = send(person, "PATCH", target, body, allowed, std::move(headers));
  bool alone = false;
  {
    std::lock_guard const lock(model_.mutex);
    alone = before.under_way == 1 && state.writes.begun == before.begun;
    if (sent.answer.status == 200) {
      state.acknowledge(sent.document, fields, sent.answer.header("etag"));
    }
    state.done();
  }
  // Only a case has no other writers than those its register knows of.
  if (sent.answer.status == 412 && alone && target.starts_with("/v1/cases/")) {
    reader_.fail(person, target + " refused its own ETag, though nobody else wrote");
  }
}

}  // namespace throughline::histories

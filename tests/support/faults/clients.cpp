// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// What clients write.
#include "support/faults/clients.hpp"

#include <algorithm>
#include <chrono>
#include <thread>

#include "throughline/base/time.hpp"

namespace throughline::faults {

namespace {

using namespace std::chrono_literals;

constexpr std::size_t people_most = 8;
constexpr int facts_most = 120;  // of a person: fewer than a page holds
// Contacts stay live to the end, however long a history is: none may fall silent meanwhile.
constexpr char const* lasting_channel = "sms";
constexpr std::size_t messages_most = 40;
/// Contexts show ten of each kind.
constexpr std::size_t live_most = 9;
constexpr std::size_t cases_most = 9;
constexpr std::size_t phones_most = 20;  // that somebody is given
constexpr auto patience = 6s;
constexpr int attempts_most = 200;
constexpr int not_begun = 0;  // no status: the connection broke

Put shown(std::string const& customer, char const* kind, std::string const& id) {
  return {"timeline:" + customer, std::string(kind) + ":" + id};
}

json external(std::string const& value) {
  return {{"system", "histories"}, {"id", value}};
}

Put fed(char const* kind, std::string const& id) {
  return {"feed", std::string(kind) + ":" + id};
}

}  // namespace

Player::Player(Cluster& cluster, History& history, World& world, std::uint64_t seed)
    : cluster_(cluster), history_(history), world_(world), dice_(seed) {
  for (std::size_t i = 0; i < cluster.size(); ++i) {
    clients_.push_back(cluster.client(i));
    clients_.back().patience = patience;
  }
}

std::string Player::next(char const* prefix) {
  std::lock_guard const lock(world_.mutex);
  return prefix + std::to_string(++world_.numbers);
}

std::string Player::new_phone() {
  constexpr std::int64_t first = 2'220'000;
  std::lock_guard const lock(world_.mutex);
  return "+1415" + std::to_string(first + ++world_.phones);
}

std::shared_ptr<Person> Player::any_person() {
  std::lock_guard const lock(world_.mutex);
  if (world_.people.size() < people_most) return nullptr;
  auto& chosen = world_.people[dice_.below(people_most)];
  if (chosen->facts < facts_most) return std::make_shared<Person>(*chosen);
  std::rotate(world_.people.begin(), world_.people.begin() + 1, world_.people.end());
  world_.people.erase(std::find(world_.people.begin(), world_.people.end(), chosen));
  return nullptr;
}

void Player::change(std::string const& customer, std::function<void(Person&)> const& how) {
  std::lock_guard const lock(world_.mutex);
  for (auto& person : world_.people) {
    if (person->customer == customer) how(*person);
  }
}

void Player::step() {
  auto const person = any_person();
  if (!person) return meet(nullptr);
  switch (dice_.below(9)) {
    case 0:
      if (person->interactions.size() < live_most) meet(person.get());
      break;
    case 1:
      if (person->interactions.size() < live_most) meet_stranger(*person);
      break;
    case 2:
      open_case(*person);
      break;
    case 3:
      record_event(*person);
      break;
    case 4:
      rename(*person);
      break;
    case 5:
      take_note(*person);
      break;
    case 6:
      hand_over(*person);
      break;
    default:
      say(*person);
  }
  look_at(*person);
}

bool Player::write(std::string const& method, std::string const& target, json const& body,
                   std::vector<Put> puts, Answered const& answered) {
  auto const key = next("key-");
  auto const number = history_.begin(method + " " + target + " " + body.dump(), key, puts);
  for (int attempt = 0; attempt < attempts_most; ++attempt) {
    auto const instance = dice_.below(clients_.size());
    support::Response answer;
    try {
      answer = on(instance).request(method, target, body.dump(), {{"Idempotency-Key", key}});
    } catch (std::runtime_error const& broken) {
      on(instance).close();
      answer.status = not_begun;
      answer.body = broken.what();
    }
    history_.attempted(number, "instance " + std::to_string(instance + 1) + " answered " +
                                   std::to_string(answer.status) + " " +
                                   answer.body.substr(0, 300));
    if (answer.status / 100 == 2) {
      history_.acknowledge(number, answered(answer.json()));
      return true;
    }
    bool const again = answer.status == not_begun || answer.status == 503 || answer.status == 429;
    if (!again) {
      history_.fail(method + " " + target + " under " + key + " was answered " +
                    std::to_string(answer.status) + " " + answer.body);
      return false;
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(20 + dice_.below(100)));
  }
  history_.fail(method + " " + target + " under " + key + " was never answered well");
  return false;
}

/// A contact of somebody new, or of somebody who has been here.
void Player::meet(Person const* returning) {
  auto const phone = returning != nullptr ? returning->phone : new_phone();
  json const body{{"channel", lasting_channel},
                  {"direction", "inbound"},
                  {"identifiers", {{{"type", "phone"}, {"value", phone}}}}};
  write("POST", "/v1/interactions", body, {}, [&](json const& document) {
    std::string const id = document.at("interaction").at("id");
    std::string const customer = document.at("customer").at("id");
    auto const has_met = [&](Person& person) {
      person.interactions.push_back(id);
      ++person.facts;
    };
    if (returning == nullptr) {
      auto person = std::make_shared<Person>();
      person->phone = phone;
      person->customer = customer;
      person->phones = {phone};
      has_met(*person);  // first: from here on others have something to say to them
      std::lock_guard const lock(world_.mutex);
      world_.people.push_back(std::move(person));
    } else {
      change(customer, has_met);
    }
    std::vector<Put> learnt{{"live:" + customer, id},
                            shown(customer, "interaction.started", id),
                            fed("interaction.started", id)};
    if (returning == nullptr) learnt.push_back({"owner:" + phone, customer, true});
    return learnt;
  });
}

/// A caller unknown at first, who turns out to be this person.
void Player::meet_stranger(Person const& person) {
  auto const phone = new_phone();
  json const start{{"channel", lasting_channel},
                   {"direction", "inbound"},
                   {"identifiers", {{{"type", "phone"}, {"value", phone}}}}};
  std::string contact;
  bool const met = write("POST", "/v1/interactions", start, {}, [&](json const& document) {
    contact = document.at("interaction").at("id");
    std::string const stranger = document.at("customer").at("id");
    return std::vector<Put>{{"owner:" + phone, stranger, true},
                            {"live:" + stranger, contact},
                            fed("interaction.started", contact)};
  });
  if (!met) return;
  json const body{{"customer_id", person.customer}};
  write("POST", "/v1/interactions/" + contact + "/identify", body, {}, [&](json const&) {
    change(person.customer, [&](Person& known) {
      known.interactions.push_back(contact);
      known.phones.push_back(phone);
      known.facts += 3;
    });
    return std::vector<Put>{{"owner:" + phone, person.customer, true},
                            {"live:" + person.customer, contact},
                            shown(person.customer, "interaction.started", contact)};
  });
}

void Player::say(Person const& person) {
  auto const& contact = person.interactions[dice_.below(person.interactions.size())];
  auto const text = next("said-");
  json const line{{"role", "customer"}, {"text", text}, {"external_id", external(text)}};
  auto const asked = this_or_last("message", {"/v1/interactions/" + contact + "/messages",
                                              {{"messages", {line}}},
                                              person.customer,
                                              contact,
                                              text});
  write("POST", asked.target, asked.body, {{"messages:" + asked.on, asked.value}},
        [&](json const& document) {
          std::string const id = document.at("messages").at(0).at("id");
          change(asked.customer, [](Person& known) { ++known.facts; });
          return std::vector<Put>{shown(asked.customer, "message.added", id),
                                  fed("message.added", id)};
        });
}

void Player::open_case(Person const& person) {
  if (person.cases.size() >= cases_most) return;
  auto const subject = next("subject-");
  json const body{
      {"customer_id", person.customer}, {"subject", subject}, {"external_id", external(subject)}};
  auto const asked = this_or_last("case", {"/v1/cases", body, person.customer, {}, subject});
  write("POST", asked.target, asked.body, {}, [&](json const& document) {
    std::string const id = document.at("id");
    change(asked.customer, [&](Person& known) {
      if (std::find(known.cases.begin(), known.cases.end(), id) != known.cases.end()) return;
      known.cases.push_back(id);
      ++known.facts;
    });
    return std::vector<Put>{{"cases:" + asked.customer, id},
                            shown(asked.customer, "case.opened", id),
                            fed("case.opened", id)};
  });
}

void Player::take_note(Person const& person) {
  if (person.cases.empty()) return open_case(person);
  auto const& of = person.cases[dice_.below(person.cases.size())];
  auto const text = next("noted-");
  json const body{{"kind", "note"}, {"text", text}, {"external_id", external(text)}};
  auto const asked =
      this_or_last("note", {"/v1/cases/" + of + "/notes", body, person.customer, of, text});
  write("POST", asked.target, asked.body,
        {{"notes:" + asked.on, asked.value}, {"shown notes:" + asked.on, asked.value}},
        [&](json const& document) {
          std::string const id = document.at("id");
          change(asked.customer, [](Person& known) { ++known.facts; });
          return std::vector<Put>{shown(asked.customer, "note.added", id), fed("note.added", id)};
        });
}

void Player::record_event(Person const& person) {
  auto const number = next("event-");
  json const event{{"customer_id", person.customer},
                   {"type", "page_viewed"},
                   {"at", format_rfc3339(SystemClock().now())},
                   {"external_id", external(number)}};
  auto const asked =
      this_or_last("event", {"/v1/events", {{"events", {event}}}, person.customer, {}, number});
  write("POST", asked.target, asked.body, {}, [&](json const& document) {
    auto const& result = document.at("results").at(0);
    if (!result.contains("id")) {
      history_.fail("an event was not taken: " + document.dump());
      return std::vector<Put>{};
    }
    std::string const id = result.at("id");
    change(asked.customer, [](Person& known) { ++known.facts; });
    return std::vector<Put>{shown(asked.customer, "event.recorded", id), fed("event.recorded", id)};
  });
}

void Player::rename(Person const& person) {
  auto const name = next("name-");
  auto const asked = this_or_last(
      "name",
      {"/v1/customers/" + person.customer, {{"display_name", name}}, person.customer, {}, name});
  write("PATCH", asked.target, asked.body, {{"name:" + asked.customer, asked.value, true}},
        [&](json const&) {
          change(asked.customer, [](Person& known) { ++known.facts; });
          return std::vector<Put>{};
        });
}

Asked Player::this_or_last(char const* kind, Asked asked) {
  constexpr std::size_t seldom = 4;
  bool const again = dice_.one_in(seldom);
  std::lock_guard const lock(world_.mutex);
  auto& last = world_.asked[kind];
  if (!again || last.target.empty()) last = std::move(asked);
  return last;
}

/// A phone that led here leads to somebody else. The first one stays: contacts come by it. Every
/// other time it is the phone that was moved last, maybe by a client who has no answer yet: a write
/// that rests on another's.
void Player::hand_over(Person const& person) {
  if (person.phones.size() < 2) return say(person);
  auto const to = any_person();
  if (!to || to->customer == person.customer || to->phones.size() >= phones_most) {
    return say(person);
  }
  auto const phone = phone_to_move(person);
  json const body{{"type", "phone"}, {"value", phone}, {"move", true}};
  auto const asked = this_or_last(
      "phone", {"/v1/customers/" + to->customer + "/identifiers", body, to->customer, {}, phone});
  auto const look = [&] {
    for (std::size_t i = 0; i < clients_.size(); ++i) read_by_phone(*to, i, asked.value);
  };
  look();
  write("POST", asked.target, asked.body, {{"owner:" + asked.value, asked.customer, true}},
        [&](json const&) {
          std::lock_guard const lock(world_.mutex);
          for (auto& known : world_.people) {
            known->facts += static_cast<int>(std::erase(known->phones, asked.value));
            if (known->customer != asked.customer) continue;
            known->phones.push_back(asked.value);
            ++known->facts;
          }
          return std::vector<Put>{};
        });
  look();
}

std::string Player::phone_to_move(Person const& person) {
  std::lock_guard const lock(world_.mutex);
  if (world_.moved.empty() || dice_.below(2) == 0) {
    world_.moved = person.phones[1 + dice_.below(person.phones.size() - 1)];
  }
  return world_.moved;
}

}  // namespace throughline::faults

// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// What clients read.
#include <chrono>
#include <set>
#include <thread>

#include "support/faults/clients.hpp"

namespace throughline::faults {

namespace {

using namespace std::chrono_literals;

constexpr std::size_t context_shows = 10;  // of every kind
constexpr auto feed_pause = 20ms;
constexpr auto feed_silence = 3s;  // after the end: nothing more will come

std::string encoded(std::string const& phone) {
  return "%2B" + phone.substr(1);
}

/// Of these kinds every fact stands in the timeline and the feed under an id of its own.
bool is_told(std::string const& fact) {
  static std::set<std::string> const told{"interaction.started", "message.added", "note.added",
                                          "case.opened", "event.recorded"};
  return told.contains(fact);
}

std::vector<std::string> all(json const& list, char const* member) {
  std::vector<std::string> values;
  for (auto const& one : list) values.push_back(one.at(member));
  return values;
}

std::vector<std::string> value(json const& document, char const* member) {
  auto const found = document.find(member);
  if (found == document.end() || found->is_null()) return {};
  return {found->get<std::string>()};
}

}  // namespace

json Player::read(std::size_t instance, std::string const& target, Read& read) {
  read.what = "GET " + target + " on instance " + std::to_string(instance + 1);
  read.begun = history_.now();
  support::Response answer;
  try {
    answer = on(instance).get(target);
  } catch (std::runtime_error const&) {
    on(instance).close();
    return nullptr;
  }
  read.ended = history_.now();
  if (answer.status == 200) return answer.json();
  if (answer.status != 503 && answer.status != 429) {
    history_.fail(read.what + " was answered " + std::to_string(answer.status) + " " + answer.body);
  }
  return nullptr;
}

void Player::look_at(Person const& person) {
  for (std::size_t i = 0; i < clients_.size(); ++i) {
    switch (dice_.below(3)) {
      case 0:
        read_context(person, i, "customer_id=" + person.customer);
        break;
      case 1:
        if (!person.cases.empty()) {
          read_context(person, i, "case_id=" + person.cases[dice_.below(person.cases.size())]);
        }
        break;
      default:
        read_by_phone(person, i, person.phones[dice_.below(person.phones.size())]);
    }
  }
  auto const i = dice_.below(clients_.size());
  switch (dice_.below(4)) {
    case 0:
      return read_timeline(person, i);
    case 1:
      return read_customer(person, i);
    case 2: {
      if (person.cases.empty()) return;
      auto const& of = person.cases[dice_.below(person.cases.size())];
      return read_list(i, "/v1/cases/" + of + "/notes", "notes:" + of);
    }
    default:
      auto const& of = person.interactions[dice_.below(person.interactions.size())];
      return read_list(i, "/v1/interactions/" + of + "/messages", "messages:" + of);
  }
}

void Player::read_by_phone(Person const& person, std::size_t instance, std::string const& phone) {
  read_context(person, instance, "phone=" + encoded(phone));
}

void Player::read_context(Person const& person, std::size_t instance, std::string const& way) {
  Read read;
  auto const document = this->read(instance, "/v1/context?" + way, read);
  if (document.is_null()) return;
  auto const& customer = document.at("customer");
  if (way.starts_with("phone=")) {
    auto const phone = "+" + way.substr(way.find("%2B") + 3);
    read.saw.push_back({"owner:" + phone, value(customer, "id")});
  } else if (customer.at("id") != person.customer) {
    history_.fail(read.what + " answers for " + customer.at("id").get<std::string>() +
                  " instead of " + person.customer);
  }
  std::string const id = customer.at("id");
  read.saw.push_back({"name:" + id, value(customer, "display_name")});
  read.saw.push_back({"live:" + id, all(document.at("live"), "interaction_id"), context_shows});
  read.saw.push_back({"cases:" + id, all(document.at("open_cases"), "id"), context_shows});
  for (auto const& one : document.at("open_cases")) {
    read.saw.push_back({"shown notes:" + one.at("id").get<std::string>(),
                        all(one.at("notes"), "text"), context_shows});
  }
  history_.add(std::move(read));
}

void Player::read_customer(Person const& person, std::size_t instance) {
  Read read;
  auto const document = this->read(instance, "/v1/customers/" + person.customer, read);
  if (document.is_null()) return;
  read.saw.push_back({"name:" + person.customer, value(document, "display_name")});
  history_.add(std::move(read));
}

void Player::read_list(std::size_t instance, std::string const& target, std::string const& view) {
  Read read;
  auto const page = this->read(instance, target + "?limit=200", read);
  if (page.is_null()) return;
  read.saw.push_back({view, all(page.at("items"), "text")});
  history_.add(std::move(read));
}

void Player::read_timeline(Person const& person, std::size_t instance) {
  Read read;
  auto const page =
      this->read(instance, "/v1/customers/" + person.customer + "/timeline?limit=200", read);
  if (page.is_null()) return;
  Saw saw{"timeline:" + person.customer, {}};
  for (auto const& item : page.at("items")) {
    auto const fact = item.at("kind").get<std::string>() + "." + item.at("fact").get<std::string>();
    if (!is_told(fact)) continue;
    saw.tokens.push_back(fact + ":" + item.at("resource_id").get<std::string>());
  }
  if (!page.at("next_cursor").is_null()) saw.most = saw.tokens.size();
  read.saw.push_back(std::move(saw));
  history_.add(std::move(read));
}

void Player::read_all() {
  for (auto const& person : world_.people) {
    for (std::size_t i = 0; i < clients_.size(); ++i) {
      read_context(*person, i, "customer_id=" + person->customer);
      for (auto const& phone : person->phones) {
        read_context(*person, i, "phone=" + encoded(phone));
      }
      read_timeline(*person, i);
      read_customer(*person, i);
      for (auto const& of : person->cases) {
        read_list(i, "/v1/cases/" + of + "/notes", "notes:" + of);
      }
      for (auto const& of : person->interactions) {
        read_list(i, "/v1/interactions/" + of + "/messages", "messages:" + of);
      }
    }
  }
}

void follow_feed(Cluster& cluster, History& history, World& world, std::string& cursor) {
  auto last_news = std::chrono::steady_clock::now();
  for (std::size_t turn = 0;; ++turn) {
    bool const silent = std::chrono::steady_clock::now() - last_news > feed_silence;
    if (world.over && silent) return;
    if (!world.over) last_news = std::chrono::steady_clock::now();
    std::this_thread::sleep_for(feed_pause);
    try {
      auto client = cluster.client(turn % cluster.size());
      client.patience = 2s;
      auto const answer = client.get("/v1/changes?limit=500" + cursor);
      if (answer.status != 200) continue;
      auto const page = answer.json();
      for (auto const& item : page.at("items")) {
        auto const& data = item.at("data");
        std::string const type = item.at("type");
        // Some facts of a customer share a resource: there the position tells them apart.
        auto const id =
            is_told(type) ? data.at("resource_id").get<std::string>() : data.at("position").dump();
        history.deliver({data.at("position"), type + ":" + id, data.at("customer_id"),
                         data.at("version"), history.now()});
        last_news = std::chrono::steady_clock::now();
      }
      cursor = "&cursor=" + page.at("next_cursor").get<std::string>();
    } catch (std::runtime_error const&) {
      continue;  // again, on the next instance
    }
  }
}

}  // namespace throughline::faults

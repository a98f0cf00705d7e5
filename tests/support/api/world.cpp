// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include "support/api/world.hpp"

#include <cstdio>
#include <optional>
#include <stdexcept>

#include "throughline/domain/matches.hpp"
#include "throughline/domain/merges.hpp"
#include "throughline/domain/settings.hpp"
#include "throughline/domain/sla.hpp"

namespace throughline::support {

namespace {

nlohmann::json made(Client& client, std::string const& method, std::string const& target,
                    std::string const& body) {
  auto const answer = client.request(method, target, body);
  if (answer.status / 100 != 2) {
    throw std::runtime_error(method + " " + target + " answered " + std::to_string(answer.status) +
                             ": " + answer.body);
  }
  return answer.json();
}

/// E.164 numbers of Washington D.C., 10,000 to a purpose.
std::string phone_number(int exchange, int number) {
  char text[16];
  std::snprintf(text, sizeof text, "+1202%03d%04d", exchange, number % 10000);
  return text;
}

}  // namespace

World::World(Api& api, Api::Tenant const& tenant, int number, std::string secret) {
  auto client = api.client(tenant.key);
  names_["number"] = std::to_string(number);
  names_["secret"] = std::move(secret);
  names_["email"] = "crystal." + std::to_string(number) + "@example.com";
  names_["phone"] = phone_number(234, number);
  names_["spare_phone"] = phone_number(235, number);
  names_["new_phone"] = phone_number(236, number);
  names_["stranger_phone"] = phone_number(237, number);
  make_promises(api, tenant);
  make_customer(client);
  make_records(client);
  make_handoff(client);
  make_stranger(client);
  make_pair(client);
  make_match(client, api, tenant);
}

/// Not over HTTP, where the answer to a change of settings waits for every instance.
void World::make_promises(Api& api, Api::Tenant const& tenant) {
  auto const actor = api.database().actor(tenant.id);
  api.database().pool().transact(postgres::Mode::write, tenant.id, [&](postgres::Tx& tx) {
    settings::change(tx, actor, sla::settings_section(),
                     R"({"policies": [
                       {"name": "answer", "metric": "first_response", "target_minutes": 10},
                       {"name": "solve", "metric": "resolution", "target_minutes": 600}]})",
                     std::nullopt);
  });
}

void World::make_customer(Client& client) {
  auto const customer = made(client, "PUT", fill("/v1/customers/by/email/<email>"),
                             fill(R"({"display_name": "<secret> Crystal Minh",
                                      "identifiers": [{"type": "phone", "value": "<phone>"},
                                                      {"type": "phone",
                                                       "value": "<spare_phone>"}]})"));
  names_["customer"] = customer.at("id");
}

void World::make_records(Client& client) {
  auto const started =
      made(client, "POST", "/v1/interactions", fill(R"({"channel": "chat", "direction": "inbound",
                                     "identifiers": [{"type": "email", "value": "<email>"}],
                                     "agent": {"kind": "bot", "id": "chat-1"}})"));
  names_["interaction"] = started.at("interaction").at("id");
  auto const said = made(client, "POST", fill("/v1/interactions/<interaction>/messages"),
                         fill(R"({"messages": [{"role": "customer", "text": "<secret> hello"},
                                               {"role": "agent", "text": "<secret> hi"}]})"));
  names_["message"] = said.at("messages").at(0).at("id");
  auto const opened = made(client, "POST", "/v1/cases", fill(R"({"interaction_id": "<interaction>",
                                    "subject": "<secret> shoes"})"));
  names_["case"] = opened.at("id");
  auto const noted = made(client, "POST", fill("/v1/cases/<case>/notes"),
                          fill(R"({"kind": "note", "text": "<secret> called back"})"));
  names_["note"] = noted.at("id");
  auto const promised = made(client, "POST", fill("/v1/cases/<case>/commitments"),
                             fill(R"({"what": "<secret> a call back", "at": "2026-01-01T00:00:00Z",
                                      "due_at": "2027-01-01T00:00:00Z"})"));
  names_["commitment"] = promised.at("id");
}

/// A contact of the customer that a bot offers to a queue.
void World::make_handoff(Client& client) {
  auto const started =
      made(client, "POST", "/v1/interactions", fill(R"({"channel": "chat", "direction": "inbound",
                                     "customer_id": "<customer>",
                                     "agent": {"kind": "bot", "id": "chat-2"}})"));
  names_["handed_interaction"] = started.at("interaction").at("id");
  auto const offered =
      made(client, "POST", "/v1/handoffs", fill(R"({"interaction_id": "<handed_interaction>",
                                     "to": {"queue": "returns"}, "reason": "<secret> asks"})"));
  names_["handoff"] = offered.at("id");
}

void World::make_stranger(Client& client) {
  auto const started =
      made(client, "POST", "/v1/interactions", fill(R"({"channel": "voice", "direction": "inbound",
                                     "identifiers": [{"type": "phone",
                                                      "value": "<stranger_phone>"}]})"));
  names_["stranger_interaction"] = started.at("interaction").at("id");
  names_["stranger"] = started.at("customer").at("id");
}

/// Two customers who were said to be one.
void World::make_pair(Client& client) {
  auto const one = made(client, "PUT", fill("/v1/customers/by/account/pair:1-<number>"), "{}");
  auto const other = made(client, "PUT", fill("/v1/customers/by/account/pair:2-<number>"), "{}");
  names_["pair"] = one.at("id");
  names_["twin"] = other.at("id");
  auto const merged = made(client, "POST", fill("/v1/customers/<pair>/merge"),
                           fill(R"({"with": "<twin>", "reason": "<secret> twice in the CRM"})"));
  names_["merge"] = merged.at("merge").at("id");
}

/// A customer and the two it could be.
void World::make_match(Client& client, Api& api, Api::Tenant const& tenant) {
  // Of names so unlike that no rule asks before this does.
  for (auto const& [name, shown] :
       {std::pair{"doubt", "Jo Abbot"}, {"likely", "Kim Park"}, {"unlikely", "Ana Ruiz"}}) {
    auto const path = fill("/v1/customers/by/account/" + std::string(name) + ":<number>");
    auto const body = fill(R"({"display_name": ")" + std::string(shown) + R"( <secret>"})");
    names_[name] = made(client, "PUT", path, body).at("id");
  }
  auto const id_of = [this](char const* name) { return CustomerId::parse(at(name)).value(); };
  matches::Raised const raised{id_of("doubt"),
                               "several",
                               {{id_of("likely"), "probable", 0.95, "[]", {}},
                                {id_of("unlikely"), "possible", 0.2, "[]", {}}},
                               0};
  auto const actor = api.database().actor(tenant.id);
  std::optional<MatchId> match;
  api.database().pool().transact(postgres::Mode::write, tenant.id, [&](postgres::Tx& tx) {
    auto locked = parts::lock(tx, actor, {&raised.part, 1});
    merges::Facts facts;
    match = matches::raise(tx, actor, locked, raised, facts);
    timeline::append(tx, actor, facts.timeline);
    changes::record(tx, actor, locked, facts.changes);
  });
  names_["match"] = match.value().str();
}

std::string const& World::at(std::string_view name) const {
  auto const found = names_.find(name);
  if (found == names_.end()) throw std::logic_error("a world has no <" + std::string(name) + ">");
  return found->second;
}

std::string World::fill(std::string_view text) const {
  std::string filled;
  for (auto open = text.find('<'); open != std::string_view::npos; open = text.find('<')) {
    auto const close = text.find('>', open);
    filled.append(text.substr(0, open)).append(at(text.substr(open + 1, close - open - 1)));
    text.remove_prefix(close + 1);
  }
  return filled.append(text);
}

World World::with(std::string_view name, std::string value) const {
  World other = *this;
  other.names_.find(name)->second = std::move(value);
  return other;
}

std::map<std::string, std::string> World::ids() const {
  std::map<std::string, std::string> ids;
  for (auto const* name : {"customer", "interaction", "message", "case", "note", "commitment",
                           "handed_interaction", "handoff", "stranger", "stranger_interaction",
                           "pair", "twin", "merge", "match", "doubt", "likely"}) {
    ids[name] = at(name);
  }
  return ids;
}

}  // namespace throughline::support

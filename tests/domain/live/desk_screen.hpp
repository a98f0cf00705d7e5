// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// A server, its customers, and those who watch them.
#pragma once

#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "support/answers.hpp"
#include "support/event_stream.hpp"
#include "support/server.hpp"

namespace throughline::support {

inline ServerOptions with_limits(std::function<void(config::Limits&)> const& change,
                                 Database* database = nullptr) {
  ServerOptions options;
  options.database = database;
  options.configure = [change](config::Config& config) { change(config.limits); };
  return options;
}

struct Screen {
  explicit Screen(ServerOptions options = {}) : server(std::move(options)) {}

  Server server;
  std::string const tenant = Server::make_tenant_name();
  std::string const key = server.make_key(tenant);
  Client client = server.client_with(key);

  /// At version 2; each a second younger than the one before.
  std::string person(std::string const& number) {
    server.clock().advance(std::chrono::seconds(1));
    return id_of(body_of(client.put("/v1/customers/by/account/shop:" + number, "{}"), 201));
  }
  void touch(std::string const& customer, std::string const& name) {
    Json const body{{"display_name", name}};
    body_of(client.patch("/v1/customers/" + customer, body.dump()), 200);
  }
  std::string merge(std::string const& one, std::string const& other) {
    server.clock().advance(std::chrono::seconds(1));
    Json const body{{"with", other}, {"reason", "same passport"}};
    auto const answer = body_of(client.post("/v1/customers/" + one + "/merge", body.dump()), 200);
    return id_of(answer.at("merge"));
  }
  void undo(std::string const& merge) {
    server.clock().advance(std::chrono::seconds(1));
    body_of(client.post("/v1/merges/" + merge + "/undo", "{}"), 200);
  }
  std::string ticket(Json const& body = Json::object()) {
    return body_of(client.post("/v1/live/tickets", body.dump()), 201).at("ticket");
  }

  EventStream listen(std::string const& query, Headers const& headers = {}) {
    return EventStream(server.port(), "/v1/live?" + query, key, headers);
  }
  /// Who is there already, its first event taken.
  EventStream watch(std::string const& query, Headers const& headers = {}) {
    auto stream = listen(query, headers);
    if (stream.head().status != 200) throw std::runtime_error("not let in");
    CHECK(stream.take().type == "ready");
    return stream;
  }
  /// The whole feed.
  std::vector<Json> feed() {
    std::vector<Json> items;
    std::string cursor;
    for (int quiet = 0; quiet < 20;) {
      auto const batch = body_of(client.get("/v1/changes?limit=1000" + cursor), 200);
      for (auto const& item : batch.at("items")) items.push_back(item);
      cursor = "&cursor=" + batch.at("next_cursor").get<std::string>();
      quiet = batch.at("items").empty() && !batch.at("has_more") ? quiet + 1 : 0;
      if (quiet > 0) std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    return items;
  }
};

/// "customer.updated 3": types and versions.
inline std::vector<std::string> told(std::vector<Event> const& events) {
  std::vector<std::string> texts;
  for (auto const& event : events) {
    texts.push_back(event.type + " " +
                    std::to_string(event.json().at("data").at("version").get<int>()));
  }
  return texts;
}

/// The next so many events.
inline std::vector<Event> take(EventStream& stream, std::size_t count) {
  std::vector<Event> events;
  while (events.size() < count) events.push_back(stream.take());
  return events;
}

/// How often a counter or gauge of /metrics stands.
inline double metric(Server& server, std::string const& series) {
  Client client(server.metrics_port());
  client.recorded = false;
  auto const page = "\n" + client.get("/metrics").body;
  auto const at = page.find("\n" + series + " ");
  return at == std::string::npos ? -1 : std::stod(page.substr(at + series.size() + 2));
}

}  // namespace throughline::support

// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// GET /v1/live?queue=: the handoffs that a team is offered, whoever the
// customer is.
#include <catch2/catch.hpp>

#include "domain/live/desk_screen.hpp"

using namespace throughline;
using namespace throughline::support;

namespace {

Json const mara{{"kind", "human"}, {"id", "mara"}};

/// A chat of a customer of its own, offered to a queue; the handoff's id.
std::string offer(Screen& screen, std::string const& email, std::string const& queue) {
  Json const start{{"channel", "chat"},
                   {"direction", "inbound"},
                   {"agent", {{"kind", "bot"}, {"id", "chat-1"}}},
                   {"identifiers", {{{"type", "email"}, {"value", email}}}}};
  auto const chat =
      id_of(body_of(screen.client.post("/v1/interactions", start.dump()), 201).at("interaction"));
  Json const body{{"interaction_id", chat}, {"to", {{"queue", queue}}}};
  return id_of(body_of(screen.client.post("/v1/handoffs", body.dump()), 201));
}

}  // namespace

TEST_CASE("live: a queue shows its handoffs and no others, live and resumed") {
  Screen screen;
  auto returns = screen.watch("queue=returns");
  auto const start = returns.last_id();
  auto both = screen.watch("queue=billing,returns");
  auto const first = offer(screen, "a@example.com", "returns");
  auto const other = offer(screen, "b@example.com", "billing");
  auto const accept =
      screen.client.post("/v1/handoffs/" + first + "/accept", Json{{"agent", mara}}.dump());
  body_of(accept, 200);

  auto const of = [](Event const& event) {
    return event.type + " " + event.json().at("data").at("resource_id").get<std::string>();
  };
  CHECK(of(returns.take()) == "handoff.offered " + first);
  CHECK(of(returns.take()) == "handoff.accepted " + first);
  CHECK_FALSE(returns.next(std::chrono::milliseconds(100)));
  CHECK(of(both.take()) == "handoff.offered " + first);
  CHECK(of(both.take()) == "handoff.offered " + other);
  CHECK(of(both.take()) == "handoff.accepted " + first);
  auto resumed = screen.watch("queue=returns", {{"Last-Event-ID", start}});
  CHECK(of(resumed.take()) == "handoff.offered " + first);
  CHECK(of(resumed.take()) == "handoff.accepted " + first);
}

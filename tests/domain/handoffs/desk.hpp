// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// A chat that a bot passes on, each call as a request would make it.
#pragma once

#include <chrono>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "support/alarms.hpp"
#include "support/desk.hpp"
#include "throughline/domain/cases.hpp"
#include "throughline/domain/handoffs.hpp"

namespace throughline::handoffs {

inline Agent const bot{"bot", "chat-1", "m-4", "p-7", "calm"};
inline Agent const mara{"human", "mara", "", "", ""};
inline Agent const noah{"human", "noah", "", "", ""};
inline constexpr char const* caller = "+19776252661";

inline interactions::NewMessage line(std::string role, std::string text) {
  interactions::NewMessage message;
  message.role = std::move(role);
  message.text = std::move(text);
  return message;
}

struct HandoffDesk : support::Desk {
  InteractionId chat = start("chat", caller, bot);

  void pass(std::chrono::seconds time) { actor.now += time; }

  InteractionId start(std::string const& channel, std::string const& from,
                      std::optional<Agent> const& agent = {}) {
    interactions::Start start;
    start.channel = channel;
    start.direction = "inbound";
    start.subject.identifiers = {support::phone(from)};
    start.agent = agent;
    return write([&](postgres::Tx& tx) { return interactions::start(tx, actor, start).id; });
  }
  CaseId open_case() {
    cases::Open open;
    open.interaction = chat;
    open.subject = "Wrong size";
    return write([&](postgres::Tx& tx) { return cases::open(tx, actor, open).id; });
  }
  std::vector<interactions::Appended> say(InteractionId where,
                                          std::vector<interactions::NewMessage> const& lines,
                                          std::optional<Agent> const& agent = {}) {
    return write(
        [&](postgres::Tx& tx) { return interactions::append(tx, actor, where, lines, agent); });
  }
  HandoffId offer_with(Offer const& asked) {
    return write([&](postgres::Tx& tx) { return offer(tx, actor, asked); });
  }
  Offer to_queue(std::string queue = "returns") {
    Offer asked;
    asked.interaction = chat;
    asked.to.queue = std::move(queue);
    return asked;
  }
  HandoffId offered() { return offer_with(to_queue()); }
  void take(HandoffId id, Agent const& agent, std::optional<InteractionId> own = {},
            std::optional<std::int64_t> expected = {}) {
    write([&](postgres::Tx& tx) { accept(tx, actor, id, {agent, own}, expected); });
  }
  void turn_down(HandoffId id, std::optional<Agent> const& agent = {}) {
    write([&](postgres::Tx& tx) { decline(tx, actor, id, {"No time", agent}, {}); });
  }
  void take_back(HandoffId id) {
    write([&](postgres::Tx& tx) { cancel(tx, actor, id, {"Solved it", {}}, {}); });
  }
  void show(HandoffId id, Agent const& agent) {
    write([&](postgres::Tx& tx) { throughline::handoffs::read(tx, actor, id, agent); });
  }
  /// What the sweeper does at this moment; how many alarms rang.
  std::size_t ring() { return support::ring(database, tenant, actor.now); }

  Whole whole(HandoffId id) {
    return Desk::read([&](postgres::Tx& tx) { return get(tx, id); });
  }
  Handoff found(HandoffId id) { return whole(id).handoff; }
  nlohmann::json packet(HandoffId id) { return nlohmann::json::parse(whole(id).packet); }
  interactions::Interaction interaction(InteractionId id) {
    return Desk::read([&](postgres::Tx& tx) { return interactions::get(tx, id); });
  }
  /// "handoff.accepted": the facts since then.
  std::vector<std::string> facts_since(std::size_t count) {
    auto const all = facts();
    return {all.begin() + static_cast<std::ptrdiff_t>(count), all.end()};
  }
  /// A sample of /metrics, e.g. `name{label="x"}`; 0 where it has none.
  double metric(std::string const& sample) {
    auto const text = database.metrics().render();
    auto const at = text.find("\n" + sample + " ");
    return at == std::string::npos ? 0 : std::stod(text.substr(at + sample.size() + 2));
  }
};

}  // namespace throughline::handoffs

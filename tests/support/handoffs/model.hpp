// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// What handoffs promise, as a state that one request after the other moves. Small enough to be seen
// right by reading it.
#pragma once

#include <array>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "throughline/base/time.hpp"

namespace throughline::handoffs {

using nlohmann::json;

/// Time moves between requests alone. What has expired is a fact once a sweeper has been through.
struct Moment {
  Timestamp now;
  Timestamp rung;  // everything due until then has been rung
};

struct Over {
  Timestamp at;
  std::string from, to;  // ids of agents; `from` may be empty

  bool operator==(Over const&) const = default;
};

struct Contact {
  std::string id;
  bool live = true;
  std::string outcome;
  std::string agent;  // the current one's id; empty: none
  std::vector<Over> overs;
  std::string waiting;  // handoff that was accepted and whose receiver has said nothing here
  std::vector<std::string> said_by;  // by seq: who said the line, empty for the customer
  std::string last_text;

  bool operator==(Contact const&) const = default;
};

struct Passed {
  std::string id;
  std::size_t contact = 0;
  std::string status = "offered";
  std::string from, to_agent;  // empty: nobody named
  Timestamp expires_at;
  json packet;
  std::optional<Timestamp> answered_at, read_at, first_message_at;
  std::string answered_by;
  std::optional<std::size_t> receiving;
  std::optional<bool> read_before;
  std::map<std::string, Timestamp> reads;

  bool operator==(Passed const&) const = default;
};

/// A customer with two contacts and what was passed on of them.
struct State {
  std::array<Contact, 2> contacts;
  std::vector<Passed> handoffs;

  bool operator==(State const&) const = default;
};

/// A request about them.
struct Op {
  enum class Kind { offer, accept, decline, cancel, read, say, summarise, end };
  Kind kind = Kind::say;
  std::size_t contact = 0;               // offer, say, summarise, end
  std::size_t handoff = 0;               // of those there are
  std::string agent;                     // empty: not named
  std::string to_agent;                  // offer
  std::optional<std::size_t> receiving;  // accept
  std::string role, text;                // say
  std::chrono::seconds ago{0};           // say: the line is so old
  std::chrono::seconds lasts{0};         // offer: until it expires
  std::string outcome;                   // end
};

struct Answered {
  int status = 0;
  std::string code;  // of a problem
  json document;
};

/// Whether this is the answer that the state calls for; the state is then as that answer leaves it.
bool follows(State& state, Moment const& moment, Op const& op, Answered const& answer);

/// What is wrong with a handoff, an interaction or a context's list of what waits, as read after
/// all of that; empty if nothing.
std::string fault_in_handoff(State const& state, Moment const& moment, Passed const& expected,
                             json const& document);
std::string fault_in_contact(Contact const& expected, json const& document);
std::string fault_in_transcript(Contact const& expected, json const& page);
std::string fault_in_pending(State const& state, Moment const& moment, json const& pending);

/// Agents are known by their ids here: those that begin with "bot" are bots.
json agent_json(std::string const& id);

}  // namespace throughline::handoffs

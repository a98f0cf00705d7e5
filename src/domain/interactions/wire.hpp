// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// Interactions and messages as JSON.
#pragma once

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "handing.hpp"
#include "throughline/domain/interactions.hpp"

namespace throughline::interactions::wire {

inline constexpr std::array<std::string_view, 2> statuses{"live", "ended"};

/// Bodies. Each throws Error naming every bad field.
Start read_start(std::string_view body, Actor const& actor);
Patch read_patch(std::string_view body);
End read_end(std::string_view body);
identity::Subject read_identify(std::string_view body, Actor const& actor);
/// A heartbeat's body is empty, or an empty object.
void read_heartbeat(std::string_view body);
struct Append {
  std::vector<NewMessage> messages;
  std::optional<Agent> agent;
};
Append read_append(std::string_view body);

std::string to_json(Interaction const& value);
std::vector<std::string> to_json(std::vector<Interaction> const& interactions);
std::string to_json(Message const& message);
std::vector<std::string> to_json(std::vector<Message> const& messages);

/// The answer of a start; the texts are JSON as their modules gave it, empty where absent.
struct StartedParts {
  std::string interaction;
  std::string customer;
  std::string candidates;
  std::string context;
  std::string not_attached;
};
/// [{"type":…,"value":…,"reason":…}]
std::string not_attached_json(Start const& asked, Started const& started);
std::string started_json(Interaction const& value, bool created, StartedParts const& parts);
std::string identified_json(std::string const& interaction, std::string const& customer);
/// {"messages":[{"id":…,"seq":…}]} in the order appended; `found` holds each of them.
std::string appended_json(std::vector<Appended> const& appended);

/// What idempotency records keep, and back.
std::string to_refs(InteractionId id);
InteractionId parse_refs(std::string_view refs);
std::string to_refs(Started const& started);
Started parse_started_refs(std::string_view refs);
std::string to_refs(std::vector<Appended> const& appended);
std::vector<Appended> parse_appended_refs(std::string_view refs);

/// Columns that hold JSON.
std::string candidates_column(std::vector<identity::Candidate> const& candidates);
std::vector<identity::Candidate> parse_candidates(std::string_view column);
std::string hand_overs_column(HandOvers const& all);
HandOvers parse_hand_overs(std::string_view column);
std::string sources_column(std::vector<NewMessage::Source> const& sources);
std::vector<NewMessage::Source> parse_sources(std::string_view column);

}  // namespace throughline::interactions::wire

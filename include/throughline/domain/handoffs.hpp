// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// Handoffs: the passing of a live conversation from one channel or agent to another, with a packet
// of what was known when it was offered. Accepted once; from then on nobody but who accepted speaks
// as the agent (interactions::hand_over). What is lost on the way is measured here: whether the
// packet was read before the receiver's first message, and how long each side waited.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "throughline/base/actor.hpp"
#include "throughline/base/page.hpp"
#include "throughline/domain/alarms.hpp"
#include "throughline/platform/http.hpp"
#include "throughline/platform/postgres.hpp"

namespace throughline::handoffs {

inline constexpr std::chrono::minutes expires_after_default{10};
inline constexpr std::chrono::hours expires_after_max{24 * 7};
inline constexpr int reads_shown_max = 20;  // of one handoff, the first

// Bounds of a packet's lists, newest or soonest first where nothing else is said.
inline constexpr int steps_max = 20;
inline constexpr int notes_max = 10;
inline constexpr int commitments_max = 20;
inline constexpr int messages_max = 20;   // the last ones, in the order they were said
inline constexpr int knowledge_max = 50;  // sources, the last used first
inline constexpr int identifiers_max = 20;
/// Messages, from the last back, that are looked through for the knowledge in use.
inline constexpr int knowledge_messages_max = 200;
/// Characters of one text in a packet; longer ones end in "…".
inline constexpr int packet_text_max = 2000;

/// Whom it is offered to: at least one of the three. Where an agent is named, nobody else may
/// accept or decline.
struct To {
  std::string channel, queue;
  std::optional<Agent> agent;
};

struct Offer {
  InteractionId interaction;
  To to;
  std::optional<Agent> agent;  // who offers; else the interaction's current agent
  std::string reason;
  // Stand in the packet in place of the interaction's summary and the case's open question.
  std::string summary, open_question;
  std::optional<Timestamp> expires_at;  // else expires_after_default from now
};

/// Offers a live interaction and freezes its packet. Throws invalid naming the field: no
/// interaction, an expiry that has passed or is further off than expires_after_max; conflict where
/// the interaction has ended or is offered already; handed_off where it was handed over and the
/// offer comes from another than its current agent, or names none.
HandoffId offer(postgres::Tx& tx, Actor const& actor, Offer const& offer);

struct Accept {
  Agent agent;
  /// The receiver's own contact with the customer, where the conversation goes on there: live, of
  /// the same customer. It is handed over with the one that was offered.
  std::optional<InteractionId> interaction;
};
/// Once: the second to accept, decline or cancel finds a conflict, and so does who comes when it
/// has expired. What was done before by the same agent is done (nothing is written). Also after the
/// interaction has ended: the conversation may go on elsewhere. Throws not_found, version_mismatch,
/// conflict where it was offered to another agent, and invalid: /agent for who offered it,
/// /interaction_id.
void accept(postgres::Tx& tx, Actor const& actor, HandoffId id, Accept const& accept,
            std::optional<std::int64_t> expected);

/// Why it was not to be, and who says so.
struct Refusal {
  std::string reason;
  std::optional<Agent> agent;
};
/// By the receiving side. Throws as accept().
void decline(postgres::Tx& tx, Actor const& actor, HandoffId id, Refusal const& refusal,
             std::optional<std::int64_t> expected);
/// By the offering side. Throws as accept().
void cancel(postgres::Tx& tx, Actor const& actor, HandoffId id, Refusal const& refusal,
            std::optional<std::int64_t> expected);

/// The packet was shown to this agent; the first time counts, and in whatever state the handoff is.
/// Throws not_found.
void read(postgres::Tx& tx, Actor const& actor, HandoffId id, Agent const& agent);

struct Handoff {
  HandoffId id;
  CustomerId part;  // of the interaction
  CustomerId root;
  std::int64_t version = 0;
  std::string status;  // offered accepted declined expired cancelled
  InteractionId interaction;
  std::string channel;            // of the interaction
  std::optional<CaseId> case_id;  // it was on when it was offered
  std::optional<Agent> from;
  To to;
  std::string reason;
  Timestamp offered_at, expires_at;
  std::optional<Timestamp> answered_at;  // when it ceased to be offered
  std::optional<Agent> answered_by;
  std::string answer_reason;
  std::optional<InteractionId> receiving_interaction;
  std::optional<Timestamp> read_at;           // by who accepted
  std::optional<Timestamp> first_message_at;  // of who accepted, in either interaction
  std::optional<bool> read_before_first_message;
};
struct Read {
  Agent agent;
  Timestamp at;
};
/// A handoff with what lists leave out.
struct Whole {
  Handoff handoff;
  std::string packet;  // JSON text, to the letter as it was offered
  std::vector<Read> reads;
};
/// Throws not_found.
Whole get(postgres::Tx& tx, HandoffId id);

struct Filter {
  std::optional<std::string> status, queue;
  /// The id of whom it was offered to, or who accepted it.
  std::optional<std::string> agent;
};
/// The latest offer first.
Page<Handoff> list(postgres::Tx& tx, Filter const& filter, PageRequest const& page);

/// POST, GET /v1/handoffs · GET /v1/handoffs/{id} · POST …/accept …/decline …/cancel …/read
std::vector<http::Route> routes();

/// An offer that nobody answered expires at its moment.
std::vector<alarms::Handler> alarms();

}  // namespace throughline::handoffs

// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// Interactions: one contact on one channel, and its messages. Starting one is the bot's first call:
// it resolves or creates the customer and is never refused for doubt.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "throughline/base/actor.hpp"
#include "throughline/base/error.hpp"
#include "throughline/base/page.hpp"
#include "throughline/domain/alarms.hpp"
#include "throughline/domain/identity.hpp"
#include "throughline/platform/http.hpp"
#include "throughline/platform/postgres.hpp"

namespace throughline::interactions {

inline constexpr std::size_t messages_per_request_max = 100;
inline constexpr std::size_t sources_per_message_max = 20;
/// Kept of one interaction: a late line of before them all is anybody's.
inline constexpr std::size_t hand_overs_max = 20;

struct Start {
  std::string channel;    // voice chat email sms social in_app web store
  std::string direction;  // inbound outbound
  identity::Subject subject;
  std::optional<Agent> agent;
  std::string intent;  // empty if not given
  std::optional<CaseId> case_id;
  std::optional<ExternalId> external_id;
  std::optional<Timestamp> started_at;  // the past, with customers:write; never the future
};

struct Started {
  InteractionId id;
  bool repeated = false;  // external_id was known: `id` is the first one's, nothing was written
  bool created = false;   // a customer was made
  /// Identifiers that were brought and not attached, though nobody else holds them.
  struct NotAttached {
    std::size_t place = 0;  // in the start's identifiers
    std::string reason;     // as identity::NotAttached
  };
  std::vector<NotAttached> not_attached = {};
};

/// Starts an interaction on the part its deciding identifier hangs on. In doubt: on a provisional
/// part of its own, candidates recorded; without identifiers on one without candidates. A case that
/// is named decides where the identifiers don't. Throws Code::invalid naming the field for an
/// unknown customer or case, conflict for a case of another customer.
Started start(postgres::Tx& tx, Actor const& actor, Start const& start);

struct Interaction {
  InteractionId id;
  CustomerId part;
  CustomerId root;
  std::int64_t version = 0;
  std::string channel, direction, status;  // status: live ended
  std::optional<Agent> agent;
  std::string intent, summary, outcome;
  std::optional<CaseId> case_id;
  bool fell_silent = false;         // and so ended as abandoned: it revives
  std::optional<double> sentiment;  // -1 … 1: the customer's, by their lines or as somebody said
  std::optional<double> sentiment_before;  // its slow average
  std::string trend;                       // of the sentiment: falling steady rising; or empty
  std::int64_t message_count = 0;
  Timestamp started_at;
  std::optional<Timestamp> ended_at, last_message_at;
  std::optional<Timestamp>
      handed_over_at;  // last; since then nobody but `agent` speaks as the agent
  std::optional<ExternalId> external_id;
  // how the customer was found
  std::string decision, grade, assurance;
  std::vector<identity::Candidate> candidates;
};
/// Throws not_found.
Interaction get(postgres::Tx& tx, InteractionId id);

struct Filter {
  std::optional<std::string> status, channel, agent;
};
/// Newest first.
Page<Interaction> list(postgres::Tx& tx, Filter const& filter, PageRequest const& page);

struct Patch {
  customers::Patched<CaseId> case_id;
  customers::Patched<std::string> intent, summary;
  customers::Patched<double> sentiment;
};
/// Also after the end. Throws version_mismatch, not_found, conflict for a case of another customer.
void update(postgres::Tx& tx, Actor const& actor, InteractionId id, Patch const& patch,
            std::optional<std::int64_t> expected);

/// Puts an interaction on a case of the same root, in the caller's transaction; the interaction's
/// root must be locked. For cases, which open with one. Does not record a change: the caller does.
void link_case(postgres::Tx& tx, Actor const& actor, InteractionId id, CaseId case_id);

/// Makes `to` the current agent of these interactions, whose roots must be locked: from actor.now
/// on the agent's lines of all others are refused (handed_off), and those that name nobody. What
/// was said before is taken as ever, and so are the customer's lines, summary and end. Raises their
/// versions; does not record a change: the caller does. For handoffs, which name the one accepted.
void hand_over(postgres::Tx& tx, Actor const& actor, std::span<InteractionId const> ids,
               Agent const& to, HandoffId handoff);
/// Throws handed_off where the agent's lines of `agent` would be refused now; the interaction's
/// root must be locked.
void check_agent(postgres::Tx& tx, Actor const& actor, InteractionId id,
                 std::optional<Agent> const& agent);

/// outcome: resolved unresolved escalated transferred abandoned. Ending twice with the same outcome
/// does nothing, with another is conflict; what fell silent is ended all the same, for good.
/// ended_at: the past, with customers:write.
struct End {
  std::string outcome;
  std::optional<std::string> summary;
  std::optional<Timestamp> ended_at;
};
void end(postgres::Tx& tx, Actor const& actor, InteractionId id, End const& end,
         std::optional<std::int64_t> expected);

/// Still there: a sign of life, which moves no version. Throws conflict once ended.
void heartbeat(postgres::Tx& tx, Actor const& actor, InteractionId id);

/// The caller has said who they are: joins this interaction's part to that customer
/// (identity::join). Identifiers must lead to exactly one customer (ambiguous, or not_found,
/// otherwise).
void identify(postgres::Tx& tx, Actor const& actor, InteractionId id,
              identity::Subject const& subject);

struct NewMessage {
  std::string role;  // customer agent system
  std::string text;
  std::optional<Timestamp> at;  // the past, with customers:write
  std::optional<double> sentiment;
  struct Source {
    std::string id;
    std::string version;
  };
  std::vector<Source> sources;
  std::optional<ExternalId> external_id;
};
struct Message {
  MessageId id;
  std::int64_t seq = 0;  // from 1, without gaps, in order of commit
  std::string role, text;
  Timestamp at;
  std::optional<double> sentiment;
  std::vector<NewMessage::Source> sources;
  std::optional<Agent> agent;
  std::optional<ExternalId> external_id;
};
struct Appended {
  MessageId id;
  bool repeated = false;  // external_id was known: `id` is the first one's, nothing was written
  std::int64_t seq = 0;   // 0 for a repeat: it stands in the message itself
};

/// Appends in the order given, numbered on from the interaction's row, all or nothing; also after
/// the end (late lines). `agent` speaks the agent's lines and becomes the interaction's current
/// agent while it is live, unless it was handed over: then another agent's lines are refused
/// (handed_off) but for those of before, and who accepted stays the current one. Lines of the
/// customer and of agents are signs of life, and revive what fell silent unless they were said
/// before it did; the customer's sentiments move the contact's.
std::vector<Appended> append(postgres::Tx& tx, Actor const& actor, InteractionId id,
                             std::span<NewMessage const> messages,
                             std::optional<Agent> const& agent);

/// Appends to many interactions in one transaction, by statements for all of them; each request is
/// served, repeated or refused alone and whole, as append() would.
class Appending {
 public:
  /// Points to what outlives the Appending.
  struct Asked {
    Actor const* actor;
    InteractionId id;
    std::span<NewMessage const> messages;
    std::optional<Agent> agent;
  };
  struct Outcome {
    std::optional<Error> error;
    /// The customer was joined meanwhile: to be asked again in another transaction.
    bool moved = false;
    // Neither of these:
    std::vector<Appended> appended;
    std::set<CustomerId> roots;  // whose versions it raised, or the first ones of its repeats did
  };
  /// Locks the customers and looks, by statements that travel with the transaction's next one.
  Appending(postgres::Tx& tx, std::vector<Asked> asked);
  Appending(Appending const&) = delete;
  Appending& operator=(Appending const&) = delete;
  ~Appending();
  /// Decides and writes, in the order given, but for those not `wanted`: they leave nothing behind
  /// and have an empty outcome.
  std::vector<Outcome> finish(std::vector<bool> const& wanted);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// The transcript, oldest first.
Page<Message> messages(postgres::Tx& tx, InteractionId id, PageRequest const& page);
/// Messages by their ids, in no order; unknown ones are absent.
std::vector<Message> messages(postgres::Tx& tx, std::vector<MessageId> const& ids);

/// A contact that nobody has heard of for as long as its channel allows (interactions_presence.hpp)
/// is ended as abandoned, at that moment.
std::vector<alarms::Handler> alarms();

/// POST, GET /v1/interactions · GET, PATCH /v1/interactions/{id} · POST …/end …/heartbeat
/// …/identify · POST, GET …/messages
std::vector<http::Route> routes();

}  // namespace throughline::interactions

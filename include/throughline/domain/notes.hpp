// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// Notes: what agents of every channel write on a case and read from it. The simplest module: the
// model for the next one.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "throughline/base/actor.hpp"
#include "throughline/base/error.hpp"
#include "throughline/base/page.hpp"
#include "throughline/platform/http.hpp"
#include "throughline/platform/postgres.hpp"

namespace throughline::notes {

struct NewNote {
  std::string kind;  // note step open_question disclosure
  std::string text;
  std::string channel;  // empty: the interaction's, if one is named
  std::optional<Agent> agent;
  std::optional<InteractionId> interaction_id;
  std::optional<NoteId> replaces;
  std::optional<ExternalId> external_id;
  std::optional<Timestamp> at;  // the past, with customers:write
};
struct Added {
  NoteId id;
  bool repeated = false;  // external_id was known
};
/// Adds a note; an open_question becomes the case's. A note is corrected by one that replaces it:
/// both stay, the context shows the newer. Throws not_found for the case; Code::invalid naming the
/// field for an unknown interaction, or a replaced note of another case or already replaced.
Added add(postgres::Tx& tx, Actor const& actor, CaseId case_id, NewNote const& note);

struct Note {
  NoteId id;
  CaseId case_id;
  std::string kind, text, channel;
  std::optional<Agent> agent;
  std::optional<InteractionId> interaction_id;
  std::optional<NoteId> replaces, replaced_by;
  Timestamp at;
  std::optional<ExternalId> external_id;
};
/// Adds many notes in one transaction, by statements for all of them; each is added, repeated or
/// refused alone, as add() would.
class Adding {
 public:
  /// Points to what outlives the Adding.
  struct Asked {
    Actor const* actor;
    CaseId case_id;
    NewNote const* note;
  };
  struct Outcome {
    std::optional<Error> error;
    /// The case's customer was joined meanwhile: to be asked again in another transaction.
    bool moved = false;
    // Neither of these:
    Added added;
    Note note;        // as written; not where it is a repeat
    CustomerId root;  // whose version it raised, or the first one did where it is a repeat
  };
  /// Locks the customers and looks, by statements that travel with the transaction's next one.
  Adding(postgres::Tx& tx, std::vector<Asked> asked);
  Adding(Adding const&) = delete;
  Adding& operator=(Adding const&) = delete;
  ~Adding();
  /// Decides and writes, in the order given, but for those not `wanted`: they leave nothing behind
  /// and have an empty outcome.
  std::vector<Outcome> finish(std::vector<bool> const& wanted);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

Note get(postgres::Tx& tx, NoteId id);
/// Newest first.
Page<Note> list(postgres::Tx& tx, CaseId case_id, PageRequest const& page);

/// POST, GET /v1/cases/{id}/notes
std::vector<http::Route> routes();

}  // namespace throughline::notes

// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// Notes: what agents of every channel write on a case and read from it. The simplest module: the
// model for the next one.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "throughline/base/actor.hpp"
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
Note get(postgres::Tx& tx, NoteId id);
/// Newest first.
Page<Note> list(postgres::Tx& tx, CaseId case_id, PageRequest const& page);

/// POST, GET /v1/cases/{id}/notes
std::vector<http::Route> routes();

}  // namespace throughline::notes

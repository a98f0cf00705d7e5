// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// The SQL of notes.
#pragma once

#include "throughline/domain/notes.hpp"

namespace throughline::notes::store {

void insert(postgres::Tx& tx, Actor const& actor, Note const& note);
std::optional<Note> find(postgres::Tx& tx, NoteId id);
Page<Note> list(postgres::Tx& tx, CaseId case_id, PageRequest const& page);

/// What a note must know of the interaction it was written in.
struct Interaction {
  CustomerId root;
  std::string channel;
};
std::optional<Interaction> interaction(postgres::Tx& tx, InteractionId id);

}  // namespace throughline::notes::store

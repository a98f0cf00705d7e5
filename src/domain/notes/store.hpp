// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// The SQL of notes.
#pragma once

#include <map>

#include "throughline/domain/notes.hpp"
#include "throughline/domain/parts.hpp"

namespace throughline::notes::store {

/// A note to be written, and by whom.
struct NewRow {
  Actor const* actor;
  Note note;
  // Where the note names an interaction of another part: the two parts, for whoever parts them.
  std::optional<CustomerId> case_part, interaction_part;
};
void insert(postgres::Tx& tx, std::span<NewRow const> rows);

/// What a note depends on, as it is under the lock.
struct Look {
  CustomerId part;  // of the case
  CustomerId root;
  std::string open_question;
  std::optional<CustomerId> interaction_root;  // of the interaction named, if there is one
  std::optional<CustomerId> interaction_part;
  std::string interaction_channel;
  std::optional<CaseId> replaced_case;  // of the note to be replaced, if there is one
  bool is_replaced = false;             // it is already
};
/// Both travel with the transaction's next statement. Looks by the place of what was asked; where
/// there is no such case, none.
parts::Locking lock_cases(postgres::Tx& tx, std::span<Adding::Asked const> asked);
postgres::Answer ask_looks(postgres::Tx& tx, std::span<Adding::Asked const> asked);
std::map<std::size_t, Look> read_looks(postgres::Answer const& answer);
/// For parts::rest_on().
extern std::string_view const parts_sql;
std::optional<Note> find(postgres::Tx& tx, NoteId id);
Page<Note> list(postgres::Tx& tx, CaseId case_id, PageRequest const& page);

}  // namespace throughline::notes::store

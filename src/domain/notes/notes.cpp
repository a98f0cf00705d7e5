// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include "throughline/domain/notes.hpp"

#include "store.hpp"
#include "throughline/domain/cases.hpp"

namespace throughline::notes {

Added add(postgres::Tx& tx, Actor const& actor, CaseId case_id, NewNote const& note) {
  auto const outcome = Adding(tx, {{&actor, case_id, &note}}).finish({true}).front();
  if (outcome.moved) throw postgres::Retry{};
  if (outcome.error) throw Error(*outcome.error);
  return outcome.added;
}

Note get(postgres::Tx& tx, NoteId id) {
  auto note = store::find(tx, id);
  if (!note) throw Error(Code::not_found, "There is no such note.");
  return std::move(*note);
}

Page<Note> list(postgres::Tx& tx, CaseId case_id, PageRequest const& page) {
  cases::get(tx, case_id);
  return store::list(tx, case_id, page);
}

}  // namespace throughline::notes

// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include "throughline/domain/notes.hpp"

#include "store.hpp"
#include "throughline/domain/cases.hpp"
#include "throughline/domain/changes.hpp"
#include "throughline/domain/timeline.hpp"
#include "throughline/platform/external_ids.hpp"

namespace throughline::notes {
namespace {

/// The id of the note that had the external id first.
std::optional<NoteId> first_with(postgres::Tx& tx, Actor const& actor, NewNote const& note,
                                 NoteId id) {
  if (!note.external_id) return std::nullopt;
  external_ids::Claim const claim{*note.external_id, id.value};
  auto const first = external_ids::claim(tx, actor, "note", {&claim, 1}).front();
  return first ? std::optional(NoteId{*first}) : std::nullopt;
}

/// The channel the note was written on. Looks after the lock: an interaction that answers under the
/// locked root cannot leave it meanwhile.
std::string channel_of(postgres::Tx& tx, NewNote const& note, CustomerId root) {
  if (!note.interaction_id) return note.channel;
  auto const interaction = store::interaction(tx, *note.interaction_id);
  if (!interaction) throw Error({FieldError{"/interaction_id", "is no interaction"}});
  if (interaction->root != root) {
    throw Error({FieldError{"/interaction_id",
                            "is another customer's interaction; identify its caller first"}});
  }
  return note.channel.empty() ? interaction->channel : note.channel;
}

void check_replaced(postgres::Tx& tx, NoteId replaced, CaseId case_id) {
  auto const old = store::find(tx, replaced);
  if (!old || old->case_id != case_id)
    throw Error({FieldError{"/replaces", "is no note of this case"}});
  if (old->replaced_by) {
    throw Error({FieldError{"/replaces", "was replaced before; replace the newer note"}});
  }
}

/// Records the note and, where it asked one, the case's new open question.
void record(postgres::Tx& tx, Actor const& actor, cases::LockedCase& at_case, Note const& note) {
  CustomerId const part = at_case.value.part;
  std::vector<changes::Change> facts{
      {changes::Type::note_added, part, note.id.value, {}, note.agent}};
  if (note.kind == "open_question" && note.text != at_case.value.open_question) {
    cases::set_open_question(tx, actor, note.case_id, note.text);
    facts.push_back(
        {changes::Type::case_updated, part, note.case_id.value, {"open_question"}, note.agent});
  }
  timeline::Entry const entry{
      part,          note.at,      timeline::Kind::note, "added",
      note.id.value, note.channel, note.case_id,         note.interaction_id};
  timeline::append(tx, actor, {&entry, 1});
  changes::record(tx, actor, at_case.locked, facts);
}

}  // namespace

Added add(postgres::Tx& tx, Actor const& actor, CaseId case_id, NewNote const& asked) {
  Note note;
  note.id = NoteId::make(actor.now);
  note.case_id = case_id;
  note.at = record_time(actor, asked.at, "/at");
  if (auto const first = first_with(tx, actor, asked, note.id)) {
    cases::get(tx, case_id);
    return {*first, true};
  }
  auto at_case = cases::lock(tx, actor, case_id);
  note.channel = channel_of(tx, asked, at_case.value.root);
  if (asked.replaces) check_replaced(tx, *asked.replaces, case_id);
  note.kind = asked.kind;
  note.text = asked.text;
  note.agent = asked.agent;
  note.interaction_id = asked.interaction_id;
  note.replaces = asked.replaces;
  note.external_id = asked.external_id;
  store::insert(tx, actor, note);
  record(tx, actor, at_case, note);
  return {note.id, false};
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

// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// Adding notes: lock and look for all of them, then decide one after the other, then write.
#include <map>
#include <set>
#include <utility>

#include "store.hpp"
#include "throughline/domain/cases.hpp"
#include "throughline/domain/changes.hpp"
#include "throughline/domain/notes.hpp"
#include "throughline/domain/timeline.hpp"
#include "throughline/platform/external_ids.hpp"

namespace throughline::notes {

using Asked = Adding::Asked;
using Outcome = Adding::Outcome;

struct Adding::Impl {
  Impl(postgres::Tx& on, std::vector<Asked> what);

  std::vector<external_ids::Claim> claims() const;
  void find_repeats();
  Outcome decide(std::size_t place, store::Look const* look);
  Note to_write(std::size_t place, store::Look const& look);
  void check_replaced(Note const& note, store::Look const& look);
  void note_down(Asked const& asked, Note const& note, store::Look const& look);
  void give_back(std::size_t place);
  void write();

  postgres::Tx& tx;
  std::vector<Asked> const asked;
  std::vector<NoteId> ids;            // as they will be, unless their external id has one
  std::vector<std::size_t> claiming;  // places with an external id
  external_ids::Claims external;
  parts::Locking locking;
  postgres::Answer looks;

  std::map<std::size_t, NoteId> firsts;  // of places whose external id was known
  std::map<Uuid, CustomerId> roots;      // of those, and of this batch's that have one
  std::set<NoteId> replaced;             // by notes of this batch
  std::map<CaseId, std::string> questions;
  std::vector<external_ids::Claim> unused;
  std::set<NoteId> given_back;
  std::vector<store::NewRow> rows;
  std::vector<timeline::Entry> entries;
  std::vector<changes::Deed> deeds;
};

namespace {

std::vector<NoteId> new_ids(std::vector<Asked> const& asked) {
  std::vector<NoteId> ids;
  for (Asked const& one : asked) ids.push_back(NoteId::make(one.actor->now));
  return ids;
}

std::vector<std::size_t> with_external_id(std::vector<Asked> const& asked) {
  std::vector<std::size_t> places;
  for (std::size_t i = 0; i < asked.size(); ++i) {
    if (asked[i].note->external_id) places.push_back(i);
  }
  return places;
}

}  // namespace

Adding::Impl::Impl(postgres::Tx& on, std::vector<Asked> what)
    : tx(on),
      asked(std::move(what)),
      ids(new_ids(asked)),
      claiming(with_external_id(asked)),
      external(tx, "note", claims()),
      locking(store::lock_cases(tx, asked)),
      looks(store::ask_looks(tx, asked)) {}

std::vector<external_ids::Claim> Adding::Impl::claims() const {
  std::vector<external_ids::Claim> list;
  for (auto const place : claiming)
    list.push_back({*asked[place].note->external_id, ids[place].value});
  return list;
}

void Adding::Impl::find_repeats() {
  auto const first = external.settle();
  for (std::size_t i = 0; i < first.size(); ++i) {
    if (first[i]) firsts.emplace(claiming[i], NoteId{*first[i]});
  }
  std::vector<Uuid> known;
  for (auto const& [place, id] : firsts) known.push_back(id.value);
  roots = parts::rest_on(tx, store::parts_sql, known);
}

/// A claim that this transaction made for a note that will not be.
void Adding::Impl::give_back(std::size_t place) {
  given_back.insert(ids[place]);
  if (asked[place].note->external_id && !firsts.contains(place))
    unused.push_back({*asked[place].note->external_id, ids[place].value});
}

Outcome Adding::Impl::decide(std::size_t place, store::Look const* look) {
  Asked const& one = asked[place];
  Outcome outcome;
  try {
    auto const at = record_time(*one.actor, one.note->at, "/at");
    if (look == nullptr) throw Error(Code::not_found, "There is no such case.");
    if (auto const first = firsts.find(place); first != firsts.end()) {
      // It may have been claimed by a note of this batch that was refused.
      outcome.moved = given_back.contains(first->second);
      outcome.added = {first->second, true};
      if (!outcome.moved) outcome.root = roots.at(first->second.value);
      return outcome;
    }
    if (!locking.add(look->part, look->root)) {
      outcome.moved = true;
      give_back(place);
      return outcome;
    }
    outcome.note = to_write(place, *look);
    outcome.note.at = at;
    check_replaced(outcome.note, *look);
    outcome.added = {outcome.note.id, false};
    outcome.root = look->root;
    if (outcome.note.external_id) roots.emplace(outcome.note.id.value, look->root);
    note_down(one, outcome.note, *look);
  } catch (Error const& error) {
    outcome.error = error;
    give_back(place);
  }
  return outcome;
}

/// Looked at under the lock: an interaction that answers under the locked root cannot leave it
/// meanwhile.
Note Adding::Impl::to_write(std::size_t place, store::Look const& look) {
  NewNote const& from = *asked[place].note;
  Note note;
  note.id = ids[place];
  note.case_id = asked[place].case_id;
  note.kind = from.kind;
  note.text = from.text;
  note.channel = from.channel;
  note.agent = from.agent;
  note.interaction_id = from.interaction_id;
  note.replaces = from.replaces;
  note.external_id = from.external_id;
  if (!note.interaction_id) return note;
  if (!look.interaction_root) throw Error({FieldError{"/interaction_id", "is no interaction"}});
  if (*look.interaction_root != look.root) {
    throw Error({FieldError{"/interaction_id",
                            "is another customer's interaction; identify its caller first"}});
  }
  if (note.channel.empty()) note.channel = look.interaction_channel;
  return note;
}

void Adding::Impl::check_replaced(Note const& note, store::Look const& look) {
  if (!note.replaces) return;
  if (look.replaced_case != note.case_id)
    throw Error({FieldError{"/replaces", "is no note of this case"}});
  if (look.is_replaced || !replaced.insert(*note.replaces).second)
    throw Error({FieldError{"/replaces", "was replaced before; replace the newer note"}});
}

/// The note and, where it asks one, the case's new open question.
void Adding::Impl::note_down(Asked const& one, Note const& note, store::Look const& look) {
  CustomerId const part = look.part;
  store::NewRow row{one.actor, note, {}, {}};
  if (look.interaction_part && *look.interaction_part != part) {
    row.case_part = part;
    row.interaction_part = look.interaction_part;
  }
  rows.push_back(std::move(row));
  entries.push_back({part, note.at, timeline::Kind::note, "added", note.id.value, note.channel,
                     note.case_id, note.interaction_id});
  deeds.push_back({one.actor, {changes::Type::note_added, part, note.id.value, {}, note.agent}});
  auto& question = questions.try_emplace(note.case_id, look.open_question).first->second;
  if (note.kind != "open_question" || note.text == question) return;
  question = note.text;
  cases::set_open_question(tx, *one.actor, note.case_id, note.text);
  deeds.push_back(
      {one.actor,
       {changes::Type::case_updated, part, note.case_id.value, {"open_question"}, note.agent}});
}

void Adding::Impl::write() {
  if (!unused.empty()) external_ids::release(tx, *asked.front().actor, "note", unused);
  if (rows.empty()) return;
  store::insert(tx, rows);
  timeline::append(tx, *asked.front().actor, entries);
  changes::record(tx, locking.locked(), deeds);
}

Adding::Adding(postgres::Tx& tx, std::vector<Asked> asked)
    : impl_(std::make_unique<Impl>(tx, std::move(asked))) {}

Adding::~Adding() = default;

std::vector<Outcome> Adding::finish(std::vector<bool> const& wanted) {
  impl_->find_repeats();
  auto const looks = store::read_looks(impl_->looks);
  std::vector<Outcome> outcomes(impl_->asked.size());
  for (std::size_t i = 0; i < outcomes.size(); ++i) {
    if (wanted[i]) {
      auto const look = looks.find(i);
      outcomes[i] = impl_->decide(i, look == looks.end() ? nullptr : &look->second);
    } else {
      impl_->give_back(i);
    }
  }
  impl_->write();
  return outcomes;
}

}  // namespace throughline::notes

// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// Appending messages: lock and look for all requests, then decide one after the other, then write.
#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "case_words.hpp"
#include "hearing.hpp"
#include "store.hpp"
#include "throughline/domain/changes.hpp"
#include "throughline/domain/interactions.hpp"
#include "throughline/domain/parts.hpp"
#include "throughline/domain/timeline.hpp"
#include "throughline/domain/warnings.hpp"
#include "throughline/platform/external_ids.hpp"

namespace throughline::interactions {

using Asked = Appending::Asked;
using Outcome = Appending::Outcome;

namespace {

using Ids = std::vector<std::vector<MessageId>>;  // of each request's messages

Ids new_ids(std::vector<Asked> const& asked) {
  Ids ids(asked.size());
  for (std::size_t i = 0; i < asked.size(); ++i) {
    for (std::size_t k = 0; k < asked[i].messages.size(); ++k)
      ids[i].push_back(MessageId::make(asked[i].actor->now));
  }
  return ids;
}

std::vector<external_ids::Claim> claims(std::vector<Asked> const& asked, Ids const& ids) {
  std::vector<external_ids::Claim> list;
  for (std::size_t i = 0; i < asked.size(); ++i) {
    for (std::size_t k = 0; k < asked[i].messages.size(); ++k) {
      if (auto const& external = asked[i].messages[k].external_id)
        list.push_back({*external, ids[i][k].value});
    }
  }
  return list;
}

}  // namespace

struct Appending::Impl {
  Impl(postgres::Tx& on, std::vector<Asked> what)
      : tx(on),
        asked(std::move(what)),
        ids(new_ids(asked)),
        external(tx, "message", claims(asked, ids)),
        locking(store::lock_interactions(tx, asked)),
        looks(store::ask_tails(tx, asked)) {
    auto const felt = contacts_that_tell(asked);
    if (!felt.empty()) moods.emplace(tx, felt);
  }

  void find_repeats();
  std::vector<Appended> number(std::size_t place);
  std::vector<Timestamp> times(Asked const& one) const;
  Outcome decide(std::size_t place);
  void note_down(std::size_t place, std::vector<Appended>& appended,
                 std::vector<Timestamp> const& at, store::Tail& tail);
  void note_revival(Asked const& one, store::Tail const& tail);
  void check_speakers(std::size_t place, std::vector<Appended> const& appended,
                      std::vector<Timestamp> const& at, store::Tail const& tail) const;
  void hear_receiver(Asked const& one, store::Tail const& tail, std::optional<Agent> const& agent,
                     Timestamp at);
  void tell_first_words();
  void give_back(std::size_t place);
  void write();

  postgres::Tx& tx;
  std::vector<Asked> const asked;
  Ids const ids;  // as they will be, unless their external id has one
  external_ids::Claims external;
  parts::Locking locking;
  postgres::Answer looks;
  std::optional<warnings::Moods> moods;  // where somebody says how they feel

  std::map<InteractionId, store::Tail> tails;  // as the batch leaves them
  std::map<MessageId, MessageId> firsts;       // of messages whose external id was known
  std::map<Uuid, CustomerId> roots;            // of those, and of this batch's that have one
  std::set<MessageId> given_back;
  std::vector<external_ids::Claim> unused;
  std::vector<store::NewRow> rows;
  std::vector<alarms::Alarm> revivals;
  std::vector<timeline::Entry> entries;
  std::vector<changes::Deed> deeds;
  CaseWords on_cases;
  std::map<HandoffId, store::Said> first_words;  // of who accepted them
};

void Appending::Impl::find_repeats() {
  auto const found = external.settle();
  std::size_t claim = 0;
  for (std::size_t i = 0; i < asked.size(); ++i) {
    for (std::size_t k = 0; k < asked[i].messages.size(); ++k) {
      if (!asked[i].messages[k].external_id) continue;
      if (auto const& first = found[claim++]) firsts.emplace(ids[i][k], MessageId{*first});
    }
  }
  std::vector<Uuid> known;
  for (auto const& [repeat, first] : firsts) known.push_back(first.value);
  roots = parts::rest_on(tx, store::message_parts_sql, known);
}

/// Whether that is what the receiver of a handoff says first: in the order in which it came in, as
/// if each request had come alone, whatever times the lines tell.
void Appending::Impl::hear_receiver(Asked const& one, store::Tail const& tail,
                                    std::optional<Agent> const& agent, Timestamp at) {
  if (!tail.handoff || at < tail.hand_overs.back().at) return;
  first_words.try_emplace(*tail.handoff, store::Said{one.actor, agent, one.id, tail.root, at});
}

void Appending::Impl::tell_first_words() {
  for (FirstWords const& told : store::keep_first_words(tx, first_words)) {
    store::Said const& said = first_words.at(told.handoff);
    locking.add(told.part, said.root);
    deeds.push_back({said.actor,
                     {changes::Type::handoff_updated,
                      told.part,
                      told.handoff.value,
                      {"first_message_at", "read_before_first_message"},
                      said.agent}});
    measure(tx, told);
  }
}

/// Claims that this transaction made for messages that will not be.
void Appending::Impl::give_back(std::size_t place) {
  for (std::size_t k = 0; k < ids[place].size(); ++k) {
    auto const id = ids[place][k];
    auto const& name = asked[place].messages[k].external_id;
    if (!name || firsts.contains(id)) continue;
    given_back.insert(id);
    unused.push_back({*name, id.value});
  }
}

/// The ids that the request's messages have, its own or of those that came before.
std::vector<Appended> Appending::Impl::number(std::size_t place) {
  std::vector<Appended> appended;
  for (auto const id : ids[place]) {
    auto const first = firsts.find(id);
    appended.push_back(first == firsts.end() ? Appended{id, false, 0}
                                             : Appended{first->second, true, 0});
  }
  return appended;
}

std::vector<Timestamp> Appending::Impl::times(Asked const& one) const {
  std::vector<Timestamp> at;
  for (std::size_t k = 0; k < one.messages.size(); ++k) {
    at.push_back(
        record_time(*one.actor, one.messages[k].at, "/messages/" + std::to_string(k) + "/at"));
  }
  return at;
}

Outcome Appending::Impl::decide(std::size_t place) {
  Outcome outcome;
  try {
    auto const tail = tails.find(asked[place].id);
    if (tail == tails.end()) throw Error(Code::not_found, "There is no such interaction.");
    outcome.appended = number(place);
    auto const at = times(asked[place]);
    // An id may have been claimed by a request of this batch that was refused.
    outcome.moved = std::any_of(
        outcome.appended.begin(), outcome.appended.end(),
        [&](Appended const& one) { return one.repeated && given_back.contains(one.id); });
    bool const all_repeated = std::all_of(outcome.appended.begin(), outcome.appended.end(),
                                          [](Appended const& one) { return one.repeated; });
    for (Appended const& one : outcome.appended) {
      auto const root = one.repeated ? roots.find(one.id.value) : roots.end();
      if (root != roots.end()) outcome.roots.insert(root->second);
    }
    if (all_repeated) return outcome;
    if (!locking.add(tail->second.part, tail->second.root)) outcome.moved = true;
    if (outcome.moved) {
      give_back(place);
      return outcome;
    }
    check_speakers(place, outcome.appended, at, tail->second);
    outcome.roots.insert(tail->second.root);
    note_down(place, outcome.appended, at, tail->second);
  } catch (Error const& error) {
    outcome.error = error;
    give_back(place);
  }
  return outcome;
}

/// When it falls silent again is known to the alarm's handler, which is asked at once.
void Appending::Impl::note_revival(Asked const& one, store::Tail const& tail) {
  Timestamp const now = one.actor->now;
  revivals.push_back({alarms::Kind::interaction_silent, one.id.value, tail.part, now});
  entries.push_back({tail.part, now, timeline::Kind::interaction, "revived", one.id.value,
                     tail.channel, tail.case_id, one.id});
  deeds.push_back(
      {one.actor, {changes::Type::interaction_revived, tail.part, one.id.value, {}, one.agent}});
}

/// After a handoff only the agent who accepted it speaks as the agent.
void Appending::Impl::check_speakers(std::size_t place, std::vector<Appended> const& appended,
                                     std::vector<Timestamp> const& at,
                                     store::Tail const& tail) const {
  if (tail.hand_overs.empty()) return;
  Asked const& one = asked[place];
  for (std::size_t k = 0; k < appended.size(); ++k) {
    if (!appended[k].repeated && one.messages[k].role == "agent")
      check_speaker(tail.hand_overs, one.agent, at[k]);
  }
}

void Appending::Impl::note_down(std::size_t place, std::vector<Appended>& appended,
                                std::vector<Timestamp> const& at, store::Tail& tail) {
  Asked const& one = asked[place];
  auto heard = hear(one, appended, at, tail);
  if (heard.revived) note_revival(one, tail);
  for (std::size_t k = 0; k < appended.size(); ++k) {
    if (appended[k].repeated) continue;
    auto const& message = one.messages[k];
    appended[k].seq = ++tail.last_seq;
    tail.newest = std::max(tail.newest.value_or(at[k]), at[k]);
    auto const said_by = message.role == "agent"
                             ? speaker(tail.hand_overs, one.agent, tail.agent, at[k])
                             : std::nullopt;
    if (message.role == "agent") hear_receiver(one, tail, said_by, at[k]);
    if (message.external_id) roots.emplace(appended[k].id.value, tail.root);
    rows.push_back({one.actor, one.id, appended[k].id, tail.last_seq, &message, at[k], said_by});
    entries.push_back({tail.part, at[k], timeline::Kind::message, "added", appended[k].id.value,
                       tail.channel, tail.case_id, one.id});
    deeds.push_back(
        {one.actor, {changes::Type::message_added, tail.part, appended[k].id.value, {}, said_by}});
    if (tail.on_case)
      on_cases.hear(*tail.on_case, {one.actor, one.id, message.role, said_by, at[k], tail.channel});
  }
  if (!heard.fields.empty()) {
    deeds.push_back({one.actor,
                     {changes::Type::interaction_updated, tail.part, one.id.value,
                      std::move(heard.fields), one.agent ? one.agent : tail.agent}});
  }
  if (heard.felt) moods->feel(*one.actor, {one.id, tail.part, tail.channel}, tail.mood.now, deeds);
}

void Appending::Impl::write() {
  if (!unused.empty()) external_ids::release(tx, *asked.front().actor, "message", unused);
  if (rows.empty()) return;
  alarms::set(tx, revivals);
  if (moods) moods->write();
  store::save_tails(tx, tails);
  store::insert(tx, rows);
  on_cases.write(tx, locking, entries, deeds);
  if (!first_words.empty()) tell_first_words();
  timeline::append(tx, *asked.front().actor, entries);
  changes::record(tx, locking.locked(), deeds);
}

Appending::Appending(postgres::Tx& tx, std::vector<Asked> asked)
    : impl_(std::make_unique<Impl>(tx, std::move(asked))) {}

Appending::~Appending() = default;

std::vector<Outcome> Appending::finish(std::vector<bool> const& wanted) {
  impl_->find_repeats();
  impl_->tails = store::read_tails(impl_->looks);
  std::vector<Outcome> outcomes(wanted.size());
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    if (wanted[i]) {
      outcomes[i] = impl_->decide(i);
    } else {
      impl_->give_back(i);
    }
  }
  impl_->write();
  return outcomes;
}

}  // namespace throughline::interactions

// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// A person decides. Whoever changes a match holds its part's customer locked, so what is read under
// that lock stays true.
#include <algorithm>
#include <iterator>
#include <utility>

#include "domain/matches/store.hpp"
#include "throughline/base/error.hpp"
#include "throughline/domain/changes.hpp"
#include "throughline/domain/matches.hpp"
#include "throughline/domain/merges.hpp"
#include "throughline/domain/timeline.hpp"

namespace throughline::matches {
namespace {

using store::Choice;
using store::Match;

struct Deciding {
  postgres::Tx& tx;
  Actor const& actor;
  Decide asked;
  parts::Locked locked;
  Match match;
  merges::Facts facts;

  /// Whether the match asks about a link that stands, and so about one customer.
  bool of_link() const { return match.reason == "shared"; }
};

Match named(postgres::Tx& tx, MatchId id) {
  auto match = store::find(tx, id);
  if (!match) throw Error(Code::not_found, "There is no such match.");
  return *std::move(match);
}

parts::Locked lock(postgres::Tx& tx, Actor const& actor, Match const& match, Decide const& asked) {
  std::vector<CustomerId> parts{match.part};
  for (Choice const& choice : match.choices) parts.push_back(choice.candidate.part);
  if (asked.customer) parts.push_back(*asked.customer);
  return parts::lock(tx, actor, parts);
}

/// The candidates that the decision is about, whatever was decided of them; without a customer all
/// of this verdict.
std::vector<Choice> meant(Deciding const& with, std::string_view verdict) {
  std::vector<Choice> found;
  auto const& customer = with.asked.customer;
  std::copy_if(with.match.choices.begin(), with.match.choices.end(), std::back_inserter(found),
               [&](Choice const& choice) {
                 if (!customer) return choice.verdict == verdict;
                 return with.locked.has(*customer) &&
                        with.locked.root(*customer).id ==
                            with.locked.root(choice.candidate.part).id;
               });
  if (customer && found.empty()) {
    throw Error({FieldError{"/customer_id", "is no candidate of this match"}});
  }
  return found;
}

bool any_is(std::vector<Choice> const& choices, std::string_view verdict) {
  return std::any_of(choices.begin(), choices.end(),
                     [&](Choice const& choice) { return choice.verdict == verdict; });
}

std::string decided(Match const& match) {
  if (match.status == "not_same") return "This match was decided before: it is none of them.";
  if (match.status == "superseded") {
    if (!match.superseded_by) {
      return "This match was superseded: what it asks has been answered by a merge.";
    }
    return "This match was superseded; match " + match.superseded_by->str() + " asks instead.";
  }
  auto const accepted = std::find_if(match.choices.begin(), match.choices.end(),
                                     [](Choice const& choice) { return choice.verdict == "same"; });
  std::string text = "This match was decided before: merged with customer " +
                     accepted->candidate.part.str() + " by merge " + match.merge.value().str();
  return text + (match.undone ? ", which was undone." : ".");
}

/// Of a match that waits no longer: nothing is left to do, or another decision stands.
void check_repeat(Deciding const& with) {
  bool repeat = false;
  if (with.match.status == "merged") {
    repeat = with.asked.decision == Decision::merge && !with.match.undone &&
             any_is(meant(with, "same"), "same");
  } else if (with.match.status == "not_same") {
    repeat =
        with.asked.decision == Decision::not_same && any_is(meant(with, "not_same"), "not_same");
  }
  if (!repeat) throw Error(Code::conflict, decided(with.match));
}

void conclude(Deciding& with, std::optional<CustomerId> candidate) {
  store::insert(with.tx, with.actor, with.match.id, with.asked, candidate);
  with.facts.changes.push_back(
      {changes::Type::match_decided, with.match.part, with.match.id.value, {}, with.asked.agent});
  timeline::append(with.tx, with.actor, with.facts.timeline);
  changes::record(with.tx, with.actor, with.locked, with.facts.changes);
}

// --- merge -------------------------------------------------------------------------------------

/// The one customer it is to be.
Choice accepted(Deciding const& with) {
  auto choices = meant(with, "");
  std::erase_if(choices, [](Choice const& choice) { return !choice.verdict.empty(); });
  if (choices.empty()) {
    throw Error(Code::conflict, "This candidate was decided before: it is not the same.");
  }
  auto const root = with.locked.root(choices.front().candidate.part).id;
  bool const one = std::all_of(choices.begin(), choices.end(), [&](Choice const& choice) {
    return with.locked.root(choice.candidate.part).id == root;
  });
  if (one) return choices.front();
  throw Error({FieldError{"/customer_id", "is required: the match names several customers"}});
}

void merge(Deciding& with) {
  auto const candidate = accepted(with).candidate;
  // First the match, so that the merge finds it answered and settles only the others.
  store::judge(with.tx, with.match.id, {&candidate.part, 1}, "same");
  store::move(with.tx, with.match.id, "merged", with.match.at);
  if (with.of_link()) return conclude(with, candidate.part);
  merges::Link link;
  link.one = with.match.part;
  link.other = candidate.part;
  link.rule = "match";
  link.evidence_json = candidate.evidence_json;
  link.score = candidate.score;
  link.weights_version = with.match.weights_version;
  link.reason = with.asked.reason;
  link.agent = with.asked.agent;
  auto const merged = merges::merge(with.tx, with.actor, with.locked, link, with.facts);
  store::keep_merge(with.tx, with.match.id, merged.value().id);
  conclude(with, candidate.part);
}

// --- not the same ------------------------------------------------------------------------------

void cut_link(Deciding& with) {
  merges::Undo undo;
  undo.merge = with.match.merge.value();
  undo.reason = with.asked.reason;
  undo.agent = with.asked.agent;
  merges::undo(with.tx, with.actor, with.locked, undo, with.facts);
}

void remember(Deciding const& with, CustomerId candidate) {
  merges::Parting parting;
  parting.one = with.match.part;
  parting.other = candidate;
  parting.source = "review";
  parting.reason = with.asked.reason;
  parting.agent = with.asked.agent;
  merges::part(with.tx, with.actor, with.locked, std::move(parting));
}

void tell_apart(Deciding& with) {
  std::vector<CustomerId> parts;
  for (Choice const& choice : meant(with, "")) {
    if (choice.verdict.empty()) parts.push_back(choice.candidate.part);
  }
  if (parts.empty()) return;
  store::judge(with.tx, with.match.id, parts, "not_same");
  auto const left = std::count_if(with.match.choices.begin(), with.match.choices.end(),
                                  [](Choice const& choice) { return choice.verdict.empty(); });
  if (static_cast<std::size_t>(left) == parts.size()) {
    store::move(with.tx, with.match.id, "not_same", with.match.at);
  }
  if (with.of_link()) {
    cut_link(with);
  } else {
    for (CustomerId const part : parts) remember(with, part);
  }
  timeline::Entry entry{};
  entry.part = with.match.part;
  entry.at = with.actor.now;
  entry.kind = timeline::Kind::identity;
  entry.fact = "not_same";
  entry.resource = with.match.id.value;
  with.facts.timeline.push_back(std::move(entry));
  conclude(with, with.asked.customer ? std::optional(parts.front()) : std::nullopt);
}

// --- later -------------------------------------------------------------------------------------

void put_back(Deciding& with) {
  Timestamp const until = with.asked.until.value_or(with.actor.now + later_default);
  if (until <= with.actor.now) throw Error({FieldError{"/until", "must lie in the future"}});
  if (until > with.actor.now + later_max) {
    throw Error({FieldError{"/until", "must lie within 366 days"}});
  }
  if (with.match.status == "later" && with.match.at == until) return;
  with.asked.until = until;
  store::move(with.tx, with.match.id, "later", until);
  conclude(with, std::nullopt);
}

}  // namespace

std::string_view name(Decision decision) {
  switch (decision) {
    case Decision::merge:
      return "merge";
    case Decision::not_same:
      return "not_same";
    case Decision::later:
      return "later";
  }
  return "later";
}

void decide(postgres::Tx& tx, Actor const& actor, MatchId id, Decide const& asked) {
  auto locked = lock(tx, actor, named(tx, id), asked);
  Deciding with{tx, actor, asked, std::move(locked), named(tx, id), {}};
  if (with.match.status != "open" && with.match.status != "later") return check_repeat(with);
  switch (asked.decision) {
    case Decision::merge:
      return merge(with);
    case Decision::not_same:
      return tell_apart(with);
    case Decision::later:
      return put_back(with);
  }
}

}  // namespace throughline::matches

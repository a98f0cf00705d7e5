// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// A question is put to people, unless it was before.
#include <algorithm>
#include <array>
#include <iterator>
#include <map>
#include <set>

#include "domain/matches/store.hpp"
#include "domain/matches/wire.hpp"
#include "throughline/domain/changes.hpp"
#include "throughline/domain/matches.hpp"
#include "throughline/domain/merges.hpp"
#include "throughline/domain/timeline.hpp"

namespace throughline::matches {
namespace {

/// A candidate and the customer it stands for.
struct Possible {
  CustomerId root;
  Candidate candidate;
};
using Roots = std::set<CustomerId>;

/// The first of each customer, without the one that the part belongs to.
std::vector<Possible> by_customer(postgres::Tx& tx, CustomerId own, Raised const& raised) {
  std::vector<CustomerId> parts;
  for (Candidate const& candidate : raised.candidates) parts.push_back(candidate.part);
  auto const roots = store::roots_of(tx, parts);
  Roots seen{own};
  std::vector<Possible> possible;
  for (Candidate const& candidate : raised.candidates) {
    CustomerId const root = roots.at(candidate.part);
    if (seen.insert(root).second) possible.push_back({root, candidate});
  }
  return possible;
}

std::vector<CustomerId> roots_of(std::vector<Possible> const& possible) {
  std::vector<CustomerId> roots;
  for (Possible const& one : possible) roots.push_back(one.root);
  return roots;
}

/// Who was told apart from a customer, and how much had spoken for them then.
std::map<CustomerId, double> told_apart(postgres::Tx& tx, CustomerId own,
                                        std::vector<Possible> const& possible) {
  std::map<CustomerId, double> apart;
  auto const partings = merges::partings(tx, std::array{own}, roots_of(possible));
  if (partings.empty()) return apart;
  std::vector<CustomerId> others;
  for (merges::Parting const& parting : partings) others.push_back(parting.other);
  auto const roots = store::roots_of(tx, others);
  for (merges::Parting const& parting : partings) {
    double& strength = apart[roots.at(parting.other)];
    strength = std::max(strength, store::strength_at(tx, parting));
  }
  return apart;
}

/// Without those that nothing speaks for that had not been known when they were told apart.
std::vector<Possible> still_possible(postgres::Tx& tx, CustomerId own,
                                     std::vector<Possible> possible) {
  auto const apart = told_apart(tx, own, possible);
  std::erase_if(possible, [&](Possible const& one) {
    auto const then = apart.find(one.root);
    return then != apart.end() &&
           strength(one.candidate.evidence_json) < then->second + stronger_bits;
  });
  return possible;
}

bool asked_already(std::vector<store::Waiting> const& waiting,
                   std::vector<Possible> const& possible) {
  return std::all_of(possible.begin(), possible.end(), [&](Possible const& one) {
    return std::any_of(waiting.begin(), waiting.end(),
                       [&](store::Waiting const& match) { return match.other == one.root; });
  });
}

/// Matches that ask about the same part's customer, for none but these candidates.
std::vector<MatchId> narrower(std::vector<store::Waiting> const& waiting,
                              std::vector<Possible> const& possible) {
  auto const roots = roots_of(possible);
  std::map<MatchId, bool> within;
  for (store::Waiting const& match : waiting) {
    if (!match.of_part) continue;
    bool const known = std::find(roots.begin(), roots.end(), match.other) != roots.end();
    auto const [found, fresh] = within.emplace(match.match, known);
    if (!fresh) found->second = found->second && known;
  }
  std::vector<MatchId> matches;
  for (auto const& [match, all_known] : within) {
    if (all_known) matches.push_back(match);
  }
  return matches;
}

store::NewMatch made(Actor const& actor, Raised const& raised, std::vector<Possible> possible) {
  store::NewMatch match{MatchId::make(actor.now), &raised, {}, 0, {}};
  if (possible.size() > candidates_max) {
    match.more = possible.size() - candidates_max;
    possible.resize(candidates_max);
  }
  for (Possible& one : possible) match.candidates.push_back(std::move(one.candidate));
  return match;
}

void tell(Actor const& actor, CustomerId part, MatchId id, merges::Facts& facts) {
  facts.changes.push_back({changes::Type::match_raised, part, id.value, {}, std::nullopt});
  timeline::Entry entry{};
  entry.part = part;
  entry.at = actor.now;
  entry.kind = timeline::Kind::identity;
  entry.fact = "match_raised";
  entry.resource = id.value;
  facts.timeline.push_back(std::move(entry));
}

/// Whether a link should stand.
std::optional<MatchId> raise_link(postgres::Tx& tx, Actor const& actor, Raised const& raised,
                                  merges::Facts& facts) {
  Candidate const& other = raised.candidates.front();
  auto const link = store::link_in_question(tx, raised.part, other.part);
  if (!link) return std::nullopt;
  store::NewMatch const match{MatchId::make(actor.now), &raised, {other}, 0, link};
  store::insert(tx, actor, match);
  tell(actor, raised.part, match.id, facts);
  return match.id;
}

}  // namespace

std::optional<MatchId> raise(postgres::Tx& tx, Actor const& actor, parts::Locked& locked,
                             Raised const& raised, merges::Facts& facts) {
  CustomerId const own = locked.root(raised.part).id;
  if (raised.reason == "shared") return raise_link(tx, actor, raised, facts);
  auto const possible = still_possible(tx, own, by_customer(tx, own, raised));
  auto const waiting = store::waiting(tx, own);
  if (asked_already(waiting, possible)) return std::nullopt;
  auto const match = made(actor, raised, possible);
  store::insert(tx, actor, match);
  store::supersede(tx, narrower(waiting, possible), match.id);
  tell(actor, raised.part, match.id, facts);
  return match.id;
}

}  // namespace throughline::matches

// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// Two customers become one, and what is remembered of two that are not.
#include "throughline/domain/merges.hpp"

#include <array>
#include <stdexcept>
#include <utility>

#include "domain/merges/store.hpp"
#include "throughline/base/error.hpp"
#include "throughline/domain/customers.hpp"

namespace throughline::merges {
namespace {

void check_identifiers(postgres::Tx& tx, CustomerId one, CustomerId other) {
  if (store::count_identifiers(tx, std::array{one, other}) <= identifiers_max) return;
  throw Error(Code::conflict, "Together they would hold more than " +
                                  std::to_string(identifiers_max) +
                                  " identifiers, the most that one customer can have; detach some "
                                  "first.");
}

void tell(Actor const& actor, Merged const& merged, Link const& link, Facts& facts) {
  facts.changes.push_back(
      {changes::Type::customer_merged, merged.loser, merged.id.value, {}, link.agent});
  timeline::Entry entry{};
  entry.part = merged.loser;
  entry.at = actor.now;
  entry.kind = timeline::Kind::identity;
  entry.fact = "joined";
  entry.resource = merged.id.value;
  entry.interaction_id = link.interaction;
  facts.timeline.push_back(std::move(entry));
}

}  // namespace

std::optional<Merged> merge(postgres::Tx& tx, Actor const& actor, parts::Locked& locked,
                            Link const& link, Facts& facts) {
  CustomerId const one = locked.root(link.one).id;
  CustomerId const other = locked.root(link.other).id;
  if (one == other) return std::nullopt;
  check_identifiers(tx, one, other);
  std::vector<CustomerId> const ones = parts::members(tx, one);
  std::vector<CustomerId> const others = parts::members(tx, other);
  parts::join(tx, actor, locked, one, other);
  CustomerId const survivor = locked.root(link.one).id;
  CustomerId const loser = survivor == one ? other : one;
  Merged const merged{MergeId::make(actor.now), survivor, loser};
  std::vector<CustomerId> const& moved = loser == one ? ones : others;
  store::insert(tx, actor, {merged, &link, moved});
  customers::join_versions(tx, survivor, loser);
  if (link.rule == "person" || link.rule == "match") store::lift(tx, actor, survivor, merged.id);
  tell(actor, merged, link, facts);
  // What an accepted match asked about has found its customer, though it be the older.
  std::vector<CustomerId> found = moved;
  if (link.rule == "match") found.insert(found.end(), ones.begin(), ones.end());
  for (MatchId const match : store::settle_matches(tx, actor, survivor, found)) {
    facts.changes.push_back({changes::Type::match_raised, loser, match.value, {}, std::nullopt});
  }
  return merged;
}

std::vector<Parting> partings(postgres::Tx& tx, std::span<CustomerId const> roots,
                              std::span<CustomerId const> others) {
  return store::partings(tx, roots, others);
}

bool parted(postgres::Tx& tx, std::span<CustomerId const> roots,
            std::span<CustomerId const> others) {
  return !store::partings(tx, roots, others).empty();
}

void part(postgres::Tx& tx, Actor const& actor, parts::Locked const& locked, Parting parting) {
  if (locked.root(parting.one).id == locked.root(parting.other).id) {
    throw std::logic_error("parts of one customer are the same by definition");
  }
  parting.id = PartingId::make(actor.now);
  parting.at = actor.now;
  store::insert(tx, actor, parting);
}

}  // namespace throughline::merges

// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// Who a contact is: with the answer written (resolve_or_create) and read only (resolve).
#include <algorithm>
#include <utility>

#include "domain/identity/holdings.hpp"
#include "domain/identity/placeholders.hpp"
#include "domain/identity/rules.hpp"
#include "domain/identity/store.hpp"
#include "throughline/domain/identity.hpp"

namespace throughline::identity {
namespace {

Resolved answer(Verdict verdict) {
  Resolved resolved;
  resolved.decision = verdict.decision;
  resolved.grade = std::move(verdict.grade);
  resolved.assurance = std::move(verdict.assurance);
  resolved.candidates = std::move(verdict.candidates);
  if (verdict.owner) {
    resolved.part = verdict.owner->part;
    resolved.root = verdict.owner->root;
  }
  return resolved;
}

Resolved named(CustomerId part, CustomerId root) {
  Resolved resolved;
  resolved.decision = Decision::matched;
  resolved.grade = "certain";
  resolved.part = part;
  resolved.root = root;
  return resolved;
}

std::string_view reason_of(Room room) {
  if (room == Room::contradicted) return "exclusive";
  return room == Room::class_full ? "limit" : "full";
}

/// Attaches what nobody holds, confirms what the part's customer holds, leaves the rest.
void take(Holdings& holdings, std::span<Identifier const> identifiers, Resolved& resolved) {
  CustomerId const part = *resolved.part;
  CustomerId const root = holdings.locked().root(part).id;
  for (Identifier const& identifier : identifiers) {
    auto const presented = holdings.present(identifier);
    auto const& owners = presented.owners;
    bool const held = std::any_of(owners.begin(), owners.end(),
                                  [root](Owner const& owner) { return owner.root == root; });
    bool const open = owners.empty() || (presented.shared && owners.size() < candidates_max);
    if (presented.blocked || !is_usable(identifier)) continue;
    if (held) {
      holdings.confirm(identifier, root);
    } else if (!open) {
      if (!presented.shared) holdings.sight(identifier, part);
    } else if (auto const room = holdings.room(identifier, root); room == Room::yes) {
      holdings.attach(identifier, part);
    } else {
      resolved.not_attached.push_back({identifier, std::string(reason_of(room))});
    }
  }
  if (!resolved.not_attached.empty()) holdings.tell_refused(part);
}

Resolved look(Holdings& holdings, Subject const& subject, std::span<Presented const> presented,
              std::span<CustomerId const> vetoed) {
  if (!subject.customer) return answer(decide(presented, vetoed));
  if (!holdings.locked().has(*subject.customer)) return {};
  return named(*subject.customer, holdings.locked().root(*subject.customer).id);
}

Resolved resolve_one(Holdings& holdings, Subject const& subject, Unknown unknown) {
  auto const identifiers = distinct(subject.identifiers);
  auto const presented = holdings.present_all(identifiers);
  auto const vetoed = holdings.contradicted(presented);
  Resolved resolved = look(holdings, subject, presented, vetoed);
  bool const doubtful =
      resolved.decision == Decision::review || resolved.decision == Decision::conflict;
  bool const strange = resolved.decision == Decision::none && !subject.customer;
  if (strange || (doubtful && unknown == Unknown::create)) {
    resolved.part = holdings.create(doubtful);
    resolved.root = resolved.part;
    resolved.created = true;
    if (strange) resolved.decision = Decision::created;
  }
  if (!resolved.part) return resolved;
  holdings.share_what_misled(presented, vetoed);
  take(holdings, identifiers, resolved);
  return resolved;
}

/// Placeholders lead to nobody: nothing is to be locked for them, however many come at once.
void collect(std::vector<Identifier>& identifiers, Subject const& subject) {
  for (Identifier const& identifier : subject.identifiers) {
    if (!is_placeholder(identifier.type, identifier.value)) identifiers.push_back(identifier);
  }
}

}  // namespace

Resolution resolve_or_create(postgres::Tx& tx, Actor const& actor,
                             std::span<Subject const> subjects, Unknown unknown,
                             std::span<CustomerId const> also, Facts& facts) {
  std::vector<Identifier> identifiers;
  std::vector<CustomerId> customers(also.begin(), also.end());
  for (Subject const& subject : subjects) {
    collect(identifiers, subject);
    if (subject.customer) customers.push_back(*subject.customer);
  }
  Holdings holdings(tx, actor, facts);
  holdings.lock(identifiers, customers);
  Resolution resolution;
  for (Subject const& subject : subjects) {
    resolution.subjects.push_back(resolve_one(holdings, subject, unknown));
  }
  holdings.write();
  resolution.locked = std::move(holdings.locked());
  return resolution;
}

Resolved resolve(postgres::Tx& tx, Actor const& actor, Subject const& subject) {
  if (subject.customer) {
    auto const root = parts::root_of(tx, *subject.customer);
    return root ? named(*subject.customer, *root) : Resolved{};
  }
  auto const identifiers = distinct(subject.identifiers);
  AskedSettings const said(tx);
  auto const holders = store::holders(tx, identifiers);
  auto const settings = said.read();
  std::vector<Presented> presented;
  for (Identifier const& identifier : identifiers) {
    auto const found = holders.find(key_of(identifier));
    presented.push_back(present(
        settings, identifier,
        found == holders.end() ? std::span<store::Holder const>() : found->second, actor.now));
  }
  auto const vetoed =
      contradicted(settings, presented, [&](CustomerId root) { return store::held_by(tx, root); });
  return answer(decide(presented, vetoed));
}

}  // namespace throughline::identity

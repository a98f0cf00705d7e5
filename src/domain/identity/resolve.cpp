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
#include "domain/identity/taking.hpp"
#include "throughline/domain/identity.hpp"

namespace throughline::identity {
namespace {

Resolved answer(Verdict verdict) {
  Resolved resolved;
  resolved.decision = verdict.decision;
  resolved.grade = std::move(verdict.grade);
  resolved.assurance = std::move(verdict.assurance);
  resolved.candidates = std::move(verdict.candidates);
  resolved.stale = verdict.stale;
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
                             std::span<CustomerId const> also, Facts& facts,
                             std::function<void()> const& look) {
  std::vector<Identifier> identifiers;
  std::vector<CustomerId> customers(also.begin(), also.end());
  for (Subject const& subject : subjects) {
    collect(identifiers, subject);
    if (subject.customer) customers.push_back(*subject.customer);
  }
  Holdings holdings(tx, actor, facts);
  holdings.lock(identifiers, customers, store::Reach::few, look);
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
  auto const presented = present_all(settings, identifiers, holders, actor.now);
  auto const vetoed =
      contradicted(settings, presented, [&](CustomerId root) { return store::held_by(tx, root); });
  return answer(decide(presented, vetoed));
}

}  // namespace throughline::identity

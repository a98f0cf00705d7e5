// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// Who a contact is: with the answer written (resolve_or_create) and read only (resolve).
#include <algorithm>
#include <utility>

#include "domain/identity/holdings.hpp"
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

/// Attaches what nobody holds, confirms what the part's customer holds, leaves the rest.
void take(Holdings& holdings, std::span<Identifier const> identifiers, CustomerId part) {
  CustomerId const root = holdings.locked().root(part).id;
  for (Identifier const& identifier : identifiers) {
    auto const owners = holdings.present(identifier).owners;
    bool const held = std::any_of(owners.begin(), owners.end(),
                                  [root](Owner const& owner) { return owner.root == root; });
    if (held) {
      holdings.confirm(identifier, root);
    } else if (owners.empty() && is_usable(identifier) && holdings.has_room(root)) {
      holdings.attach(identifier, part);
    }
  }
}

Resolved look(Holdings& holdings, Subject const& subject, std::span<Identifier const> identifiers) {
  if (subject.customer) {
    if (!holdings.locked().has(*subject.customer)) return {};
    return named(*subject.customer, holdings.locked().root(*subject.customer).id);
  }
  std::vector<Presented> presented;
  for (Identifier const& identifier : identifiers) {
    presented.push_back(holdings.present(identifier));
  }
  return answer(decide(presented));
}

Resolved resolve_one(Holdings& holdings, Subject const& subject, Unknown unknown) {
  auto const identifiers = distinct(subject.identifiers);
  Resolved resolved = look(holdings, subject, identifiers);
  bool const doubtful =
      resolved.decision == Decision::review || resolved.decision == Decision::conflict;
  bool const strange = resolved.decision == Decision::none && !subject.customer;
  if (strange || (doubtful && unknown == Unknown::create)) {
    resolved.part = holdings.create(doubtful);
    resolved.root = resolved.part;
    resolved.created = true;
    if (strange) resolved.decision = Decision::created;
  }
  if (resolved.part) take(holdings, identifiers, *resolved.part);
  return resolved;
}

}  // namespace

Resolution resolve_or_create(postgres::Tx& tx, Actor const& actor,
                             std::span<Subject const> subjects, Unknown unknown,
                             std::span<CustomerId const> also, Facts& facts) {
  std::vector<Identifier> identifiers;
  std::vector<CustomerId> customers(also.begin(), also.end());
  for (Subject const& subject : subjects) {
    identifiers.insert(identifiers.end(), subject.identifiers.begin(), subject.identifiers.end());
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

Resolved resolve(postgres::Tx& tx, Actor const&, Subject const& subject) {
  if (subject.customer) {
    auto const root = parts::root_of(tx, *subject.customer);
    return root ? named(*subject.customer, *root) : Resolved{};
  }
  auto const identifiers = distinct(subject.identifiers);
  auto const holders = store::holders(tx, identifiers);
  std::vector<Presented> presented;
  for (Identifier const& identifier : identifiers) {
    Presented item{&identifier, {}};
    if (auto const found = holders.find(store::key_of(identifier)); found != holders.end()) {
      for (auto const& holder : found->second) item.owners.push_back({holder.part, holder.root});
    }
    presented.push_back(std::move(item));
  }
  return answer(decide(presented));
}

}  // namespace throughline::identity

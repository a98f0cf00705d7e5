// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// Identifiers coming, going and being shown, one customer at a time.
#include "throughline/domain/identity.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "domain/identity/holdings.hpp"
#include "domain/identity/rules.hpp"
#include "domain/identity/store.hpp"
#include "domain/identity/wire.hpp"

namespace throughline::identity {
namespace {

Error unknown_customer() {
  return Error(Code::not_found, "There is no customer with this id.");
}

/// What one customer's operation leaves behind, in one call each.
void record(postgres::Tx& tx, Actor const& actor, Holdings& holdings, Facts const& facts) {
  holdings.write();
  timeline::append(tx, actor, facts.timeline);
  changes::record(tx, actor, holdings.locked(), facts.changes);
}

std::vector<Candidate> as_candidates(std::vector<Owner> const& owners) {
  std::string const grade = owners.size() == 1 ? "probable" : "possible";
  std::vector<Candidate> candidates;
  for (Owner const& owner : owners) {
    if (candidates.size() < candidates_max) candidates.push_back({owner.root, grade});
  }
  return candidates;
}

Error taken(postgres::Tx& tx, std::vector<Owner> const& owners) {
  return Error(Code::conflict,
               "The identifier belongs to another customer. Detach it there, or attach it with "
               "\"shared\": true if both use it.")
      .with("candidates", candidates_json(tx, as_candidates(owners)));
}

Error no_room() {
  return Error(Code::conflict, "A customer holds at most " +
                                   std::to_string(identifiers_per_customer_max) +
                                   " identifiers; detach one first.");
}

Error shared_by_too_many() {
  return Error(Code::conflict, "An identifier is shared by at most " +
                                   std::to_string(customers_per_identifier_max) +
                                   " customers; it says too little about who uses it.");
}

}  // namespace

bool attach(postgres::Tx& tx, Actor const& actor, CustomerId customer, Identifier const& identifier,
            bool shared) {
  Facts facts;
  Holdings holdings(tx, actor, facts);
  holdings.lock(std::array{identifier}, std::array{customer});
  if (!holdings.locked().has(customer)) throw unknown_customer();
  CustomerId const root = holdings.locked().root(customer).id;
  auto const owners = holdings.present(identifier).owners;
  bool const held = std::any_of(owners.begin(), owners.end(),
                                [root](Owner const& owner) { return owner.root == root; });
  if (held) {
    holdings.confirm(identifier, root);
  } else {
    if (!owners.empty() && !shared) throw taken(tx, owners);
    if (owners.size() >= customers_per_identifier_max) throw shared_by_too_many();
    if (!holdings.has_room(root)) throw no_room();
    holdings.attach(identifier, customer);
  }
  record(tx, actor, holdings, facts);
  return !held;
}

void detach(postgres::Tx& tx, Actor const& actor, CustomerId customer,
            Identifier const& identifier) {
  Facts facts;
  Holdings holdings(tx, actor, facts);
  holdings.lock(std::array{identifier}, std::array{customer});
  if (!holdings.locked().has(customer)) throw unknown_customer();
  if (!holdings.detach(identifier, holdings.locked().root(customer).id)) {
    throw Error(Code::not_found, "The customer does not hold this identifier.");
  }
  record(tx, actor, holdings, facts);
}

namespace {

void add_identifiers(Holdings& holdings, CustomerId part, std::span<Identifier const> identifiers,
                     Upserted& result) {
  CustomerId const root = holdings.locked().root(part).id;
  for (Identifier const& identifier : identifiers) {
    auto const owners = holdings.present(identifier).owners;
    bool const held = std::any_of(owners.begin(), owners.end(),
                                  [root](Owner const& owner) { return owner.root == root; });
    if (held) {
      holdings.confirm(identifier, root);
    } else if (!owners.empty()) {
      result.conflicts.push_back({identifier, as_candidates(owners)});
    } else if (holdings.has_room(root)) {
      holdings.attach(identifier, part);
    } else {
      throw no_room();
    }
  }
}

}  // namespace

Upserted upsert(postgres::Tx& tx, Actor const& actor, Upsert const& upsert,
                std::optional<std::int64_t> expected) {
  std::vector<Identifier> identifiers{upsert.key};
  identifiers.insert(identifiers.end(), upsert.identifiers.begin(), upsert.identifiers.end());
  identifiers = distinct(identifiers);
  Facts facts;
  Holdings holdings(tx, actor, facts);
  holdings.lock(identifiers, {});
  auto const owners = holdings.present(upsert.key).owners;
  if (owners.size() > 1) throw ambiguous_error(tx, as_candidates(owners));
  Upserted result;
  result.created = owners.empty();
  std::int64_t const version = result.created ? 0 : customers::get(tx, owners[0].part).version;
  http::check_version(expected, version);
  CustomerId const part = result.created ? holdings.create(false) : owners[0].part;
  result.customer = part;
  add_identifiers(holdings, part, identifiers, result);
  auto fields = customers::apply(tx, actor, holdings.locked(), part, upsert.patch);
  if (!result.created && !fields.empty()) {
    facts.changes.push_back(
        {changes::Type::customer_updated, part, part.value, std::move(fields), std::nullopt});
  }
  record(tx, actor, holdings, facts);
  return result;
}

std::vector<Candidate> owners_of(postgres::Tx& tx, Identifier const& identifier) {
  std::vector<Owner> owners;
  for (auto const& [key, holders] : store::holders(tx, std::array{identifier})) {
    for (auto const& holder : holders) owners.push_back({holder.part, holder.root});
  }
  return as_candidates(owners);
}

std::vector<Owned> identifiers_of(postgres::Tx& tx, CustomerId customer) {
  auto const root = parts::root_of(tx, customer);
  return root ? store::identifiers_of(tx, *root) : std::vector<Owned>{};
}

std::string customer_json(postgres::Tx& tx, customers::Customer const& customer) {
  return customers::to_json(customer, to_json(store::identifiers_of(tx, customer.id)));
}

std::string candidates_json(postgres::Tx& tx, std::span<Candidate const> candidates) {
  std::vector<CustomerId> roots;
  for (Candidate const& candidate : candidates) roots.push_back(candidate.customer);
  return to_json(candidates, customers::display_names(tx, roots));
}

Error ambiguous_error(postgres::Tx& tx, std::span<Candidate const> candidates) {
  return Error(Code::ambiguous,
               "Several customers answer to this; name one by its id, or add an identifier.")
      .with("candidates", candidates_json(tx, candidates));
}

}  // namespace throughline::identity

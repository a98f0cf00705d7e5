// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// Identifiers coming, going and being shown, one customer at a time.
#include "throughline/domain/identity.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "domain/identity/candidates.hpp"
#include "domain/identity/holdings.hpp"
#include "domain/identity/recognise.hpp"
#include "domain/identity/rules.hpp"
#include "domain/identity/sharing.hpp"
#include "domain/identity/store.hpp"
#include "domain/identity/wire.hpp"

namespace throughline::identity {
namespace {

Error unknown_customer() {
  return Error(Code::not_found, "There is no customer with this id.");
}

/// What one customer's operation leaves behind, in one call each.
void record(postgres::Tx& tx, Actor const& actor, Holdings& holdings, Facts const& facts) {
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
               "The identifier belongs to another customer. Attach it with \"move\": true if it is "
               "theirs no more, or with \"shared\": true if both use it.")
      .with("candidates", candidates_json(tx, as_candidates(owners)));
}

Error no_room() {
  return Error(Code::conflict, "A customer holds at most " +
                                   std::to_string(identifiers_per_customer_max) +
                                   " identifiers; detach one first.");
}

Error class_full(Settings const& settings, Identifier const& identifier) {
  auto const& rule = settings.rule_of(identifier.type, identifier.value);
  return Error(Code::conflict, "The customer holds " + std::to_string(rule.max) +
                                   " identifiers of this kind, the most that the settings allow; "
                                   "detach one first.");
}

Error blocked(std::string pointer) {
  return Error(std::vector<FieldError>{
      {std::move(pointer), "must be somebody's: placeholders and blocked values name nobody"}});
}

Error shared_by_too_many() {
  return Error(Code::conflict, "An identifier is shared by at most " +
                                   std::to_string(customers_per_identifier_max) +
                                   " customers; it says too little about who uses it.");
}

}  // namespace

namespace {

/// A person may add what a rule would not: a second one of an exclusive class.
void check_room(Holdings& holdings, Identifier const& identifier, CustomerId root) {
  auto const room = holdings.room(identifier, root);
  if (room == Room::customer_full) throw no_room();
  if (room == Room::class_full) throw class_full(holdings.settings(), identifier);
}

void take_from(Holdings& holdings, Identifier const& identifier, std::span<Owner const> owners,
               CustomerId except) {
  for (Owner const& owner : owners) {
    if (owner.root != except) holdings.detach(identifier, owner.root);
  }
  holdings.unshare(key_of(identifier));
}

}  // namespace

bool attach(postgres::Tx& tx, Actor const& actor, CustomerId customer, Identifier const& identifier,
            Others others) {
  Facts facts;
  Holdings holdings(tx, actor, facts);
  holdings.lock(std::array{identifier}, std::array{customer}, store::Reach::all);
  if (!holdings.locked().has(customer)) throw unknown_customer();
  CustomerId const root = holdings.locked().root(customer).id;
  auto const presented = holdings.present(identifier);
  auto const& owners = presented.owners;
  if (presented.blocked) throw blocked("/value");
  bool const held = std::any_of(owners.begin(), owners.end(),
                                [root](Owner const& owner) { return owner.root == root; });
  if (others == Others::move) take_from(holdings, identifier, owners, root);
  if (held) {
    holdings.confirm(identifier, root);
  } else {
    if (!owners.empty() && others == Others::refuse) throw taken(tx, owners);
    if (others == Others::share && owners.size() >= customers_per_identifier_max) {
      throw shared_by_too_many();
    }
    check_room(holdings, identifier, root);
    holdings.attach(identifier, customer);
  }
  holdings.write();
  record(tx, actor, holdings, facts);
  return !held;
}

void detach(postgres::Tx& tx, Actor const& actor, CustomerId customer,
            Identifier const& identifier) {
  Facts facts;
  Holdings holdings(tx, actor, facts);
  holdings.lock(std::array{identifier}, std::array{customer}, store::Reach::all);
  if (!holdings.locked().has(customer)) throw unknown_customer();
  if (!holdings.detach(identifier, holdings.locked().root(customer).id)) {
    throw Error(Code::not_found, "The customer does not hold this identifier.");
  }
  holdings.write();
  record(tx, actor, holdings, facts);
}

namespace {

/// Of the same type and, for accounts, system: a system's own key may say that a customer has a
/// second one.
bool is_of_key(Settings const& settings, Identifier const& identifier, Identifier const& key) {
  return identifier.type == key.type && settings.realm_of(identifier.type, identifier.value) ==
                                            settings.realm_of(key.type, key.value);
}

/// Empty if the identifier has come to hang on the part, else why not.
std::string add_identifier(Holdings& holdings, CustomerId part, Identifier const& identifier,
                           Identifier const& key) {
  CustomerId const root = holdings.locked().root(part).id;
  auto const presented = holdings.present(identifier);
  auto const& owners = presented.owners;
  if (presented.blocked) return "blocked";
  bool const held = std::any_of(owners.begin(), owners.end(),
                                [root](Owner const& owner) { return owner.root == root; });
  if (held) {
    holdings.confirm(identifier, root);
    return {};
  }
  if (!owners.empty() && !(presented.shared && owners.size() < candidates_max)) {
    if (!presented.shared) holdings.sight(identifier, part);
    return "taken";
  }
  auto const room = holdings.room(identifier, root);
  if (room == Room::customer_full) throw no_room();
  if (room == Room::class_full) return "limit";
  if (room == Room::contradicted && !is_of_key(holdings.settings(), identifier, key)) {
    return "exclusive";
  }
  holdings.attach(identifier, part);
  return {};
}

void add_identifiers(Holdings& holdings, CustomerId part, std::span<Identifier const> identifiers,
                     Identifier const& key, Upserted& result) {
  for (Identifier const& identifier : identifiers) {
    auto reason = add_identifier(holdings, part, identifier, key);
    if (reason.empty()) continue;
    auto owners = as_candidates(holdings.present(identifier).owners);
    result.conflicts.push_back({identifier, std::move(owners), std::move(reason)});
  }
}

/// Who says the same of somebody under another key waits, and finds this one.
void lock_record(postgres::Tx& tx, customers::Patch const& patch) {
  auto const name = patch.display_name ? patch.display_name->value_or("") : std::string();
  bool const none = patch.profile.empty() || patch.profile == "null";
  auto const profile = profile_with_name(none ? "{}" : patch.profile, name);
  store::lock_keys(tx, keys_of(profile, {}));
}

/// Whether these are fields by which people are told apart.
bool tells_who(std::vector<std::string> const& fields) {
  return std::any_of(fields.begin(), fields.end(), [](std::string const& field) {
    return field == "display_name" || field == "profile";
  });
}

}  // namespace

Upserted upsert(postgres::Tx& tx, Actor const& actor, Upsert const& upsert,
                std::optional<std::int64_t> expected) {
  std::vector<Identifier> identifiers{upsert.key};
  identifiers.insert(identifiers.end(), upsert.identifiers.begin(), upsert.identifiers.end());
  identifiers = distinct(identifiers);
  lock_record(tx, upsert.patch);
  Facts facts;
  Holdings holdings(tx, actor, facts);
  holdings.lock(identifiers, {});
  auto const key = holdings.present(upsert.key);
  auto const& owners = key.owners;
  if (key.blocked) throw blocked("{value}");
  if (owners.size() > 1 || (key.shared && !owners.empty())) {
    throw ambiguous_error(tx, as_candidates(owners));
  }
  Upserted result;
  result.created = owners.empty();
  std::int64_t const version = result.created ? 0 : customers::get(tx, owners[0].part).version;
  http::check_version(expected, version);
  CustomerId const part = result.created ? holdings.create(false) : owners[0].part;
  result.customer = part;
  auto const presented = holdings.present_all(identifiers);
  holdings.share_what_misled(presented, holdings.contradicted(presented));
  add_identifiers(holdings, part, identifiers, upsert.key, result);
  auto fields = customers::apply(tx, actor, holdings.locked(), part, upsert.patch);
  share_by_names(tx, holdings, part);
  holdings.write();
  if (tells_who(fields)) {
    append_profile_keys(tx, part);
    result.review =
        ask_about_doubles(tx, actor, holdings.settings(), holdings.locked(), part, facts);
  }
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

std::vector<Resting> links_resting_on(postgres::Tx& tx, Identifier const& identifier) {
  return store::links_resting_on(tx, key_of(identifier));
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

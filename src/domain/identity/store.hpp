// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// The tables identifiers and identifier_owners.
#pragma once

#include <compare>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "throughline/base/actor.hpp"
#include "throughline/domain/identity.hpp"
#include "throughline/platform/postgres.hpp"

namespace throughline::identity::store {

/// What names an identifier.
struct Key {
  std::string type;
  std::string value;
  auto operator<=>(Key const&) const = default;
};
inline Key key_of(Identifier const& identifier) {
  return {identifier.type, identifier.value};
}

/// Locks one row a value (made where new), in their order. `identifiers` are distinct.
void lock_values(postgres::Tx& tx, Actor const& actor, std::span<Identifier const> identifiers);

struct Holder {
  CustomerId part;
  CustomerId root;
  std::string assurance;
  Timestamp confirmed_at;
};
/// Active owners of these identifiers, oldest part first, one a root.
std::map<Key, std::vector<Holder>> holders(postgres::Tx& tx, std::span<Identifier const> asked);
/// The same on its way, behind the locks of the customers who hold these and of `also`.
parts::Locking lock_holders(postgres::Tx& tx, std::span<Identifier const> asked,
                            std::span<CustomerId const> also);
postgres::Answer ask_holders(postgres::Tx& tx, std::span<Identifier const> asked);
std::map<Key, std::vector<Holder>> read_holders(postgres::Answer const& answer);

struct NewHolder {
  Identifier identifier;
  CustomerId part;
};
void attach(postgres::Tx& tx, Actor const& actor, std::span<NewHolder const> items);

/// Seen again now; the assurance is what it is from now on.
using Confirmations = std::map<std::pair<Key, CustomerId>, std::string>;
void confirm(postgres::Tx& tx, Actor const& actor, Confirmations const& items);

/// Ends the validity on every part of the root; how many rows that were.
std::size_t detach(postgres::Tx& tx, Actor const& actor, Key const& key, CustomerId root);

std::vector<Owned> identifiers_of(postgres::Tx& tx, CustomerId root);
/// Active identifiers of these roots together.
std::size_t count(postgres::Tx& tx, std::span<CustomerId const> roots);

bool is_provisional(postgres::Tx& tx, CustomerId part);
/// Whether an interaction other than this one stands on the part.
bool has_other_contacts(postgres::Tx& tx, CustomerId part,
                        std::optional<InteractionId> interaction);

}  // namespace throughline::identity::store

// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// The tables identifiers, identifier_owners and identifier_sightings.
#pragma once

#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "domain/identity/rules.hpp"
#include "throughline/base/actor.hpp"
#include "throughline/domain/identity.hpp"
#include "throughline/platform/postgres.hpp"

namespace throughline::identity::store {

using identity::Key;
using identity::key_of;

/// Locks one row a value (made where new), in their order. `identifiers` are distinct.
void lock_values(postgres::Tx& tx, Actor const& actor, std::span<Identifier const> identifiers);

struct Holder {
  CustomerId part;
  CustomerId root;
  std::string assurance;
  Timestamp confirmed_at;
  bool shared = false;  // the value is known to be
};
/// How far a look goes for values known to be shared. They decide nothing, so an automatic one
/// leaves their customers unlocked and reads a few: the 22nd record on a mailbox costs what the
/// 2nd does.
enum class Reach { few, all };

/// Active owners of these identifiers, oldest part first, one a root.
std::map<Key, std::vector<Holder>> holders(postgres::Tx& tx, std::span<Identifier const> asked);
/// The same on its way, behind the locks of the customers who hold these and of `also`.
parts::Locking lock_holders(postgres::Tx& tx, std::span<Identifier const> asked,
                            std::span<CustomerId const> also, Reach reach);
postgres::Answer ask_holders(postgres::Tx& tx, std::span<Identifier const> asked, Reach reach);
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

/// The value is known to be shared, and why; an empty reason takes that back.
void mark_shared(postgres::Tx& tx, Key const& key, std::string_view why);

/// A part's record came with a value that others hold. At most sightings_max are kept of a value.
struct Sighting {
  Key key;
  CustomerId part;
};
inline constexpr std::size_t sightings_max = 10;
void insert_sightings(postgres::Tx& tx, Actor const& actor, std::span<Sighting const> sightings);
/// What is known of the name of somebody seen with a value.
struct Seen {
  std::string display_name;  // empty if none
  std::string profile;       // JSON text
};
/// Those seen with the values that this part was seen with, the part and the holders among them,
/// for values not known to be shared.
std::map<Key, std::vector<Seen>> seen_with(postgres::Tx& tx, CustomerId part);
/// What the part was seen with and its customer holds is theirs, as of now.
void confirm_seen(postgres::Tx& tx, Actor const& actor, CustomerId part, CustomerId root);
/// Links made by rule between parts that both came with this value, and stand.
std::vector<Resting> links_resting_on(postgres::Tx& tx, Key const& key);

std::vector<Owned> identifiers_of(postgres::Tx& tx, CustomerId root);
/// Names of the same.
std::vector<Key> held_by(postgres::Tx& tx, CustomerId root);
/// Active identifiers of these roots together.
std::size_t count(postgres::Tx& tx, std::span<CustomerId const> roots);

bool is_provisional(postgres::Tx& tx, CustomerId part);
/// Whether an interaction other than this one stands on the part.
bool has_other_contacts(postgres::Tx& tx, CustomerId part,
                        std::optional<InteractionId> interaction);

}  // namespace throughline::identity::store

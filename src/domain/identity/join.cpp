// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// A contact's own part joined to the customer that the caller turned out to be.
#include <algorithm>
#include <array>

#include "domain/identity/store.hpp"
#include "throughline/domain/identity.hpp"

namespace throughline::identity {
namespace {

/// Ids made for one request share their time, which stands in their first 64 bits.
bool made_together(Uuid const& one, Uuid const& other) {
  return std::equal(one.bytes.begin(), one.bytes.begin() + 8, other.bytes.begin());
}

/// Whether the part came to be through this contact and holds no other's records.
bool is_contacts_own(postgres::Tx& tx, CustomerId part, CustomerId root,
                     std::optional<InteractionId> interaction) {
  bool const made_by_it = interaction && made_together(part.value, interaction->value);
  return part == root && (made_by_it || store::is_provisional(tx, part)) &&
         parts::members(tx, root).size() == 1 && !store::has_other_contacts(tx, part, interaction);
}

}  // namespace

bool join(postgres::Tx& tx, Actor const& actor, parts::Locked& locked, CustomerId part,
          CustomerId customer, std::optional<InteractionId> interaction, Facts& facts) {
  CustomerId const own = locked.root(part).id;
  CustomerId const other = locked.root(customer).id;
  if (own == other) return false;
  if (!is_contacts_own(tx, part, own, interaction)) {
    throw Error(Code::conflict,
                "This contact belongs to a customer with records of their own; whether two "
                "customers are one is for people to decide.");
  }
  if (merges::parted(tx, std::array{own}, std::array{other})) {
    throw Error(Code::conflict,
                "These two are remembered as not the same; a person can merge them nevertheless.");
  }
  merges::Link link;
  link.one = part;
  link.other = customer;
  link.rule = "identify";
  link.interaction = interaction;
  merges::merge(tx, actor, locked, link, facts);
  confirm_seen(tx, actor, locked, part);
  return true;
}

void confirm_seen(postgres::Tx& tx, Actor const& actor, parts::Locked const& locked,
                  CustomerId part) {
  store::confirm_seen(tx, actor, part, locked.root(part).id);
}

}  // namespace throughline::identity

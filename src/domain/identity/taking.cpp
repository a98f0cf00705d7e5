// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include "domain/identity/taking.hpp"

#include <algorithm>

namespace throughline::identity {
namespace {

std::string_view reason_of(Room room) {
  if (room == Room::contradicted) return "exclusive";
  return room == Room::class_full ? "limit" : "full";
}

bool is_held_by(std::vector<Owner> const& owners, std::optional<CustomerId> root) {
  return root && std::any_of(owners.begin(), owners.end(),
                             [root](Owner const& owner) { return owner.root == *root; });
}

}  // namespace

void take(Holdings& holdings, std::span<Identifier const> identifiers, Resolved& resolved,
          std::optional<CustomerId> joining) {
  CustomerId const part = *resolved.part;
  CustomerId const root = holdings.locked().root(part).id;
  for (Identifier const& identifier : identifiers) {
    auto const presented = holdings.present(identifier);
    auto const& owners = presented.owners;
    bool const open = owners.empty() || (presented.shared && owners.size() < candidates_max) ||
                      is_held_by(owners, joining);
    if (presented.blocked || !is_usable(identifier)) continue;
    if (is_held_by(owners, root)) {
      // What is stale does not confirm itself: whoever has the number now would become its holder.
      resolved.stale ? holdings.sight(identifier, part) : holdings.confirm(identifier, root);
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

}  // namespace throughline::identity

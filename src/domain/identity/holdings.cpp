// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include "domain/identity/holdings.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace throughline::identity {

Holdings::Holdings(postgres::Tx& tx, Actor const& actor, Facts& facts)
    : tx_(tx), actor_(actor), facts_(facts) {}

// Values, then the customers they lead to, then the look: one round trip, each behind its locks.
void Holdings::lock(std::span<Identifier const> identifiers, std::span<CustomerId const> also) {
  auto const asked = distinct(identifiers);
  if (asked.empty()) {
    locked_ = parts::lock(tx_, actor_, also);
    return;
  }
  store::lock_values(tx_, actor_, asked);
  auto locking = store::lock_holders(tx_, asked, also);
  auto const looked = store::ask_holders(tx_, asked);
  holders_ = store::read_holders(looked);
  for (auto const& [key, holders] : holders_) {
    for (auto const& holder : holders) {
      if (!locking.add(holder.part, holder.root)) throw postgres::Retry{};
    }
  }
  locked_ = std::move(locking.locked());
}

Presented Holdings::present(Identifier const& identifier) const {
  Presented presented{&identifier, {}};
  auto const found = holders_.find(store::key_of(identifier));
  if (found == holders_.end()) return presented;
  for (auto const& holder : found->second) presented.owners.push_back({holder.part, holder.root});
  return presented;
}

CustomerId Holdings::create(bool provisional) {
  CustomerId const part = parts::create(tx_, actor_, locked_, provisional);
  customers::create(tx_, actor_, part);
  created_.insert(part);
  counts_[part] = 0;
  note(changes::Type::customer_created, part);
  tell(part, "created");
  return part;
}

bool Holdings::has_room(CustomerId root) {
  auto known = counts_.find(root);
  if (known == counts_.end()) {
    known = counts_.emplace(root, store::count(tx_, std::array{root})).first;
  }
  return known->second < identifiers_per_customer_max;
}

void Holdings::attach(Identifier const& identifier, CustomerId part) {
  CustomerId const root = locked_.root(part).id;
  auto& holders = holders_[store::key_of(identifier)];
  note_sharing(holders, root);
  holders.push_back({part, root, identifier.assurance, actor_.now});
  attached_.push_back({identifier, part});
  if (auto const count = counts_.find(root); count != counts_.end()) ++count->second;
  if (!created_.contains(root)) touched_.insert(root);
  note(changes::Type::identifier_attached, part);
  if (created_.contains(part)) return;
  tell(part, "attached");
}

void Holdings::confirm(Identifier const& identifier, CustomerId root) {
  auto const key = store::key_of(identifier);
  for (auto& holder : holders_.at(key)) {
    if (holder.root != root) continue;
    bool const raised = rank(identifier.assurance) > rank(holder.assurance);
    if (!raised && actor_.now < holder.confirmed_at + confirmed_every) return;
    if (raised) holder.assurance = identifier.assurance;
    holder.confirmed_at = std::max(holder.confirmed_at, actor_.now);
    confirmed_[{key, holder.part}] = holder.assurance;
    if (!raised) return;
    touched_.insert(root);
    note(changes::Type::identifier_confirmed, holder.part);
    return;
  }
}

bool Holdings::detach(Identifier const& identifier, CustomerId root) {
  auto const key = store::key_of(identifier);
  auto& holders = holders_[key];
  auto const holder = std::find_if(holders.begin(), holders.end(),
                                   [root](auto const& item) { return item.root == root; });
  if (holder == holders.end()) return false;
  CustomerId const part = holder->part;
  holders.erase(holder);
  store::detach(tx_, actor_, key, root);
  note_sharing(holders, root);
  touched_.insert(root);
  note(changes::Type::identifier_detached, part);
  tell(part, "detached");
  return true;
}

void Holdings::note_sharing(Holders const& holders, CustomerId except) {
  if (holders.size() != 1 || holders.front().root == except) return;
  auto const& other = holders.front();
  touched_.insert(other.root);
  note(changes::Type::customer_updated, other.part, {"identifiers"});
}

void Holdings::note(changes::Type type, CustomerId part, std::vector<std::string> fields) {
  facts_.changes.push_back({type, part, part.value, std::move(fields), std::nullopt});
}

void Holdings::tell(CustomerId part, std::string_view fact) {
  timeline::Entry entry{};
  entry.part = part;
  entry.at = actor_.now;
  entry.kind = timeline::Kind::identity;
  entry.fact = fact;
  entry.resource = part.value;
  facts_.timeline.push_back(std::move(entry));
}

void Holdings::write() {
  store::attach(tx_, actor_, attached_);
  store::confirm(tx_, actor_, confirmed_);
  for (CustomerId const root : touched_) customers::touch_version(tx_, root);
}

}  // namespace throughline::identity

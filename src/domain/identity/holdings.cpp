// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include "domain/identity/holdings.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "domain/identity/candidates.hpp"
#include "domain/identity/wire.hpp"
#include "throughline/domain/matches.hpp"

namespace throughline::identity {

Presented present(Settings const& settings, Identifier const& identifier,
                  std::span<store::Holder const> holders, Timestamp now) {
  Presented presented{&identifier, {}};
  presented.blocked = settings.is_blocked(identifier.type, identifier.value);
  for (auto const& holder : holders) {
    bool const stale = settings.is_stale(identifier.type, holder.confirmed_at, now);
    presented.owners.push_back({holder.part, holder.root, stale});
    presented.shared = presented.shared || holder.shared;
  }
  return presented;
}

std::vector<Presented> present_all(Settings const& settings,
                                   std::span<Identifier const> identifiers,
                                   std::map<Key, std::vector<store::Holder>> const& holders,
                                   Timestamp now) {
  std::vector<Presented> presented;
  for (Identifier const& identifier : identifiers) {
    auto const found = holders.find(key_of(identifier));
    presented.push_back(
        present(settings, identifier,
                found == holders.end() ? std::span<store::Holder const>() : found->second, now));
  }
  return presented;
}

std::vector<CustomerId> contradicted(Settings const& settings, std::span<Presented const> presented,
                                     std::function<std::vector<Key>(CustomerId)> const& held) {
  std::vector<Identifier> brought;
  std::set<CustomerId> owners_of_all;  // of every exclusive value that was brought
  std::set<CustomerId> candidates;
  bool exclusive = false;
  for (Presented const& item : presented) {
    if (item.blocked) continue;
    brought.push_back(*item.identifier);
    std::set<CustomerId> roots;
    for (Owner const& owner : item.owners) roots.insert(owner.root);
    if (!item.shared && roots.size() == 1) candidates.insert(*roots.begin());
    auto const& rule = settings.rule_of(item.identifier->type, item.identifier->value);
    if (rule.kind != Class::exclusive) continue;
    std::erase_if(owners_of_all, [&](CustomerId root) { return !roots.contains(root); });
    if (!exclusive) owners_of_all = std::move(roots);
    exclusive = true;
  }
  if (!exclusive) return {};
  std::erase_if(candidates, [&](CustomerId root) {
    return owners_of_all.contains(root) || !contradicts(settings, brought, held(root));
  });
  return {candidates.begin(), candidates.end()};
}

Holdings::Holdings(postgres::Tx& tx, Actor const& actor, Facts& facts)
    : tx_(tx), actor_(actor), facts_(facts) {}

// Values, then the customers they lead to, then the look: one round trip, each behind its locks.
void Holdings::lock(std::span<Identifier const> identifiers, std::span<CustomerId const> also,
                    store::Reach reach, std::function<void()> const& look) {
  auto const asked = distinct(identifiers);
  if (asked.empty()) return lock_only(also, look);
  AskedSettings const said(tx_);
  store::lock_values(tx_, actor_, asked);
  auto locking = store::lock_holders(tx_, asked, also, reach);
  auto const looked = store::ask_holders(tx_, asked, reach);
  if (look) look();
  holders_ = store::read_holders(looked);
  for (auto const& [key, holders] : holders_) {
    for (auto const& holder : holders) {
      if (holder.shared) shared_.insert(key);
      if (holder.shared && reach == store::Reach::few) continue;
      if (!locking.add(holder.part, holder.root)) throw postgres::Retry{};
    }
  }
  locked_ = std::move(locking.locked());
  settings_ = said.read();
}

void Holdings::lock_only(std::span<CustomerId const> customers,
                         std::function<void()> const& look) {
  std::optional<parts::Locking> locking;
  if (!customers.empty()) locking.emplace(tx_, std::string_view{}, std::vector<postgres::Param>{},
                                          customers);
  if (look) look();
  if (locking) locked_ = std::move(locking->locked());
}

Presented Holdings::present(Identifier const& identifier) const {
  auto const found = holders_.find(key_of(identifier));
  auto presented = identity::present(
      settings_, identifier, found == holders_.end() ? Holders{} : found->second, actor_.now);
  presented.shared = shared_.contains(key_of(identifier));
  return presented;
}

std::vector<Presented> Holdings::present_all(std::span<Identifier const> identifiers) const {
  std::vector<Presented> presented;
  for (Identifier const& identifier : identifiers) presented.push_back(present(identifier));
  return presented;
}

std::vector<CustomerId> Holdings::contradicted(std::span<Presented const> presented) {
  return identity::contradicted(settings_, presented,
                                [this](CustomerId root) { return held(root); });
}

void Holdings::share_what_misled(std::span<Presented const> presented,
                                 std::span<CustomerId const> contradicted) {
  for (Presented const& item : presented) {
    auto const& identifier = *item.identifier;
    if (item.blocked || item.owners.size() != 1) continue;
    bool const misled = std::find(contradicted.begin(), contradicted.end(),
                                  item.owners.front().root) != contradicted.end();
    auto const& rule = settings_.rule_of(identifier.type, identifier.value);
    if (misled && rule.kind != Class::exclusive) share(key_of(identifier), "ids");
  }
}

std::vector<Key> const& Holdings::held(CustomerId root) {
  auto known = held_.find(root);
  if (known == held_.end()) known = held_.emplace(root, store::held_by(tx_, root)).first;
  return known->second;
}

Room Holdings::room(Identifier const& identifier, CustomerId root) {
  return room_for(settings_, identifier, held(root));
}

// One in sixteen counts for all of them: a row that every new customer wrote would be a queue.
CustomerId Holdings::create(bool provisional) {
  constexpr std::int64_t counted_for = 16;
  CustomerId const part = make(provisional);
  if (part.value.bytes.back() % counted_for == 0) newcomers_ += counted_for;
  return part;
}

CustomerId Holdings::create_part() {
  return make(false);
}

CustomerId Holdings::make(bool provisional) {
  CustomerId const part = parts::create(tx_, actor_, locked_, provisional);
  customers::create(tx_, actor_, part);
  created_.insert(part);
  held_[part];
  note(changes::Type::customer_created, part);
  tell(part, "created");
  return part;
}

void Holdings::attach(Identifier const& identifier, CustomerId part) {
  CustomerId const root = locked_.root(part).id;
  auto const key = key_of(identifier);
  bool const shared = shared_.contains(key);
  auto& holders = holders_[key];
  if (!shared) note_sharing(holders, root, Alone::no_more);  // else their documents say so already
  holders.push_back({part, root, identifier.assurance, actor_.now, shared});
  attached_.push_back({identifier, part});
  if (auto const held = held_.find(root); held != held_.end()) held->second.push_back(key);
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
  if (auto const held = held_.find(root); held != held_.end()) std::erase(held->second, key);
  note_sharing(holders, root, Alone::again);
  touched_.insert(root);
  tx_.loses_names(root);
  note(changes::Type::identifier_detached, part);
  tell(part, "detached");
  return true;
}

void Holdings::share(Key const& key, std::string_view why) {
  // What this operation has not locked is left for one that does.
  auto const holders = holders_.find(key);
  if (holders == holders_.end() || !shared_.insert(key).second) return;
  store::mark_shared(tx_, key, why);
  for (auto& holder : holders->second) {
    holder.shared = true;
    if (!created_.contains(holder.root)) {
      touched_.insert(holder.root);
      tx_.loses_names(holder.root);
    }
    note(changes::Type::identifier_shared, holder.part);
    tell(holder.part, "shared");
  }
  question_links(key);
}

void Holdings::question_links(Key const& key) {
  for (Resting const& link : store::links_resting_on(tx_, key)) {
    bool const known = locked_.has(link.one);
    CustomerId const part = known ? link.one : link.other;
    if (!locked_.has(part)) continue;  // a customer that this operation has not locked
    matches::Candidate const other{
        known ? link.other : link.one, "possible", 0, shared_evidence(key.type), {}};
    matches::raise(tx_, actor_, locked_, {part, "shared", {other}, 0}, facts_);
  }
}

void Holdings::unshare(Key const& key) {
  if (shared_.erase(key) == 0) return;
  store::mark_shared(tx_, key, "");
  for (auto& holder : holders_[key]) {
    holder.shared = false;
    touched_.insert(holder.root);
    note(changes::Type::customer_updated, holder.part, {"identifiers"});
  }
}

void Holdings::sight(Identifier const& identifier, CustomerId part) {
  sightings_.push_back({key_of(identifier), part});
}

bool Holdings::write_sightings() {
  auto const sightings = std::exchange(sightings_, {});
  store::insert_sightings(tx_, actor_, sightings);
  return !sightings.empty();
}

void Holdings::note_sharing(Holders const& holders, CustomerId except, Alone alone) {
  if (holders.size() != 1 || holders.front().root == except) return;
  auto const& other = holders.front();
  touched_.insert(other.root);
  if (alone == Alone::no_more) tx_.loses_names(other.root);
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

void Holdings::append_keys() {
  std::map<CustomerId, std::vector<Identifier>> fresh;
  for (auto const& item : attached_) fresh[item.part].push_back(item.identifier);
  for (auto const& [part, identifiers] : fresh) identity::append_keys(tx_, part, {}, identifiers);
}

void Holdings::write() {
  append_keys();
  store::count_customers(tx_, newcomers_);
  store::attach(tx_, actor_, attached_);
  store::confirm(tx_, actor_, confirmed_);
  write_sightings();
  for (CustomerId const root : touched_) customers::touch_version(tx_, root);
}

}  // namespace throughline::identity

// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include "throughline/domain/parts.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>
#include <vector>

#include "domain/parts/store.hpp"
#include "throughline/base/broken.hpp"
#include "throughline/base/error.hpp"

namespace throughline::parts {

Root const& Locked::root(CustomerId part) const {
  auto const found = root_of_.find(part);
  if (found == root_of_.end()) throw std::logic_error("the customer is not locked");
  return roots_.at(found->second);
}

std::optional<CustomerId> root_of(postgres::Tx& tx, CustomerId part) {
  return store::find_root(tx, part);
}

std::vector<CustomerId> members(postgres::Tx& tx, CustomerId root) {
  return store::members(tx, root);
}

Locked lock(postgres::Tx& tx, Actor const&, std::span<CustomerId const> parts) {
  if (parts.empty()) return {};
  return std::move(Locking(tx, {}, {}, parts).locked());
}

Locking::Locking(postgres::Tx& tx, std::string_view parts_sql, std::vector<postgres::Param> params,
                 std::span<CustomerId const> also)
    : tx_(&tx), rows_(store::ask_lock_of(tx, parts_sql, std::move(params), also)) {
  if (!also.empty()) also_ = store::ask_roots(tx, also);
}

bool Locking::add(CustomerId part, CustomerId root) {
  if (rows_) read();
  if (!locked_.roots_.contains(root)) return false;
  locked_.root_of_.emplace(part, root);
  return true;
}

Locked& Locking::locked() {
  if (rows_) read();
  return locked_;
}

namespace {

/// A root as it was found, for whoever answers for it though another has raised it.
void touch_as_found(postgres::Tx& tx, CustomerId root, std::int64_t version) {
  if (!is_broken("finding")) tx.touch(root, version);
}

}  // namespace

// A part that is a root is settled by its own locked row. Any other part points elsewhere, and
// where to may have changed while its root's lock was waited for: the look behind the lock tells,
// and has to lead to a row that is locked.
void Locking::read() {
  for (store::LockedRow const& row : store::read_locked(rows_->rows())) {
    if (!row.still_root) continue;
    locked_.roots_.emplace(row.root.id, row.root);
    locked_.root_of_.emplace(row.root.id, row.root.id);
    touch_as_found(*tx_, row.root.id, row.root.version);
  }
  rows_.reset();
  if (!also_) return;
  for (auto const& [part, root] : store::read_roots(also_->rows())) {
    if (!add(part, root)) throw postgres::Retry{};
  }
}

std::map<Uuid, CustomerId> rest_on(postgres::Tx& tx, std::string_view parts_sql,
                                   std::span<Uuid const> records) {
  std::map<Uuid, CustomerId> root_of;
  if (records.empty()) return root_of;
  for (store::Found const& found : store::roots_of(tx, parts_sql, records)) {
    root_of.emplace(found.record, found.root);
    touch_as_found(tx, found.root, found.version);
  }
  return root_of;
}

CustomerId create(postgres::Tx& tx, Actor const& actor, Locked& locked, bool provisional) {
  auto const id = CustomerId::make(actor.now);
  store::insert(tx, id, actor.now, provisional);
  locked.roots_.emplace(id, Root{id, 0, actor.now});
  locked.root_of_.emplace(id, id);
  return id;
}

std::int64_t raise(postgres::Tx& tx, Locked& locked, CustomerId part) {
  CustomerId const root = locked.root(part).id;
  auto const version = ++locked.roots_.at(root).version;
  tx.touch(root, version);
  return version;
}

void join(postgres::Tx& tx, Actor const& actor, Locked& locked, CustomerId one, CustomerId other) {
  auto older = locked.root(one);
  auto younger = locked.root(other);
  if (older.id == younger.id) return;
  if (std::pair(younger.created_at, younger.id) < std::pair(older.created_at, older.id)) {
    std::swap(older, younger);
  }
  if (store::count(tx, older.id, younger.id) > parts_max) {
    throw Error(Code::conflict, "The two customers have more than " + std::to_string(parts_max) +
                                    " parts together, the most that one customer can have.");
  }
  auto const version = std::max(older.version, younger.version) + 1;
  store::point(tx, older.id, younger.id, version, actor.now);
  for (auto& [part, root] : locked.root_of_) {
    if (root == younger.id) root = older.id;
  }
  locked.roots_.erase(younger.id);
  locked.roots_.at(older.id).version = version;
  tx.touch(older.id, version);
  tx.touch(younger.id, version);
  tx.loses_names(younger.id);
}

void split(postgres::Tx& tx, Actor const& actor, Locked& locked, CustomerId root,
           std::span<std::vector<CustomerId> const> groups) {
  std::map<CustomerId, CustomerId> root_of;
  for (auto const& group : groups) {
    for (CustomerId const part : group) root_of.emplace(part, group.front());
  }
  if (!locked.roots_.contains(root) || root_of.at(root) != root) {
    throw std::logic_error("a customer is split under its root, which stays one");
  }
  for (Root const& after : store::split(tx, root_of, actor.now)) {
    locked.roots_[after.id] = after;
    tx.touch(after.id, after.version);
  }
  tx.loses_names(root);
  for (auto const& [part, after] : root_of) locked.root_of_[part] = after;
}

}  // namespace throughline::parts

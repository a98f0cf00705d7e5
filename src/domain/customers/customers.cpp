// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include "throughline/domain/customers.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <utility>

#include "domain/customers/patch.hpp"
#include "domain/customers/store.hpp"
#include "throughline/base/error.hpp"
#include "throughline/domain/changes.hpp"

namespace throughline::customers {
namespace {

Error unknown_customer() {
  return Error(Code::not_found, "There is no customer with this id.");
}

}  // namespace

void create(postgres::Tx& tx, Actor const& actor, CustomerId part) {
  store::insert(tx, actor, part);
}

std::optional<Customer> find(postgres::Tx& tx, CustomerId id) {
  return store::find(tx, id);
}

Customer get(postgres::Tx& tx, CustomerId id) {
  auto customer = find(tx, id);
  if (!customer) throw unknown_customer();
  return *std::move(customer);
}

std::map<CustomerId, std::string> display_names(postgres::Tx& tx,
                                                std::span<CustomerId const> roots) {
  return store::display_names(tx, roots);
}

void update(postgres::Tx& tx, Actor const& actor, CustomerId id, Patch const& patch,
            std::optional<std::int64_t> expected) {
  auto locked = parts::lock(tx, actor, std::array{id});
  if (!locked.has(id)) throw unknown_customer();
  http::check_version(expected, get(tx, id).version);
  auto fields = apply(tx, actor, locked, id, patch);
  if (fields.empty()) return;
  changes::Change const change{changes::Type::customer_updated, id, id.value, std::move(fields),
                               std::nullopt};
  changes::record(tx, actor, locked, std::array{change});
}

std::vector<std::string> apply(postgres::Tx& tx, Actor const& actor, parts::Locked const& locked,
                               CustomerId part, Patch const& patch) {
  if (patch.empty()) return {};
  Customer const shown = get(tx, part);
  Difference const changed = difference(shown, patch);
  if (changed.fields.empty()) return {};
  // Two instances' clocks may disagree: what is written later must also be shown as the later one.
  Timestamp const at = std::max(actor.now, shown.updated_at + std::chrono::microseconds(1));
  store::write(tx, locked.root(part).id, part, changed, at);
  return changed.fields;
}

void touch_version(postgres::Tx& tx, CustomerId root) {
  store::raise_version(tx, root);
}

void join_versions(postgres::Tx& tx, CustomerId survivor, CustomerId other) {
  store::join_versions(tx, survivor, other);
}

void split(postgres::Tx& tx, std::span<std::vector<CustomerId> const> groups) {
  store::split(tx, groups);
}

}  // namespace throughline::customers

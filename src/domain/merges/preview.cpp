// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include "domain/merges/preview.hpp"

#include <algorithm>
#include <array>
#include <span>
#include <utility>

#include "domain/merges/asking.hpp"
#include "throughline/base/error.hpp"

namespace throughline::merges {
namespace {

/// Thrown at the end of a rehearsal, so that its savepoint is rolled back.
struct Rehearsed {};

bool is_older(parts::Root const& one, parts::Root const& other) {
  return std::pair(one.created_at, one.id) < std::pair(other.created_at, other.id);
}

/// The identifiers of two customers together, each value once.
std::vector<store::Held> together(std::vector<store::Held> ones, std::vector<store::Held> others) {
  for (store::Held& held : others) {
    bool const known = std::any_of(ones.begin(), ones.end(), [&](store::Held const& one) {
      return one.type == held.type && one.value == held.value;
    });
    if (!known) ones.push_back(std::move(held));
  }
  return ones;
}

/// What each of these parts says of a person.
std::vector<likeness::Record> records_of(postgres::Tx& tx, std::span<CustomerId const> parts) {
  std::vector<likeness::Record> records;
  for (std::string const& profile : store::profiles_of(tx, parts)) {
    records.push_back(likeness::read(profile, {}));
  }
  return records;
}

void look(postgres::Tx& tx, Preview& view) {
  view.survivor_before = customers::get(tx, view.survivor);
  view.loser_before = customers::get(tx, view.loser);
  view.parts = parts::members(tx, view.survivor);
  view.identifiers = store::identifiers_of(tx, view.survivor);
  if (view.merged) {
    auto const others = parts::members(tx, view.loser);
    view.vetoes = likeness::vetoes(records_of(tx, view.parts), records_of(tx, others));
    view.parts.insert(view.parts.end(), others.begin(), others.end());
    view.identifiers = together(std::move(view.identifiers), store::identifiers_of(tx, view.loser));
    view.remembered = partings(tx, std::array{view.survivor}, std::array{view.loser});
  }
  view.work = store::work_of(tx, view.parts);
}

}  // namespace

void rehearse(postgres::Tx& tx, std::function<void()> const& body) {
  try {
    tx.savepoint([&] {
      body();
      throw Rehearsed{};
    });
  } catch (Rehearsed const&) {
  }
}

Preview preview(postgres::Tx& tx, Actor const& actor, Asked const& asked) {
  parts::Locked locked = lock_asked(tx, actor, asked);
  auto older = locked.root(asked.customer);
  auto younger = locked.root(asked.with);
  if (is_older(younger, older)) std::swap(older, younger);
  Preview view;
  view.survivor = older.id;
  view.loser = younger.id;
  view.merged = older.id != younger.id;
  look(tx, view);
  if (!view.merged) {
    view.after = view.survivor_before;
    return view;
  }
  try {
    rehearse(tx, [&] {
      Facts facts;
      merge(tx, actor, locked, link_of(asked), facts);
      view.after = customers::get(tx, view.survivor);
      view.identifiers = store::identifiers_of(tx, view.survivor);
    });
  } catch (Error const& error) {
    if (error.code() != Code::conflict) throw;
    view.refused = error.detail();
  }
  return view;
}

}  // namespace throughline::merges

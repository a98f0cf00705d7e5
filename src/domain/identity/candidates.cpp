// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include "domain/identity/candidates.hpp"

#include <algorithm>
#include <map>

#include "domain/identity/wire.hpp"

namespace throughline::identity {
namespace {

bool holds(std::vector<Key> const& held, likeness::Value const& value) {
  return std::find(held.begin(), held.end(), Key{value.type, value.value}) != held.end();
}

template <class T>
bool told(T const& mine, T const& theirs) {
  return mine == T{} || mine == theirs;
}

bool tells_all_of(likeness::Record const& member, likeness::Record const& record) {
  return told(record.given, member.given) && told(record.family, member.family) &&
         told(record.suffix, member.suffix) && told(record.born, member.born) &&
         told(record.address, member.address);
}

bool is_stale(Settings const& settings, store::Carried const& carried, Timestamp now) {
  auto const limit = settings.stale_after.find(carried.value.type);
  return limit != settings.stale_after.end() && carried.confirmed_at + limit->second <= now;
}

}  // namespace

bool Known::says(likeness::Record const& record) const {
  return std::all_of(record.identifiers.begin(), record.identifiers.end(),
                     [&](auto const& value) { return holds(held, value); }) &&
         std::any_of(records.begin(), records.end(),
                     [&](auto const& member) { return tells_all_of(member, record); });
}

CustomerId Known::best_part(likeness::Record const& record,
                            likeness::Weights const& weights) const {
  std::size_t best = 0;
  double most = 0;
  for (std::size_t i = 0; i < records.size(); ++i) {
    double const bits = likeness::compare(record, records[i], weights).bits;
    if (i > 0 && bits <= most) continue;
    best = i;
    most = bits;
  }
  return parts[best];
}

Bond bond(Known const& one, Known const& other, likeness::Weights const& weights) {
  std::optional<Bond> best;
  for (std::size_t i = 0; i < one.records.size(); ++i) {
    for (std::size_t j = 0; j < other.records.size(); ++j) {
      auto score = likeness::compare(one.records[i], other.records[j], weights);
      if (best && score.bits <= best->score.bits) continue;
      best = Bond{one.parts[i], other.parts[j], std::move(score)};
    }
  }
  return *std::move(best);
}

bool exclude_each_other(Settings const& settings, Known const& one, Known const& other) {
  std::vector<Identifier> brought;
  for (Key const& key : one.held) {
    Identifier identifier;
    identifier.type = key.type;
    identifier.value = key.value;
    brought.push_back(std::move(identifier));
  }
  return contradicts(settings, brought, other.held);
}

likeness::Record record_of(store::Member const& member, std::span<likeness::Value const> values) {
  return likeness::read(profile_with_name(member.profile, member.display_name), values);
}

std::vector<PartRecord> records_of(store::Members const& found) {
  std::map<CustomerId, std::vector<likeness::Value>> values;
  for (auto const& carried : found.carried) values[carried.part].push_back(carried.value);
  std::vector<PartRecord> records;
  for (auto const& member : found.members) {
    records.push_back({member.part, record_of(member, values[member.part])});
  }
  return records;
}

likeness::Record record_of(Settings const& settings, std::string_view profile,
                           std::span<Presented const> presented) {
  std::vector<likeness::Value> values;
  for (Presented const& item : presented) {
    auto const& identifier = *item.identifier;
    if (settings.is_blocked(identifier.type, identifier.value) || !is_usable(identifier)) continue;
    values.push_back(
        {identifier.type, identifier.value, identifier.alias, identifier.exact, item.shared});
  }
  return likeness::read(profile, values);
}

std::vector<Known> read_known(postgres::Tx& tx, Settings const& settings, Timestamp now,
                              std::span<CustomerId const> roots) {
  auto const found = store::members_of(tx, roots);
  std::map<CustomerId, std::vector<likeness::Value>> values;
  std::map<CustomerId, std::vector<Key>> held;
  for (auto const& carried : found.carried) {
    if (settings.is_blocked(carried.value.type, carried.value.value)) continue;
    auto value = carried.value;
    value.shared = value.shared || is_stale(settings, carried, now);
    if (carried.held) held[carried.part].push_back({value.type, value.value});
    values[carried.part].push_back(std::move(value));
  }
  std::vector<Known> known;
  for (auto const& member : found.members) {
    if (known.empty() || known.back().root != member.root)
      known.push_back({member.root, {}, {}, {}});
    auto& customer = known.back();
    customer.parts.push_back(member.part);
    customer.records.push_back(record_of(member, values[member.part]));
    for (Key const& key : held[member.part]) {
      bool const known_already =
          std::find(customer.held.begin(), customer.held.end(), key) != customer.held.end();
      if (!known_already) customer.held.push_back(key);
    }
  }
  return known;
}

likeness::Verdict judge(likeness::Record const& record, std::span<Known const> known,
                        std::span<CustomerId const> vetoed, Settings const& settings,
                        store::Basis const& basis) {
  std::vector<likeness::Entity> entities;
  for (Known const& customer : known) {
    auto& entity = entities.emplace_back(likeness::Entity{customer.records, {}});
    if (std::find(vetoed.begin(), vetoed.end(), customer.root) != vetoed.end())
      entity.vetoes.push_back(likeness::Veto::exclusive);
  }
  likeness::Thresholds thresholds;
  thresholds.certain = settings.automatic;
  thresholds.possible = settings.review;
  thresholds.margin_bits = settings.margin_bits;
  return likeness::judge(record, entities, basis.weights, thresholds, basis.population);
}

std::vector<likeness::Key> keys_of(std::string_view profile,
                                   std::span<Identifier const> identifiers) {
  std::vector<likeness::Value> values;
  for (Identifier const& one : identifiers) {
    values.push_back({one.type, one.value, one.alias, one.exact, false});
  }
  return likeness::keys(likeness::read(profile, values));
}

void append_keys(postgres::Tx& tx, CustomerId part, std::string_view profile,
                 std::span<Identifier const> identifiers) {
  std::vector<store::KeyRow> rows;
  for (auto const key : keys_of(profile, identifiers)) rows.push_back({key, part});
  store::append_keys(tx, rows);
}

void append_profile_keys(postgres::Tx& tx, CustomerId part) {
  auto const member = store::member(tx, part);
  if (member) append_keys(tx, part, profile_with_name(member->profile, member->display_name), {});
}

}  // namespace throughline::identity

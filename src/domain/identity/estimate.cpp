// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// What levels of agreement are worth, learnt from a tenant's own customers.
#include <algorithm>
#include <random>
#include <set>
#include <unordered_map>
#include <utility>

#include "domain/identity/candidates.hpp"
#include "throughline/domain/identity.hpp"
#include "throughline/domain/likeness.hpp"

namespace throughline::identity {
namespace {

constexpr std::size_t sampled_max = 20'000;  // customers, the newest
constexpr std::size_t chunk = 500;           // customers a transaction: none may hold the horizon
constexpr std::size_t pairs_max = 400'000;   // of each kind

using Records = std::vector<likeness::Record>;

Records read_chunk(postgres::Tx& tx, std::optional<CustomerId>& below, std::size_t& customers) {
  auto const roots = store::roots_below(tx, below, chunk);
  customers = roots.size();
  if (roots.empty()) return {};
  below = roots.back();
  Records records;
  for (auto& each : records_of(store::members_of(tx, roots))) {
    records.push_back(std::move(each.record));
  }
  return records;
}

Records sample(postgres::Pool& pool, TenantId tenant) {
  Records records;
  std::optional<CustomerId> below;
  for (std::size_t seen = 0; seen < sampled_max;) {
    std::size_t customers = 0;
    pool.transact(postgres::Mode::read, tenant, [&](postgres::Tx& tx) {
      auto more = read_chunk(tx, below, customers);
      std::move(more.begin(), more.end(), std::back_inserter(records));
    });
    if (customers == 0) break;
    seen += customers;
  }
  return records;
}

/// Pairs that share a key, but for keys that many have.
void count_found(Records const& records, likeness::Sample& sample, Estimated& counted) {
  std::unordered_map<likeness::Key, std::vector<std::size_t>> holders;
  for (std::size_t i = 0; i < records.size(); ++i) {
    for (auto const key : likeness::keys(records[i])) holders[key].push_back(i);
  }
  std::set<std::pair<std::size_t, std::size_t>> pairs;
  for (auto const& [key, places] : holders) {
    if (places.size() > store::parts_per_key_max) continue;
    for (std::size_t i = 1; i < places.size() && pairs.size() < pairs_max; ++i) {
      for (std::size_t j = 0; j < i; ++j) pairs.emplace(places[j], places[i]);
    }
  }
  for (auto const& [one, other] : pairs) {
    sample.found[likeness::pattern(records[one], records[other])] += 1;
  }
  counted.pairs_found = pairs.size();
}

void count_random(Records const& records, likeness::Sample& sample, Estimated& counted) {
  if (records.size() < 2) return;
  std::mt19937_64 random(records.size());  // the same records give the same weights
  std::uniform_int_distribution<std::size_t> place(0, records.size() - 1);
  counted.pairs_random = std::min(pairs_max, records.size() * (records.size() - 1) / 2);
  for (std::size_t i = 0; i < counted.pairs_random; ++i) {
    auto const one = place(random);
    auto const other = place(random);
    if (one != other) sample.random[likeness::pattern(records[one], records[other])] += 1;
  }
}

}  // namespace

Estimated estimate(postgres::Pool& pool, TenantId tenant, Timestamp now) {
  auto const records = sample(pool, tenant);
  Estimated estimated;
  estimated.records = records.size();
  likeness::Sample sample;
  sample.population = std::max<double>(2, static_cast<double>(records.size()));
  count_found(records, sample, estimated);
  count_random(records, sample, estimated);
  auto weights = likeness::estimate(sample);
  pool.transact(postgres::Mode::write, tenant, [&](postgres::Tx& tx) {
    estimated.version = store::insert_weights(tx, weights, estimated, now);
  });
  weights.version = estimated.version;
  estimated.weights_json = likeness::to_json(weights);
  return estimated;
}

}  // namespace throughline::identity

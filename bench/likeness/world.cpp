// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include "world.hpp"

#include <algorithm>
#include <ctime>
#include <random>
#include <set>

namespace throughline::bench {

World::World(std::span<likeness::Record const> records, likeness::Weights const& weights,
             likeness::Thresholds const& thresholds)
    : records_(records),
      weights_(weights),
      thresholds_(thresholds),
      customer_of_(records.size(), records.size()) {}

std::vector<std::size_t> World::candidates(std::vector<likeness::Key> const& keys) {
  std::map<std::size_t, std::size_t> shared;
  for (likeness::Key const key : keys) {
    auto const found = by_key_.find(key);
    if (found == by_key_.end()) continue;
    if (found->second.size() > records_per_key_max) {
      ++keys_skipped_;
      continue;
    }
    std::set<std::size_t> customers;
    for (auto const record : found->second) customers.insert(customer_of_[record]);
    for (auto const customer : customers) ++shared[customer];
  }
  std::vector<std::pair<std::size_t, std::size_t>> ranked;
  for (auto const& [customer, count] : shared) ranked.emplace_back(count, customer);
  std::sort(ranked.begin(), ranked.end(), [](auto const& one, auto const& other) {
    return one.first != other.first ? one.first > other.first : one.second < other.second;
  });
  std::vector<std::size_t> result;
  for (auto const& [count, customer] : ranked) {
    if (result.size() < candidates_max) result.push_back(customer);
  }
  return result;
}

void World::join(std::size_t customer, std::size_t other) {
  auto& members = members_[customer];
  auto const moved = members_.extract(other);
  members.insert(members.end(), moved.mapped().begin(), moved.mapped().end());
  for (auto& each : customer_of_) {
    if (each == other) each = customer;
  }
}

void World::arrive(std::size_t record) {
  auto const keys = likeness::keys(records_[record]);
  keys_made_ += keys.size();
  auto const found = candidates(keys);
  std::vector<likeness::Entity> entities;
  for (auto const customer : found) entities.push_back({members_[customer], {}});

  std::clock_t const begin = std::clock();
  auto const verdict = likeness::judge(records_[record], entities, weights_, thresholds_,
                                       static_cast<double>(members_.size()));
  judging_seconds_ += static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC;
  judged_ += entities.size();

  std::size_t const customer = verdict.winner ? found[*verdict.winner] : record;
  std::vector<std::size_t> asked = verdict.review;
  for (auto const& each : verdict.doubles) asked.push_back(each.index);
  if (!asked.empty()) {
    Review review{record, {}};
    for (auto const index : asked) review.candidates.push_back(first_record_[found[index]]);
    reviews_.push_back(std::move(review));
  }
  if (verdict.winner) {
    for (auto const index : verdict.also) join(customer, found[index]);
  }
  customer_of_[record] = customer;
  first_record_.try_emplace(customer, record);
  members_[customer].push_back(records_[record]);
  for (auto const key : keys) by_key_[key].push_back(record);
}

likeness::Sample World::sample(std::size_t random_pairs, std::uint64_t seed) const {
  likeness::Sample sample;
  sample.population = static_cast<double>(records_.size());
  std::set<std::pair<std::size_t, std::size_t>> pairs;
  for (auto const& [key, records] : by_key_) {
    if (records.size() > records_per_key_max) continue;
    for (std::size_t i = 0; i < records.size(); ++i) {
      for (std::size_t j = 0; j < i; ++j) {
        pairs.emplace(std::min(records[i], records[j]), std::max(records[i], records[j]));
      }
    }
  }
  for (auto const& [one, other] : pairs) {
    ++sample.found[likeness::pattern(records_[one], records_[other])];
  }
  std::mt19937_64 random(seed);
  for (std::size_t i = 0; i < random_pairs; ++i) {
    std::size_t const one = random() % records_.size();
    std::size_t const other = random() % records_.size();
    if (one != other) ++sample.random[likeness::pattern(records_[one], records_[other])];
  }
  return sample;
}

}  // namespace throughline::bench

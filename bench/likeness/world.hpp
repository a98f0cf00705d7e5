// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// What the server does with records that arrive one at a time, in memory: keys lead to customers,
// judge() decides, the record joins the clear winner, or becomes a customer, with a review where
// there is doubt.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <unordered_map>
#include <vector>

#include "throughline/domain/likeness.hpp"

namespace throughline::bench {

/// A key that more records have is skipped.
inline constexpr std::size_t records_per_key_max = 50;
/// More customers than that are not judged; those that share most keys are.
inline constexpr std::size_t candidates_max = 50;

class World {
 public:
  /// `records` outlives this.
  World(std::span<likeness::Record const> records, likeness::Weights const& weights,
        likeness::Thresholds const& thresholds);

  /// The next record: an index into the records.
  void arrive(std::size_t record);

  /// A record put before a person, with a record of each customer it may belong to.
  struct Review {
    std::size_t record;
    std::vector<std::size_t> candidates;
  };
  std::vector<Review> const& reviews() const { return reviews_; }
  /// Per record, the customer it belongs to.
  std::vector<std::size_t> const& customers() const { return customer_of_; }
  std::size_t keys_skipped() const { return keys_skipped_; }
  std::size_t keys_made() const { return keys_made_; }
  double judging_seconds() const { return judging_seconds_; }  // of processor time
  std::size_t judged() const { return judged_; }

  /// Pairs found by keys and pairs at random, of what has arrived.
  likeness::Sample sample(std::size_t random_pairs, std::uint64_t seed) const;

 private:
  void join(std::size_t customer, std::size_t other);
  std::vector<std::size_t> candidates(std::vector<likeness::Key> const& keys);

  std::span<likeness::Record const> records_;
  likeness::Weights weights_;
  likeness::Thresholds thresholds_;
  std::unordered_map<likeness::Key, std::vector<std::size_t>> by_key_;
  std::vector<std::size_t> customer_of_;
  std::map<std::size_t, std::vector<likeness::Record>> members_;
  std::map<std::size_t, std::size_t> first_record_;
  std::vector<Review> reviews_;
  std::size_t keys_skipped_ = 0;
  std::size_t keys_made_ = 0;
  std::size_t judged_ = 0;
  double judging_seconds_ = 0;
};

}  // namespace throughline::bench

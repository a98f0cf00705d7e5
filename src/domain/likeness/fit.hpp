// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// How one set of records fits another: what agrees best between any two of them, field by field,
// and what speaks against their being of one person.
#pragma once

#include <span>
#include <vector>

#include "throughline/domain/likeness.hpp"

namespace throughline::likeness {

struct Fit {
  Pattern best{};  // per field the closest level between any two
  double bits = 0;
  Doubt doubt = Doubt::unanchored;
  bool letter_apart = false;  // given names that differ do so by a letter
};

class Scale {
 public:
  Scale(Weights const& weights, Thresholds const& thresholds, double population);

  double bits(Field field, std::size_t level) const;
  std::vector<Evidence> evidence(Pattern const& pattern) const;
  double probability(double bits) const;
  Fit fit(std::span<Record const> one, std::span<Record const> other) const;

 private:
  Weights const& weights_;
  double prior_bits_;
  double scale_bits_;  // what one identifier is worth more than in the reference population
};

}  // namespace throughline::likeness

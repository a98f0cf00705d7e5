// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// Expectation and maximisation over patterns of two kinds: pairs that share a key, some of them of
// one person, and pairs at random, nearly all of two. Among those that share a key, pairs of two
// people agree more often than at random, so they have a distribution of their own (v) in the
// mixture; the weights are m against u, the distribution at random.
#include <algorithm>
#include <array>
#include <cmath>

#include "domain/likeness/weights.hpp"

namespace throughline::likeness {
namespace {

constexpr int rounds = 40;
constexpr double believed = 20;          // the defaults count like so many pairs of one person,
constexpr double believed_random = 200;  // and so many at random
constexpr double matches_min = 50;   // fewer pairs of one person that tell a field: defaults stay
constexpr double random_min = 1000;  // the same for pairs at random
constexpr double seen_min = 5;       // a level expected less often than this keeps its default u
constexpr double share_at_first = 0.3;
constexpr double bits_max = 20;

using Shares = std::array<std::array<double, levels_max>, field_count>;

std::size_t levels_of(std::size_t field) {
  return levels(static_cast<Field>(field)).size();
}

/// How often each level was seen, and how often the field was told by both.
struct Counts {
  Shares levels{};
  std::array<double, field_count> told{};

  void add(Pattern const& pattern, double weight) {
    for (std::size_t i = 0; i < field_count; ++i) {
      if (pattern[i] == 0) continue;
      levels[i][pattern[i] - 1U] += weight;
      told[i] += weight;
    }
    // The order of names has one level: it is told wherever both names are.
    auto const order = index(Field::name_order);
    told[order] -= pattern[order] != 0 ? weight : 0;
    bool const names =
        level_of(pattern, Field::given_name) != 0 || level_of(pattern, Field::family_name) != 0;
    if (names) told[order] += weight;
  }
};

Shares shares(Counts const& counts, Shares const& prior, double strength) {
  Shares result{};
  for (std::size_t i = 0; i < field_count; ++i) {
    for (std::size_t j = 0; j < levels_of(i); ++j) {
      result[i][j] = (counts.levels[i][j] + strength * prior[i][j]) / (counts.told[i] + strength);
    }
  }
  return result;
}

Shares column(Weights const& weights, double Odds::*part) {
  Shares result{};
  for (std::size_t i = 0; i < field_count; ++i) {
    for (std::size_t j = 0; j < levels_of(i); ++j) result[i][j] = weights.odds[i][j].*part;
  }
  return result;
}

double log_likelihood(Pattern const& pattern, Shares const& shares) {
  double sum = 0;
  for (std::size_t i = 0; i < field_count; ++i) {
    if (pattern[i] != 0) sum += std::log(std::max(shares[i][pattern[i] - 1U], 1e-12));
  }
  return sum;
}

double probability(double log_odds) {
  return 1 / (1 + std::exp(-log_odds));
}

/// Where pairs of two people that share a key start: between what is common among all those that
/// share one and what is common at random.
Shares first_guess(std::map<Pattern, double> const& found, Shares const& u) {
  Counts all;
  for (auto const& [pattern, count] : found) all.add(pattern, count);
  Shares const observed = shares(all, u, believed);
  Shares result = u;
  for (std::size_t i = 0; i < field_count; ++i) {
    for (std::size_t j = 0; j < levels_of(i); ++j) {
      result[i][j] = (u[i][j] + observed[i][j]) / 2;
    }
  }
  return result;
}

/// Pairs of one person among those found, counted by probability.
Counts matches(std::map<Pattern, double> const& found, Shares const& m_prior, Shares const& u) {
  Shares m = m_prior;
  Shares v = first_guess(found, u);
  double share = share_at_first;
  Counts same;
  for (int round = 0; round < rounds; ++round) {
    same = {};
    Counts different;
    double matched = 0;
    double total = 0;
    for (auto const& [pattern, count] : found) {
      double const odds =
          std::log(share / (1 - share)) + log_likelihood(pattern, m) - log_likelihood(pattern, v);
      double const weight = probability(odds);
      same.add(pattern, count * weight);
      different.add(pattern, count * (1 - weight));
      matched += count * weight;
      total += count;
    }
    m = shares(same, m_prior, believed);
    v = shares(different, u, believed);
    share = std::clamp(matched / total, 0.001, 0.999);
  }
  return same;
}

/// Pairs at random without those that are of one person after all.
Counts non_matches(Sample const& sample, Shares const& m, Shares const& u) {
  Counts counts;
  double const prior = std::log(std::max(sample.population, 2.0));
  for (auto const& [pattern, count] : sample.random) {
    double const odds = log_likelihood(pattern, m) - log_likelihood(pattern, u) - prior;
    counts.add(pattern, count * (1 - probability(odds)));
  }
  return counts;
}

/// Closer never counts less: a level takes the bits of the one before it at most.
void put_in_order(std::array<Odds, levels_max>& odds, std::size_t count) {
  double most = bits_max;
  for (std::size_t j = 0; j < count; ++j) {
    auto& [m, u] = odds[j];
    most = std::clamp(std::log2(m / u), -bits_max, most);
    u = m / std::exp2(most);
  }
}

}  // namespace

Weights estimate(Sample const& sample) {
  Weights result = default_weights();
  if (sample.found.empty()) return result;
  Shares const m_prior = column(result, &Odds::m);
  Shares const u_prior = column(result, &Odds::u);
  Counts const same = matches(sample.found, m_prior, u_prior);
  Shares const m = shares(same, m_prior, believed);
  Counts const random = non_matches(sample, m, u_prior);
  Shares const u = shares(random, u_prior, believed_random);
  for (std::size_t i = 0; i < field_count; ++i) {
    auto const field = static_cast<Field>(i);
    bool const knows_m = same.told[i] >= matches_min;
    bool const knows_u = random.told[i] >= random_min;
    for (std::size_t j = 0; j < levels_of(i); ++j) {
      auto& odds = result.odds[i][j];
      if (knows_m) odds.m = m[i][j];
      // What names one person is too rare to be met at random: the default scales with the people.
      bool const rare = names_one_person(field, j + 1) ||
                        (random.levels[i][j] < seen_min && random.told[i] * odds.u < seen_min);
      if (knows_u && !rare) odds.u = u[i][j];
    }
    put_in_order(result.odds[i], levels_of(i));
  }
  return result;
}

}  // namespace throughline::likeness

// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>
#include <cmath>
#include <random>

#include "domain/likeness/people.hpp"

namespace throughline::likeness::tests {
namespace {

using Shares = std::vector<double>;

/// A world in which the levels of each field are drawn from known shares.
struct Model {
  std::map<Field, Shares> same;
  std::map<Field, Shares> different;
};

Model const model{{{Field::given_name, {.70, .10, .10, .02, .02, .06}},
                   {Field::family_name, {.60, .05, .15, .02, .08, .10}},
                   {Field::date_of_birth, {.75, .02, .15, .01, .05, .02}},
                   {Field::address, {.30, .20, .10, .20, .20}}},
                  {{Field::given_name, {.03, .01, .01, .01, .02, .92}},
                   {Field::family_name, {.02, .005, .005, .005, .01, .955}},
                   {Field::date_of_birth, {.001, .001, .003, .001, .03, .964}},
                   {Field::address, {.001, .005, .02, .15, .824}}}};

Pattern draw(std::map<Field, Shares> const& shares, std::mt19937& random) {
  Pattern pattern{};
  for (auto const& [field, share] : shares) {
    std::discrete_distribution<int> levels(share.begin(), share.end());
    bool const told = random() % 10 != 0;
    if (told)
      pattern[static_cast<std::size_t>(field)] = static_cast<std::uint8_t>(levels(random) + 1);
  }
  return pattern;
}

Sample sample_of(std::size_t same, std::size_t different, std::size_t at_random) {
  std::mt19937 random(11);
  Sample sample;
  for (std::size_t i = 0; i < same; ++i) ++sample.found[draw(model.same, random)];
  for (std::size_t i = 0; i < different; ++i) ++sample.found[draw(model.different, random)];
  for (std::size_t i = 0; i < at_random; ++i) ++sample.random[draw(model.different, random)];
  return sample;
}

bool equal(Weights const& one, Weights const& other) {
  return to_json(one) == to_json(other);
}

}  // namespace

TEST_CASE("estimate: finds m and u again without being told who is who", "[likeness]") {
  auto const weights = estimate(sample_of(4000, 8000, 100000));
  for (auto const& [field, shares] : model.same) {
    for (std::size_t i = 0; i < shares.size(); ++i) {
      INFO(name(field) << " " << levels(field)[i]);
      CHECK(weights.odds[static_cast<std::size_t>(field)][i].m == Approx(shares[i]).margin(.03));
    }
  }
  auto const& given = weights.odds[static_cast<std::size_t>(Field::given_name)];
  CHECK(given[0].u == Approx(.03).margin(.003));
  CHECK(given[5].u == Approx(.92).margin(.01));
}

TEST_CASE("estimate: what the sample says nothing of keeps its default", "[likeness]") {
  auto const weights = estimate(sample_of(4000, 8000, 100000));
  for (auto const field : {Field::email, Field::phone, Field::account, Field::social}) {
    for (std::size_t i = 1; i <= levels(field).size(); ++i) {
      CHECK(weights.bits(field, i) == Approx(default_weights().bits(field, i)));
    }
  }
}

TEST_CASE("estimate: too little gives the defaults back", "[likeness]") {
  CHECK(equal(estimate({}), default_weights()));
  auto const few = estimate(sample_of(20, 10, 100));
  CHECK(few.bits(Field::given_name, 1) == Approx(default_weights().bits(Field::given_name, 1)));
}

TEST_CASE("estimate: degenerate samples stay sane", "[likeness]") {
  Sample alike;
  Pattern all{};
  all.fill(1);
  alike.found[all] = 5000;
  alike.random[all] = 5000;
  Sample nobody;
  nobody.found[Pattern{}] = 100000;
  nobody.random[Pattern{}] = 100000;
  for (auto const& sample : {alike, nobody, sample_of(0, 5000, 5000), sample_of(5000, 0, 5000)}) {
    auto const weights = estimate(sample);
    for (std::size_t i = 0; i < field_count; ++i) {
      auto const field = static_cast<Field>(i);
      double before = 21;
      for (std::size_t level = 1; level <= levels(field).size(); ++level) {
        double const bits = weights.bits(field, level);
        INFO(name(field) << " " << level);
        CHECK(std::isfinite(bits));
        CHECK(bits <= before + 1e-9);  // closer is never worth less
        before = bits;
      }
    }
    CHECK(read_weights(to_json(weights)));
  }
}

}  // namespace throughline::likeness::tests

// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include "mood.hpp"

#include <cmath>

namespace throughline::interactions {
namespace {

constexpr double digits = 1000;

double moved(std::optional<double> average, double to, double weight) {
  double const from = average.value_or(to);
  return std::round((from + weight * (to - from)) * digits) / digits;
}

}  // namespace

void Mood::hear(double sentiment) {
  before = moved(before ? before : now, sentiment, weight_before);
  now = moved(now, sentiment, weight_now);
}

void Mood::set(std::optional<double> sentiment) {
  if (sentiment) {
    before = moved(before ? before : now, *sentiment, weight_before);
  } else {
    before.reset();
  }
  now = sentiment;
}

}  // namespace throughline::interactions

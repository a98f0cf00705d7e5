// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "throughline/platform/cache.hpp"

namespace throughline::app {

struct ReadinessFound {
  std::vector<std::string> problems;
  std::vector<std::string> degraded;
  cache::Form form = cache::Form::memory;
  bool cache_trusted = false;  // on every I/O thread
  std::optional<std::chrono::microseconds> horizon_age;
};

/// The body of /readyz.
std::string readiness_json(ReadinessFound const& found);

}  // namespace throughline::app

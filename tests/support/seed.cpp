// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include "support/seed.hpp"

#include <cstdlib>
#include <iostream>
#include <random>
#include <string>

namespace throughline::test {

std::uint64_t seed(std::string_view test) {
  char const* const chosen = std::getenv("THROUGHLINE_TEST_SEED");
  std::uint64_t const value = chosen != nullptr ? std::stoull(chosen) : std::random_device{}();
  std::cout << test << ": THROUGHLINE_TEST_SEED=" << value << std::endl;
  return value;
}

}  // namespace throughline::test

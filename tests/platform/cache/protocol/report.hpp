// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// Searches a model and prints what came of it: the number of states and, where the promise is
// broken, the shortest way there in words.
#pragma once

#include <catch2/catch.hpp>
#include <chrono>
#include <iostream>
#include <string>

#include "platform/cache/protocol/search.hpp"

namespace throughline::protocol {

template <class Model>
Outcome searched(std::string const& name, Model const& model) {
  auto const begun = std::chrono::steady_clock::now();
  auto const outcome = search(model);
  auto const took = std::chrono::duration_cast<std::chrono::milliseconds>(
      std::chrono::steady_clock::now() - begun);
  std::cout << name << ": " << outcome.states << " states in " << took.count() << " ms, "
            << (outcome.broken     ? "broken:"
                : outcome.complete ? "no way to break it"
                                   : "too many to finish")
            << "\n"
            << outcome.told() << std::flush;
  return outcome;
}

template <class Model>
void require_holds(std::string const& name, Model const& model) {
  auto const outcome = searched(name, model);
  INFO(outcome.told());
  REQUIRE_FALSE(outcome.broken);
  REQUIRE(outcome.complete);
}

template <class Model>
void require_broken(std::string const& name, Model const& model) {
  REQUIRE(searched(name, model).broken);
}

}  // namespace throughline::protocol

// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include "app/routes.hpp"

#include <iterator>

namespace throughline::app {

namespace {

[[maybe_unused]] void append(std::vector<http::Route>& all, std::vector<http::Route> module) {
  all.insert(all.end(), std::make_move_iterator(module.begin()),
             std::make_move_iterator(module.end()));
}

}  // namespace

std::vector<http::Route> routes() {
  std::vector<http::Route> all;
  return all;
}

}  // namespace throughline::app

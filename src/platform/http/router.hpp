// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// From method and path to the route that serves them.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "throughline/platform/http.hpp"

namespace throughline::http {

/// A route and the names in its pattern, in order.
struct Entry {
  Route route;
  std::vector<std::string_view> path_names;
};

/// Immutable once made; any thread. A fixed segment goes before a {name} at the same place.
class Router {
 public:
  /// Throws std::logic_error for a pattern that is none, or a method and pattern given twice.
  explicit Router(std::vector<Route> routes);
  ~Router();

  struct Match {
    Entry const* entry = nullptr;          // nullptr: no route for this path, or not by this method
    std::vector<std::string> path_values;  // in the order of path_names
    std::string allow;                     // the methods this path has; empty if it has none
  };
  /// HEAD finds the route of GET.
  Match match(Method method, std::vector<std::string> const& segments) const;
  /// Every method that any route has, as for OPTIONS *.
  std::string const& allow_any() const { return allow_any_; }

 private:
  struct Node;
  std::unique_ptr<Node> root_;
  std::string allow_any_;
};

/// Throws Error(invalid), naming every query parameter that the route doesn't know or that is given
/// more than once.
void check_query(Route const& route, Request const& request);

}  // namespace throughline::http

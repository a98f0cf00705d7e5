// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// What a hostile or broken client makes of a valid request.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "support/api/routes.hpp"

namespace throughline::support {

struct Mutation {
  enum class Verdict {
    malformed,  // 400: can't be read
    named,      // 422, one of the errors at `pointer`
    refused,    // any 4xx
    answered    // whatever a sound server says: no 5xx
  };
  std::string name;  // what was done, for messages
  std::string body;
  Verdict verdict;
  std::string pointer = {};
  /// The open object around it, where it is refused as a whole when it grows too large.
  std::string around = {};
};

/// Texts that are no JSON object, made from a valid body.
std::vector<Mutation> broken_texts(std::string const& body);

/// The body with one field at a time replaced by what it can't be, absent, or joined by a field
/// that nobody knows. `body` must be valid for the route.
std::vector<Mutation> broken_fields(ApiRoute const& route, std::string const& body);

/// The body with the route's `past` time added.
std::string with_past(ApiRoute const& route, std::string const& body);

/// Query values that are valid for no parameter but a free text, percent-encoded.
std::vector<std::string> broken_query_values();

}  // namespace throughline::support

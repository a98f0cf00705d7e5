// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// Every operation of the API as a caller would use it. Tests that must hold for each route run
// through this table, and one of them holds the table against the served description.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace throughline::support {

/// Texts in <angle brackets> are names of a World, which fills them in.
struct ApiRoute {
  std::string_view method;
  std::string_view path;   // as the description writes it
  std::string_view scope;  // empty: asks for no key
  int status;              // the answer to `target` and `body` in a fresh World
  std::string_view target;
  std::string_view body = {};  // empty: takes none
  /// JSON Pointer of a time that the body may carry too, where the key has customers:write.
  std::string_view past = {};
  /// Pointers of objects that take members beside those they know.
  std::vector<std::string_view> open = {};
  /// Pointers of such members: any JSON may stand there.
  std::vector<std::string_view> free = {};
  /// Pointer of a list whose elements fail one by one in an answer of 200.
  std::string_view items = {};

  bool writes() const { return !reads_by_post && method != "GET"; }
  bool reads_by_post = false;
};

/// At least one row per operation.
std::span<ApiRoute const> api_routes();

/// The row as the name of a test section.
std::string to_string(ApiRoute const& route);

/// Every scope a key can have, one by one.
std::span<std::string_view const> all_scopes();

}  // namespace throughline::support

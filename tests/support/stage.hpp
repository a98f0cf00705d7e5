// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// Routes of no module: small enough that what a test sees is what the platform does.
#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "throughline/platform/http.hpp"

namespace throughline::support {

/// What the routes work on and what they count. Outlives the server.
struct Stage {
  std::atomic<int> performed{0};
  std::atomic<int> rendered{0};
  std::atomic<int> resolved{0};
  std::atomic<int> assembled{0};
  std::atomic<int> sleep_ms{0};  // of GET /v1/slow, and of every assembling

  struct Name {
    CustomerId root;
    std::optional<CustomerId> part;  // for names that documents don't list
  };
  std::mutex mutex;
  std::map<std::string, Name> names;            // guarded by mutex, as are the versions
  std::map<CustomerId, std::int64_t> versions;  // of the roots there are

  CustomerId make_root(std::vector<std::string> const& known_as);
  void lead(std::string const& name, CustomerId root, std::optional<CustomerId> part = {});
  /// `gone` is no root any more: what led to it leads to `survivor`.
  void merge(CustomerId gone, CustomerId survivor);
};

/// GET    /v1/things/{id}?q&w   what the call holds, with ETag "v7"
/// POST   /v1/things            by its body: see stage.cpp
/// PATCH  /v1/things/{id}       at version 3
/// DELETE /v1/things/{id}
/// POST   /v1/search            a read
/// GET    /v1/slow              sleeps in its transaction
/// GET    /v1/documents?name=   a read that the cache may answer
/// POST   /v1/documents/{name}  raises the version of every root; answers with the name's
std::vector<http::Route> routes_for_tests(Stage& stage);

}  // namespace throughline::support

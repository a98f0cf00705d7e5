// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// What is said about each answered request: one line in the access log, one observation in the
// histogram of its route. Neither holds a path, a query or a name.
#pragma once

#include <chrono>
#include <map>
#include <string_view>
#include <utility>

#include "throughline/platform/http_server.hpp"

namespace throughline::http {

/// One per I/O thread, used there alone.
class Observer {
 public:
  Observer(ServerOptions const& options, log::Logger& log, metrics::Registry& metrics)
      : options_(options), log_(log), metrics_(metrics) {}

  /// `bytes` is what was sent; 0 if the connection was gone before.
  void answered(Exchange const& exchange, int status, std::size_t bytes,
                std::chrono::nanoseconds took);

 private:
  metrics::Histogram& series(std::string_view route, int status);

  ServerOptions const& options_;
  log::Logger& log_;
  metrics::Registry& metrics_;
  // Found by where the pattern's text stands: patterns live as long as the server.
  std::map<std::pair<char const*, int>, metrics::Histogram> series_;
};

}  // namespace throughline::http

// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include "platform/http/observer.hpp"

#include <cstdint>
#include <string>

namespace throughline::http {

namespace {

std::string_view method_name(Method method) {
  switch (method) {
    case Method::get:
      return "GET";
    case Method::head:
      return "HEAD";
    case Method::post:
      return "POST";
    case Method::put:
      return "PUT";
    case Method::patch:
      return "PATCH";
    case Method::del:
      return "DELETE";
    case Method::options:
      return "OPTIONS";
    case Method::other:
      break;
  }
  return "other";
}

}  // namespace

metrics::Histogram& Observer::series(std::string_view route, int status) {
  int const status_class = status / 100;
  auto const key = std::make_pair(route.data(), status_class);
  auto found = series_.find(key);
  if (found == series_.end()) {
    auto const made = metrics_.histogram("throughline_http_request_seconds",
                                         "Time from a request read whole to its answer sent.",
                                         {{"server", options_.name},
                                          {"route", std::string(route)},
                                          {"status", std::to_string(status_class) + "xx"}});
    found = series_.emplace(key, made).first;
  }
  return found->second;
}

void Observer::answered(Exchange const& exchange, int status, std::size_t bytes,
                        std::chrono::nanoseconds took) {
  double const seconds = std::chrono::duration<double>(took).count();
  series(exchange.route, status).observe(seconds);
  if (!options_.access_log) return;
  auto const key = exchange.key ? exchange.key->str() : std::string();
  log_.info("request", {{"method", method_name(exchange.request.method)},
                        {"route", exchange.route},
                        {"status", static_cast<std::int64_t>(status)},
                        {"duration_ms", seconds * 1000},
                        {"bytes", static_cast<std::int64_t>(bytes)},
                        {"request_id", exchange.request.id},
                        {"trace", exchange.request.traceparent},
                        {"tenant", exchange.tenant ? std::int64_t{exchange.tenant->value} : 0},
                        {"key", key}});
}

}  // namespace throughline::http

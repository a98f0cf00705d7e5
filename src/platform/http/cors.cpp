// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include "platform/http/cors.hpp"

#include <algorithm>

namespace throughline::http {

namespace {

constexpr char readable_headers[] =
    "Content-Location, ETag, Idempotency-Key, Idempotency-Replayed, Location, Retry-After, "
    "X-Request-Id";
constexpr char sendable_headers[] =
    "Authorization, Content-Type, Idempotency-Key, If-Match, If-None-Match, Last-Event-ID, Prefer, "
    "traceparent, X-Request-Id";
constexpr char preflight_seconds[] = "600";  // for which a browser need not ask again

}  // namespace

void allow_origin(Reply& reply, Request const& request, std::span<std::string const> allowed) {
  if (allowed.empty()) return;
  auto& headers = reply.headers;
  headers.emplace_back("Vary", "Origin");
  auto const origin = request.header("origin");
  auto const found = std::find(allowed.begin(), allowed.end(), origin);
  if (found == allowed.end()) return;
  headers.emplace_back("Access-Control-Allow-Origin", *found);
  bool const preflight =
      request.method == Method::options && !request.header("access-control-request-method").empty();
  if (!preflight) {
    headers.emplace_back("Access-Control-Expose-Headers", readable_headers);
    return;
  }
  auto const methods = std::find_if(headers.begin(), headers.end(),
                                    [](auto const& field) { return field.first == "Allow"; });
  if (methods == headers.end()) return;
  auto const list = methods->second;
  headers.emplace_back("Access-Control-Allow-Methods", list);
  headers.emplace_back("Access-Control-Allow-Headers", sendable_headers);
  headers.emplace_back("Access-Control-Max-Age", preflight_seconds);
}

}  // namespace throughline::http

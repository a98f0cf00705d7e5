// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include "platform/http/conditional.hpp"

#include <algorithm>

#include "platform/http/text.hpp"

namespace throughline::http {

bool names_etag(std::string_view if_none_match, std::string_view etag) {
  auto rest = trim_blanks(if_none_match);
  if (rest == "*") return true;
  while (!rest.empty()) {
    if (rest.starts_with("W/")) rest.remove_prefix(2);
    // Between its quotes an ETag may hold a comma; none of ours does, nor is one shorter than that.
    auto const end = std::min(rest.find(','), rest.size());
    if (trim_blanks(rest.substr(0, end)) == etag) return true;
    rest = trim_blanks(rest.substr(std::min(end + 1, rest.size())));
  }
  return false;
}

Reply unless_held(Request const& request, Reply reply) {
  bool const may = request.method == Method::get || request.method == Method::head;
  auto const held = request.header("if-none-match");
  if (!may || reply.status != 200 || held.empty()) return reply;
  std::string_view etag = reply.document ? std::string_view(reply.document->etag) : "";
  for (auto const& [name, value] : reply.headers) {
    if (name == "ETag") etag = value;
  }
  if (etag.empty() || !names_etag(held, etag)) return reply;
  reply.status = 304;
  reply.body.clear();
  return reply;
}

}  // namespace throughline::http

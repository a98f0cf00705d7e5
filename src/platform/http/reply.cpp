// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <stdexcept>
#include <utility>

#include "throughline/platform/http.hpp"

namespace throughline::http {

namespace {

bool is_header_text(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= ' ' && c != '\x7f'; });
}

}  // namespace

std::string_view Request::header(std::string_view lower_case_name) const {
  for (auto const& [name, value] : headers) {
    if (name == lower_case_name) return value;
  }
  return {};
}

Reply Reply::json(std::string body, int status) {
  Reply reply;
  reply.status = status;
  reply.body = std::move(body);
  return reply;
}

Reply Reply::versioned(std::string body, std::int64_t version, int status) {
  return json(std::move(body), status).with("ETag", "\"v" + std::to_string(version) + "\"");
}

Reply&& Reply::with(std::string name, std::string value) && {
  if (!is_header_text(name) || !is_header_text(value)) {
    throw std::logic_error("a header of an answer holds a byte that does not belong there");
  }
  headers.emplace_back(std::move(name), std::move(value));
  return std::move(*this);
}

}  // namespace throughline::http

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

/// FNV-1a, as 16 hex digits: tells two bodies of one version apart, keeps nothing secret.
std::string digest(std::string_view body) {
  std::uint64_t hash = 0xCBF29CE484222325ULL;
  for (char const c : body) hash = (hash ^ static_cast<std::uint8_t>(c)) * 0x100000001B3ULL;
  std::string text;
  for (int shift = 60; shift >= 0; shift -= 4) text += "0123456789abcdef"[hash >> shift & 0xF];
  return text;
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
  std::string etag = "\"v" + std::to_string(version) + "." + digest(body) + "\"";
  return json(std::move(body), status).with("ETag", std::move(etag));
}

Reply&& Reply::with(std::string name, std::string value) && {
  if (!is_header_text(name) || !is_header_text(value)) {
    throw std::logic_error("a header of an answer holds a byte that does not belong there");
  }
  headers.emplace_back(std::move(name), std::move(value));
  return std::move(*this);
}

}  // namespace throughline::http

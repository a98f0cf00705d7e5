// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <charconv>
#include <stdexcept>

#include "platform/http/text.hpp"
#include "throughline/platform/http.hpp"

namespace throughline::http {

namespace {

constexpr std::size_t etag_bytes_max = 64;

[[noreturn]] void refuse_query(std::string_view name, std::string detail) {
  throw Error({FieldError{"?" + std::string(name), std::move(detail)}});
}

std::optional<std::int64_t> parse_integer(std::string_view text) {
  std::int64_t number = 0;
  auto const* const end = text.data() + text.size();
  auto const result = std::from_chars(text.data(), end, number);
  if (result.ec != std::errc() || result.ptr != end) return std::nullopt;
  return number;
}

}  // namespace

Call::Call(Request const& request, Actor const& actor, std::vector<std::string> path_values,
           std::vector<std::string_view> path_names)
    : request_(request),
      actor_(actor),
      path_values_(std::move(path_values)),
      path_names_(std::move(path_names)) {}

std::string const& Call::path(std::string_view name) const {
  auto const found = std::find(path_names_.begin(), path_names_.end(), name);
  if (found == path_names_.end()) throw std::logic_error("the pattern has no such name");
  return path_values_[static_cast<std::size_t>(found - path_names_.begin())];
}

Uuid Call::path_uuid(std::string_view name) const {
  auto const uuid = parse_uuid(path(name));
  if (!uuid) throw Error(Code::not_found, "There is no record with this id.");
  return *uuid;
}

std::optional<std::string> Call::query(std::string_view name) const {
  for (auto const& [known, value] : request_.query) {
    if (known == name) return value;
  }
  return std::nullopt;
}

std::optional<Uuid> Call::query_uuid(std::string_view name) const {
  auto const text = query(name);
  if (!text) return std::nullopt;
  auto const uuid = parse_uuid(*text);
  if (!uuid) refuse_query(name, "Give a UUID.");
  return uuid;
}

std::optional<Timestamp> Call::query_time(std::string_view name) const {
  auto const text = query(name);
  if (!text) return std::nullopt;
  auto const time = parse_rfc3339(*text);
  if (!time) refuse_query(name, "Give an RFC 3339 time with an offset or Z.");
  return time;
}

std::optional<std::int64_t> Call::query_integer(std::string_view name, std::int64_t min,
                                                std::int64_t max) const {
  auto const text = query(name);
  if (!text) return std::nullopt;
  auto const number = parse_integer(*text);
  if (!number || *number < min || *number > max) {
    refuse_query(name, "Give a whole number from " + std::to_string(min) + " to " +
                           std::to_string(max) + ".");
  }
  return number;
}

std::optional<std::string> Call::query_word(std::string_view name,
                                            std::span<std::string_view const> allowed) const {
  auto text = query(name);
  if (!text || std::find(allowed.begin(), allowed.end(), *text) != allowed.end()) return text;
  std::string words;
  for (auto const word : allowed) words.append(words.empty() ? "" : ", ").append(word);
  refuse_query(name, "Give one of: " + words + ".");
}

PageRequest Call::page(std::string_view list) const {
  PageRequest page;
  auto const limit = query_integer("limit", 1, static_cast<std::int64_t>(page_limit_max));
  if (limit) page.limit = static_cast<std::size_t>(*limit);
  auto const cursor = query("cursor");
  if (!cursor) return page;
  auto keys = decode_cursor(actor_.tenant, list, *cursor);
  if (!keys) {
    refuse_query("cursor", "Give a next_cursor of this very list, with the same filters.");
  }
  page.after = std::move(*keys);
  return page;
}

std::string Call::page_json(std::string_view list, std::vector<std::string> const& items,
                            std::vector<std::string> const& next) const {
  std::string text = "{\"items\":[";
  for (auto const& item : items) {
    if (text.back() != '[') text += ',';
    text += item;
  }
  text += "],\"next_cursor\":";
  if (next.empty()) return text + "null}";
  // base64url: nothing to escape.
  return text + "\"" + encode_cursor(actor_.tenant, list, next) + "\"}";
}

std::optional<std::int64_t> Call::if_match() const {
  auto const text = trim_blanks(request_.header("if-match"));
  if (text.empty() || text == "*") return std::nullopt;
  constexpr std::int64_t never = -1;
  auto const dot = text.find('.');
  bool const ours = text.size() <= etag_bytes_max && text.starts_with("\"v") &&
                    text.find('"', 1) == text.size() - 1 && dot != std::string_view::npos;
  if (!ours) return never;
  auto const version = parse_integer(text.substr(2, dot - 2));
  return version && *version >= 0 ? *version : never;
}

void check_version(std::optional<std::int64_t> asked, std::int64_t current) {
  if (!asked || *asked == current) return;
  throw Error(Code::version_mismatch,
              "The resource has changed since the version that If-Match names; read it again.");
}

}  // namespace throughline::http

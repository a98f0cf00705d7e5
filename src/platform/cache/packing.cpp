// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include "platform/cache/packing.hpp"

#include <charconv>
#include <utility>

namespace throughline::cache {

namespace {

void append(std::string& out, std::string_view text) {
  out += std::to_string(text.size());
  out += ':';
  out += text;
}

template <class Number>
std::optional<Number> read_number(std::string_view text) {
  Number number = 0;
  auto const end = text.data() + text.size();
  auto const [stopped, problem] = std::from_chars(text.data(), end, number);
  if (problem != std::errc{} || stopped != end) return std::nullopt;
  return number;
}

/// Takes one text off the front.
std::optional<std::string> take(std::string_view& packed) {
  auto const colon = packed.find(':');
  if (colon == std::string_view::npos) return std::nullopt;
  auto const size = read_number<std::size_t>(packed.substr(0, colon));
  packed.remove_prefix(colon + 1);
  if (!size || *size > packed.size()) return std::nullopt;
  std::string text(packed.substr(0, *size));
  packed.remove_prefix(*size);
  return text;
}

}  // namespace

std::string pack(Document const& document) {
  std::string packed;
  append(packed, document.etag);
  for (auto const& name : document.answers_for) append(packed, name);
  return packed;
}

DocumentPtr unpack(std::string_view version, std::string_view packed, std::string body) {
  auto document = std::make_shared<Document>();
  auto const number = read_number<std::int64_t>(version);
  auto etag = take(packed);
  if (!number || !etag) return nullptr;
  document->version = *number;
  document->etag = std::move(*etag);
  document->body = std::move(body);
  while (!packed.empty()) {
    auto name = take(packed);
    if (!name) return nullptr;
    document->answers_for.push_back(std::move(*name));
  }
  return document;
}

}  // namespace throughline::cache

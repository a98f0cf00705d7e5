// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include "platform/http/prefer.hpp"

#include <algorithm>
#include <charconv>

#include "platform/http/text.hpp"

namespace throughline::http {

namespace {

std::optional<std::chrono::milliseconds> wait_of(std::string_view preference) {
  auto const equals = preference.find('=');
  if (equals == std::string_view::npos) return std::nullopt;
  if (to_lower(trim_blanks(preference.substr(0, equals))) != "wait") return std::nullopt;
  auto const text = trim_blanks(preference.substr(equals + 1));
  unsigned seconds = 0;
  auto const [end, problem] = std::from_chars(text.data(), text.data() + text.size(), seconds);
  if (problem != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return std::min(std::chrono::milliseconds(std::chrono::seconds(seconds)), wait_default);
}

}  // namespace

std::chrono::milliseconds preferred_wait(Request const& request) {
  auto rest = request.header("prefer");
  while (!rest.empty()) {
    auto const comma = std::min(rest.find(','), rest.size());
    if (auto const wait = wait_of(rest.substr(0, comma))) return *wait;
    rest.remove_prefix(std::min(comma + 1, rest.size()));
  }
  return wait_default;
}

}  // namespace throughline::http

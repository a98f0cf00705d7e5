// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include "platform/http/target.hpp"

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

#include "platform/http/text.hpp"
#include "throughline/base/error.hpp"
#include "throughline/base/text.hpp"

namespace throughline::http {

namespace {

std::string decode(std::string_view text) {
  std::string decoded;
  decoded.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      decoded += text[i];
      continue;
    }
    int const high = i + 2 < text.size() ? hex_value(text[i + 1]) : -1;
    int const low = i + 2 < text.size() ? hex_value(text[i + 2]) : -1;
    if (high < 0 || low < 0) {
      throw Error(Code::malformed, "The URL holds a % that begins no escape of two hex digits.");
    }
    decoded += static_cast<char>(high * 16 + low);
    i += 2;
  }
  if (decoded.find('\0') != std::string::npos) {
    throw Error(Code::malformed, "The URL holds an encoded NUL.");
  }
  if (!is_utf8(decoded)) throw Error(Code::malformed, "The URL, once decoded, is not UTF-8.");
  return decoded;
}

/// Up to the separator, which is taken off as well; the whole text if there is none.
std::string_view take_until(std::string_view& text, char separator) {
  auto const at = text.find(separator);
  auto const piece = text.substr(0, at);
  text.remove_prefix(at == std::string_view::npos ? text.size() : at + 1);
  return piece;
}

/// RFC 9112 3.2.2: a server accepts the absolute form, too.
std::string_view without_authority(std::string_view target) {
  for (std::string_view const scheme : {"http://", "https://"}) {
    if (to_lower(target.substr(0, scheme.size())) != scheme) continue;
    target.remove_prefix(scheme.size());
    auto const path = target.find_first_of("/?");
    return path == std::string_view::npos ? "/" : target.substr(path);
  }
  return target;
}

}  // namespace

void read_target(Request& request) {
  if (request.target == "*") return;
  auto rest = without_authority(request.target);
  if (!rest.starts_with('/')) throw Error(Code::malformed, "The request target is no path.");
  if (rest.find('#') != std::string_view::npos) {
    throw Error(Code::malformed, "A request target has no fragment.");
  }
  auto path = take_until(rest, '?').substr(1);
  auto const segments = 1 + static_cast<std::size_t>(std::count(path.begin(), path.end(), '/'));
  for (std::size_t i = 0; i < segments; ++i) {
    request.segments.push_back(decode(take_until(path, '/')));
  }
  while (!rest.empty()) {
    auto value = take_until(rest, '&');
    if (value.empty()) continue;
    auto const name = take_until(value, '=');
    request.query.emplace_back(decode(name), decode(value));
  }
}

}  // namespace throughline::http

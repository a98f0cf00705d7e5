// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include "platform/redis/url.hpp"

#include <charconv>
#include <stdexcept>

namespace throughline::redis {

namespace {

[[noreturn]] void refuse(std::string const& why) {
  throw std::invalid_argument("the Redis URL is not redis://[:password@]host[:port][/database]: " +
                              why);
}

template <class Number>
Number read_number(std::string_view text, char const* what) {
  Number number = 0;
  auto const [end, problem] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (problem != std::errc{} || end != text.data() + text.size()) {
    refuse(std::string("bad ") + what);
  }
  return number;
}

std::string percent_decoded(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out += text[i];
      continue;
    }
    unsigned value = 0;
    auto const digits = text.substr(i + 1, 2);
    auto const end = digits.data() + digits.size();
    if (digits.size() != 2 || std::from_chars(digits.data(), end, value, 16).ptr != end) {
      refuse("bad percent-encoding");
    }
    out += static_cast<char>(value);
    i += 2;
  }
  return out;
}

void read_login(std::string_view login, Url& url) {
  auto const colon = login.find(':');
  if (colon == std::string_view::npos) refuse("a login is user:password or :password");
  url.user = percent_decoded(login.substr(0, colon));
  url.password = percent_decoded(login.substr(colon + 1));
}

void read_host_and_port(std::string_view text, Url& url) {
  std::string_view rest;
  if (text.starts_with('[')) {
    auto const bracket = text.find(']');
    if (bracket == std::string_view::npos) refuse("a bracket is not closed");
    url.host = text.substr(1, bracket - 1);
    rest = text.substr(bracket + 1);
  } else {
    auto const colon = text.find(':');
    url.host = text.substr(0, colon);
    rest = colon == std::string_view::npos ? std::string_view() : text.substr(colon);
  }
  if (url.host.empty()) refuse("no host");
  if (rest.empty()) return;
  if (rest.front() != ':') refuse("bad port");
  url.port = read_number<std::uint16_t>(rest.substr(1), "port");
  if (url.port == 0) refuse("bad port");
}

}  // namespace

Url parse_url(std::string_view text) {
  constexpr std::string_view scheme = "redis://";
  if (!text.starts_with(scheme)) refuse("it does not start with redis://");
  text.remove_prefix(scheme.size());
  Url url;
  if (auto const at = text.rfind('@'); at != std::string_view::npos) {
    read_login(text.substr(0, at), url);
    text.remove_prefix(at + 1);
  }
  if (auto const slash = text.find('/'); slash != std::string_view::npos) {
    auto const database = text.substr(slash + 1);
    if (!database.empty()) url.database = read_number<std::uint32_t>(database, "database");
    text = text.substr(0, slash);
  }
  read_host_and_port(text, url);
  return url;
}

}  // namespace throughline::redis

// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include <idn2.h>

#include <algorithm>
#include <memory>
#include <optional>

#include "domain/identity/normalise.hpp"
#include "domain/identity/unicode.hpp"

namespace throughline::identity {
namespace {

constexpr std::size_t label_bytes_max = 63;  // RFC 1035

constexpr auto not_an_address = "must be an email address such as name@example.com";
constexpr auto bad_local =
    "must have a valid part before the @: letters, digits and !#$%&'*+-/=?^_`{|}~, single dots "
    "between them, or a quoted text";
constexpr auto long_local = "must have at most 64 bytes before the @";
constexpr auto bad_domain =
    "must have a valid domain behind the @: labels of letters, digits and inner hyphens, single "
    "dots between them, none at the end";
constexpr auto long_address = "must have at most 254 bytes";

bool is_ascii_alphanumeric(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

/// RFC 5321's atext; RFC 6531 adds everything beyond ASCII.
bool is_atext(char c) {
  constexpr std::string_view marks = "!#$%&'*+-/=?^_`{|}~";
  return is_ascii_alphanumeric(c) || (c & 0x80) != 0 || marks.find(c) != std::string_view::npos;
}

bool is_dot_atom(std::string_view text) {
  if (text.empty() || text.front() == '.' || text.back() == '.') return false;
  if (text.find("..") != std::string_view::npos) return false;
  return std::all_of(text.begin(), text.end(), [](char c) { return c == '.' || is_atext(c); });
}

struct Address {
  std::string local;  // unquoted
  std::string_view domain;
};

/// Takes a quoted local part out of its quotes. nullopt where they don't close right before the @.
std::optional<Address> split_quoted(std::string_view text) {
  Address address;
  std::size_t i = 1;
  for (; i < text.size() && text[i] != '"'; ++i) {
    if (text[i] == '\\' && ++i == text.size()) return std::nullopt;
    address.local += text[i];
  }
  if (text.substr(std::min(i, text.size()), 2) != "\"@") return std::nullopt;
  address.domain = text.substr(i + 2);
  return address;
}

std::string quote(std::string_view local) {
  std::string quoted = "\"";
  for (char const c : local) {
    if (c == '"' || c == '\\') quoted += '\\';
    quoted += c;
  }
  return quoted + '"';
}

bool is_label(std::string_view label) {
  if (label.empty() || label.size() > label_bytes_max) return false;
  if (label.front() == '-' || label.back() == '-') return false;
  return std::all_of(label.begin(), label.end(),
                     [](char c) { return is_ascii_alphanumeric(c) || c == '-'; });
}

bool is_host_name(std::string_view domain) {
  for (;;) {
    auto const dot = domain.find('.');
    if (!is_label(domain.substr(0, dot))) return false;
    if (dot == std::string_view::npos) return true;
    domain.remove_prefix(dot + 1);
  }
}

/// The domain in lower case and as A-labels, by libidn2; nullopt if it cannot be.
std::optional<std::string> to_a_labels(std::string const& domain) {
  constexpr int flags = IDN2_NFC_INPUT | IDN2_NONTRANSITIONAL | IDN2_USE_STD3_ASCII_RULES;
  char* encoded = nullptr;
  if (idn2_to_ascii_8z(domain.c_str(), &encoded, flags) != IDN2_OK) return std::nullopt;
  std::unique_ptr<char, decltype(&idn2_free)> const owner(encoded, &idn2_free);
  return fold(encoded);
}

/// nullopt if it is no host name. An A-label that was sent goes through libidn2 too, which refuses
/// one that does not stand for what it encodes.
std::optional<std::string> canonical_domain(std::string_view sent) {
  bool const ascii = is_ascii(sent);
  std::optional<std::string> domain = ascii ? fold(sent) : std::string(sent);
  bool const has_a_label = domain->find("xn--") != std::string::npos;
  if (!ascii || has_a_label) domain = to_a_labels(*domain);
  return domain && is_host_name(*domain) ? domain : std::nullopt;
}

}  // namespace

Normalised normalise_email(std::string_view text) {
  std::optional<Address> address;
  if (text.front() == '"') {
    address = split_quoted(text);
  } else if (auto const at = text.rfind('@'); at != std::string_view::npos) {
    address = Address{std::string(text.substr(0, at)), text.substr(at + 1)};
    if (!is_dot_atom(address->local)) return bad_local;
  }
  if (!address) return not_an_address;

  std::string const folded = fold(address->local);
  bool const is_plain = is_dot_atom(folded);
  std::string const local = is_plain ? folded : quote(folded);
  bool const holds_only_visible = is_ascii(local) || is_visible(local);
  if (!holds_only_visible) return bad_local;
  if (local.size() > email_local_bytes_max) return long_local;
  auto const domain = canonical_domain(address->domain);
  if (!domain) return bad_domain;

  Identifier email;
  email.value = local + "@" + *domain;
  if (email.value.size() > email_bytes_max) return long_address;
  if (is_plain) email.alias = email_alias(local, *domain);
  return email;
}

}  // namespace throughline::identity

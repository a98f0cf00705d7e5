// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include "throughline/base/page.hpp"

#include <cassert>
#include <cstdint>
#include <utility>

#include "throughline/base/error.hpp"
#include "throughline/base/text.hpp"

namespace throughline {
namespace {

constexpr std::string_view alphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
constexpr std::size_t cursor_length_max = 4096;
constexpr std::size_t digest_size = 8;
constexpr std::size_t length_size = 2;
constexpr std::size_t key_size_max = 0xFFFF;

std::string to_base64url(std::string_view bytes) {
  std::string text;
  text.reserve((bytes.size() * 4 + 2) / 3);
  std::uint32_t window = 0;
  int bits = 0;
  for (char const c : bytes) {
    window = window << 8 | static_cast<std::uint8_t>(c);
    for (bits += 8; bits >= 6; bits -= 6) text += alphabet[window >> (bits - 6) & 0x3F];
  }
  if (bits > 0) text += alphabet[window << (6 - bits) & 0x3F];
  return text;
}

/// nullopt for foreign characters and for text that no encoding yields (left-over bits).
std::optional<std::string> from_base64url(std::string_view text) {
  std::string bytes;
  bytes.reserve(text.size() * 3 / 4);
  std::uint32_t window = 0;
  int bits = 0;
  for (char const c : text) {
    auto const value = alphabet.find(c);
    if (value == std::string_view::npos) return std::nullopt;
    window = window << 6 | static_cast<std::uint32_t>(value);
    bits += 6;
    if (bits >= 8) {
      bits -= 8;
      bytes += static_cast<char>(window >> bits & 0xFF);
    }
  }
  bool const leftover = bits >= 6 || (window & ((1U << bits) - 1)) != 0;
  return leftover ? std::nullopt : std::optional(std::move(bytes));
}

/// FNV-1a over tenant, list and keys: tells damage and misplacement, keeps nothing secret.
std::string digest(TenantId tenant, std::string_view list, std::string_view keys) {
  std::uint64_t hash = 0xCBF29CE484222325ULL;
  auto const add = [&hash](std::string_view bytes) {
    for (char const c : bytes) {
      hash = (hash ^ static_cast<std::uint8_t>(c)) * 0x100000001B3ULL;
    }
  };
  add(std::to_string(tenant.value) + "/" + std::to_string(list.size()) + "/");
  add(list);
  add(keys);
  std::string bytes;
  for (std::size_t i = 0; i < digest_size; ++i) bytes += static_cast<char>(hash >> (8 * i) & 0xFF);
  return bytes;
}

}  // namespace

std::string encode_cursor(TenantId tenant, std::string_view list,
                          std::vector<std::string> const& keys) {
  std::string packed;
  for (std::string const& key : keys) {
    assert(key.size() <= key_size_max);
    packed += static_cast<char>(key.size() >> 8 & 0xFF);
    packed += static_cast<char>(key.size() & 0xFF);
    packed += key;
  }
  return to_base64url(digest(tenant, list, packed) + packed);
}

std::optional<std::vector<std::string>> decode_cursor(TenantId tenant, std::string_view list,
                                                      std::string_view cursor) {
  if (cursor.size() > cursor_length_max) return std::nullopt;
  auto const bytes = from_base64url(cursor);
  if (!bytes || bytes->size() < digest_size) return std::nullopt;
  std::string_view packed = std::string_view(*bytes).substr(digest_size);
  if (digest(tenant, list, packed) != bytes->substr(0, digest_size)) return std::nullopt;

  std::vector<std::string> keys;
  while (!packed.empty()) {
    if (packed.size() < length_size) return std::nullopt;
    std::size_t const size =
        static_cast<std::uint8_t>(packed[0]) << 8 | static_cast<std::uint8_t>(packed[1]);
    packed.remove_prefix(length_size);
    if (packed.size() < size) return std::nullopt;
    std::string_view const key = packed.substr(0, size);
    if (!is_utf8(key) || has_control(key)) return std::nullopt;
    keys.emplace_back(key);
    packed.remove_prefix(size);
  }
  return keys;
}

std::vector<std::string> to_keys(TimeKey const& key) {
  return {format_rfc3339(key.at), to_string(key.id)};
}

TimeKey below(PageRequest const& page) {
  if (page.after.empty()) {
    TimeKey last{*parse_rfc3339("9999-12-31T23:59:59.999999Z"), {}};
    last.id.bytes.fill(0xFF);
    return last;
  }
  if (page.after.size() == 2) {
    auto const at = parse_rfc3339(page.after[0]);
    auto const id = parse_uuid(page.after[1]);
    if (at && id) return TimeKey{*at, *id};
  }
  throw Error({FieldError{"?cursor", "is not a cursor of this list"}});
}

}  // namespace throughline

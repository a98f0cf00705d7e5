// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include "throughline/base/text.hpp"

#include <algorithm>
#include <cstdint>

namespace throughline {
namespace {

std::uint8_t byte_at(std::string_view text, std::size_t i) {
  return static_cast<std::uint8_t>(text[i]);
}

bool is_continuation(char c) {
  return (static_cast<std::uint8_t>(c) & 0xC0) == 0x80;
}

/// Length of the well-formed sequence that starts at `i`; 0 if there is none. RFC 3629, section 4:
/// only the second byte's range depends on the first.
std::size_t sequence_length(std::string_view text, std::size_t i) {
  std::uint8_t const first = byte_at(text, i);
  if (first < 0x80) return 1;
  std::size_t const length = first < 0xC2   ? 0
                             : first < 0xE0 ? 2
                             : first < 0xF0 ? 3
                             : first < 0xF5 ? 4
                                            : 0;
  if (length == 0 || text.size() - i < length) return 0;
  std::uint8_t const second = byte_at(text, i + 1);
  std::uint8_t const low = first == 0xE0 ? 0xA0 : first == 0xF0 ? 0x90 : 0x80;
  std::uint8_t const high = first == 0xED ? 0x9F : first == 0xF4 ? 0x8F : 0xBF;
  if (second < low || second > high) return 0;
  for (std::size_t k = 2; k < length; ++k) {
    if (!is_continuation(text[i + k])) return 0;
  }
  return length;
}

}  // namespace

bool is_utf8(std::string_view text) {
  for (std::size_t i = 0; i < text.size();) {
    std::size_t const length = sequence_length(text, i);
    if (length == 0) return false;
    i += length;
  }
  return true;
}

std::size_t count_characters(std::string_view utf8) {
  return static_cast<std::size_t>(
      std::count_if(utf8.begin(), utf8.end(), [](char c) { return !is_continuation(c); }));
}

bool has_control(std::string_view utf8, bool multiline) {
  for (std::size_t i = 0; i < utf8.size(); ++i) {
    std::uint8_t const byte = byte_at(utf8, i);
    if (byte < 0x20) {
      bool const is_layout = byte == '\t' || byte == '\n' || byte == '\r';
      if (!multiline || !is_layout) return true;
    } else if (byte == 0x7F) {
      return true;
    } else if (byte == 0xC2 && i + 1 < utf8.size() && byte_at(utf8, i + 1) < 0xA0) {
      return true;
    }
  }
  return false;
}

}  // namespace throughline

// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include "support/random_text.hpp"

#include "throughline/base/text.hpp"

namespace throughline::test {
namespace {

std::string encode(std::uint32_t c) {
  auto const byte = [](std::uint32_t value) { return static_cast<char>(value); };
  if (c < 0x80) return {byte(c)};
  if (c < 0x800) return {byte(0xC0 | c >> 6), byte(0x80 | (c & 0x3F))};
  if (c < 0x10000) {
    return {byte(0xE0 | c >> 12), byte(0x80 | (c >> 6 & 0x3F)), byte(0x80 | (c & 0x3F))};
  }
  return {byte(0xF0 | c >> 18), byte(0x80 | (c >> 12 & 0x3F)), byte(0x80 | (c >> 6 & 0x3F)),
          byte(0x80 | (c & 0x3F))};
}

}  // namespace

std::size_t RandomText::below(std::size_t count) {
  return engine_() % count;
}

std::string RandomText::character() {
  for (;;) {
    std::string const text =
        encode(static_cast<std::uint32_t>(below(2) == 0 ? below(0x400) : below(0x110000)));
    if (is_utf8(text)) return text;  // not a surrogate
  }
}

std::string RandomText::bytes(std::size_t size_max) {
  std::string text(below(size_max + 1), '\0');
  for (char& c : text) c = static_cast<char>(below(256));
  return text;
}

std::string RandomText::from(std::span<std::string_view const> fragments, std::size_t pieces_max) {
  std::string text;
  for (std::size_t pieces = below(pieces_max + 1); pieces > 0; --pieces) {
    text += below(6) == 0 ? character() : std::string(fragments[below(fragments.size())]);
  }
  return text;
}

std::string RandomText::damaged(std::string text) {
  if (text.empty()) return text;
  std::size_t const at = below(text.size());
  switch (below(4)) {
    case 0:
      text[at] = static_cast<char>(below(256));
      break;
    case 1:
      text.erase(at, 1);
      break;
    case 2:
      text.insert(at, 1, text[at]);
      break;
    default:
      text.resize(at);
      break;
  }
  return text;
}

}  // namespace throughline::test

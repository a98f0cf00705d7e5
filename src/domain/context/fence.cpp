// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include "fence.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <utility>

namespace throughline::context {
namespace {

using Range = std::pair<char32_t, char32_t>;

// Controls, and every character that Unicode counts as white space.
constexpr std::array<Range, 9> blank{{{0x00, 0x20},
                                      {0x7F, 0xA0},
                                      {0x1680, 0x1680},
                                      {0x2000, 0x200A},
                                      {0x2028, 0x2029},
                                      {0x202F, 0x202F},
                                      {0x205F, 0x205F},
                                      {0x3000, 0x3000},
                                      {0xFFF9, 0xFFFB}}};
// U+200C and U+200D stay: Persian words and families of emoji need them.
constexpr std::array<Range, 9> unseen{{{0xAD, 0xAD},
                                       {0x180E, 0x180E},
                                       {0x200B, 0x200B},
                                       {0x200E, 0x200F},
                                       {0x202A, 0x202E},
                                       {0x2060, 0x206F},
                                       {0xFEFF, 0xFEFF},
                                       {0xE0000, 0xE007F},
                                       {0xE0100, 0xE01EF}}};

template <std::size_t Size>
bool in(std::array<Range, Size> const& ranges, char32_t character) {
  return std::any_of(ranges.begin(), ranges.end(), [&](Range const& range) {
    return range.first <= character && character <= range.second;
  });
}

struct Character {
  char32_t code = 0;
  std::string_view bytes;
};

/// The first one of a text that is not empty.
Character first_of(std::string_view text) {
  auto const lead = static_cast<std::uint8_t>(text.front());
  std::size_t const size = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
  char32_t code = size == 1 ? lead : lead & (0xFFU >> (size + 1));
  for (std::size_t i = 1; i < std::min(size, text.size()); ++i) {
    code = code << 6 | (static_cast<std::uint8_t>(text[i]) & 0x3FU);
  }
  return {code, text.substr(0, size)};
}

}  // namespace

std::string flat(std::string_view text) {
  std::string line;
  bool gap = false;
  while (!text.empty()) {
    auto const next = first_of(text);
    text.remove_prefix(next.bytes.size());
    if (in(blank, next.code)) {
      gap = !line.empty();
    } else if (!in(unseen, next.code)) {
      if (gap) line += ' ';
      gap = false;
      line += next.bytes;
    }
  }
  return line;
}

std::string fenced(std::string_view text) {
  std::string inside = flat(text);
  for (auto const& [mark, bracket] : {std::pair(fence_open, "["), std::pair(fence_close, "]")}) {
    for (auto at = inside.find(mark); at != std::string::npos; at = inside.find(mark, at)) {
      inside.replace(at, mark.size(), bracket);
    }
  }
  return std::string(fence_open).append(inside).append(fence_close);
}

}  // namespace throughline::context

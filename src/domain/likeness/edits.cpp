// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include "domain/likeness/edits.hpp"

#include <algorithm>
#include <array>
#include <cstdint>

namespace throughline::likeness {
namespace {

constexpr std::size_t prefix_max = 4;      // Winkler: so much of the beginning counts,
constexpr double prefix_weight = 0.1;      // each character so much,
constexpr double prefix_needs_jaro = 0.7;  // where the rest is not too different

using Row = std::array<std::size_t, compared_bytes_max + 1>;

std::string_view cut(std::string_view text) {
  return text.substr(0, compared_bytes_max);
}

bool is_vowel(char c) {
  return c == 'a' || c == 'e' || c == 'i' || c == 'o' || c == 'u' || c == 'y';
}

/// The sound that a consonant stands for; 0: none of its own.
char consonant(std::string_view word, std::size_t i) {
  char const next = i + 1 < word.size() ? word[i + 1] : '\0';
  bool const soft = next == 'e' || next == 'i' || next == 'y';
  switch (word[i]) {
    case 'b':
    case 'd':
    case 'l':
    case 'm':
    case 'n':
    case 'r':
    case 'f':
    case 'k':
      return word[i];
    case 'c':
      return soft ? 's' : 'k';
    case 'g':
      return next == 'h' ? '\0' : (soft ? 'j' : 'g');
    case 'j':
      return 'j';
    case 'p':
      return next == 'h' ? 'f' : 'p';
    case 'q':
      return 'k';
    case 's':
    case 'z':
      return 's';
    case 't':
      return 't';
    case 'v':
      return 'f';
    case 'x':
      return 's';
    default:
      return '\0';  // h, w
  }
}

struct Matches {
  std::array<bool, compared_bytes_max> in_one{};
  std::array<bool, compared_bytes_max> in_other{};
  std::size_t count = 0;
};

Matches match(std::string_view one, std::string_view other) {
  Matches found;
  std::size_t const longer = std::max(one.size(), other.size());
  std::size_t const reach = longer < 4 ? 0 : longer / 2 - 1;
  for (std::size_t i = 0; i < one.size(); ++i) {
    std::size_t const begin = i > reach ? i - reach : 0;
    std::size_t const end = std::min(other.size(), i + reach + 1);
    for (std::size_t j = begin; j < end; ++j) {
      if (found.in_other[j] || one[i] != other[j]) continue;
      found.in_one[i] = found.in_other[j] = true;
      ++found.count;
      break;
    }
  }
  return found;
}

double jaro(std::string_view one, std::string_view other) {
  Matches const found = match(one, other);
  if (found.count == 0) return 0;
  std::size_t out_of_order = 0;
  std::size_t j = 0;
  for (std::size_t i = 0; i < one.size(); ++i) {
    if (!found.in_one[i]) continue;
    while (!found.in_other[j]) ++j;
    if (one[i] != other[j]) ++out_of_order;
    ++j;
  }
  auto const count = static_cast<double>(found.count);
  auto const swaps = static_cast<double>(out_of_order / 2);
  return (count / static_cast<double>(one.size()) + count / static_cast<double>(other.size()) +
          (count - swaps) / count) /
         3;
}

}  // namespace

std::size_t edits(std::string_view one, std::string_view other, std::size_t limit) {
  one = cut(one);
  other = cut(other);
  if (one == other) return 0;
  std::size_t const lengths =
      one.size() > other.size() ? one.size() - other.size() : other.size() - one.size();
  if (lengths > limit) return limit + 1;

  Row before{};
  Row last{};
  Row row{};
  for (std::size_t j = 0; j <= other.size(); ++j) last[j] = j;
  for (std::size_t i = 1; i <= one.size(); ++i) {
    row[0] = i;
    std::size_t best = i;
    for (std::size_t j = 1; j <= other.size(); ++j) {
      std::size_t const replaced = last[j - 1] + (one[i - 1] == other[j - 1] ? 0 : 1);
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, replaced});
      bool const swapped =
          i > 1 && j > 1 && one[i - 1] == other[j - 2] && one[i - 2] == other[j - 1];
      if (swapped) row[j] = std::min(row[j], before[j - 2] + 1);
      best = std::min(best, row[j]);
    }
    if (best > limit) return limit + 1;
    before = last;
    last = row;
  }
  return std::min(last[other.size()], limit + 1);
}

double jaro_winkler(std::string_view one, std::string_view other) {
  one = cut(one);
  other = cut(other);
  if (one == other) return 1;
  double const likeness = jaro(one, other);
  if (likeness < prefix_needs_jaro) return likeness;
  std::size_t common = 0;
  std::size_t const most = std::min({one.size(), other.size(), prefix_max});
  while (common < most && one[common] == other[common]) ++common;
  return likeness + static_cast<double>(common) * prefix_weight * (1 - likeness);
}

bool is_anagram(std::string_view one, std::string_view other) {
  if (one.size() != other.size()) return false;
  std::array<int, 256> counts{};
  for (char const c : one) ++counts[static_cast<std::uint8_t>(c)];
  for (char const c : other) --counts[static_cast<std::uint8_t>(c)];
  return std::all_of(counts.begin(), counts.end(), [](int count) { return count == 0; });
}

std::string sound(std::string_view word) {
  std::string result;
  for (std::size_t i = 0; i < word.size(); ++i) {
    if (i == 0 && is_vowel(word[0])) {
      result += 'a';
      continue;
    }
    char const heard = is_vowel(word[i]) ? '\0' : consonant(word, i);
    if (heard != '\0' && (result.empty() || result.back() != heard)) result += heard;
  }
  return result;
}

}  // namespace throughline::likeness

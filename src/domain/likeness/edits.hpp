// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// How far apart two words are. Bytes are compared: words are Latin letters and digits by then.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace throughline::likeness {

/// Longer words are compared by their first so many bytes.
inline constexpr std::size_t compared_bytes_max = 64;

/// Characters dropped, added, replaced, and neighbours swapped, that lead from one to the other
/// (optimal string alignment); limit + 1 where they are more than `limit`.
std::size_t edits(std::string_view one, std::string_view other, std::size_t limit);

/// Jaro's similarity with Winkler's bonus for a common beginning: 0 to 1.
double jaro_winkler(std::string_view one, std::string_view other);

/// The same letters in another order.
bool is_anagram(std::string_view one, std::string_view other);

/// How an English ear hears a name: consonants by sound, vowels only where they begin it. Geoffrey
/// and Jeffrey, Zara and Sarah, Thompson and Tomson are one.
std::string sound(std::string_view word);

}  // namespace throughline::likeness

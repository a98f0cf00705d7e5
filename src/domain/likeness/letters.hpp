// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// Text made comparable, over ICU. ASCII, the common case, never reaches ICU.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace throughline::likeness {

/// Lower-case Latin letters and digits, other scripts transliterated, accents gone; apostrophes and
/// full stops vanish, everything else is one space. Bytes that are no UTF-8 are spaces.
std::string letters(std::string_view text);

/// At most words_max words of letters(), of at most text_bytes_max bytes of the text.
std::vector<std::string> words(std::string_view text);

std::string joined(std::vector<std::string> const& words);

}  // namespace throughline::likeness

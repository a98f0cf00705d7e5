// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include "domain/identity/unicode.hpp"

#include <unicode/bytestream.h>
#include <unicode/casemap.h>
#include <unicode/normalizer2.h>
#include <unicode/uchar.h>
#include <unicode/utf8.h>

#include <algorithm>
#include <cstdint>
#include <stdexcept>

namespace throughline::identity {
namespace {

using Sink = icu::StringByteSink<std::string>;

icu::StringPiece piece(std::string_view text) {
  return {text.data(), static_cast<std::int32_t>(text.size())};
}

/// ICU fails on well-formed text only when its data or memory is missing.
void require(UErrorCode status) {
  if (U_FAILURE(status)) throw std::runtime_error(u_errorName(status));
}

using GetNormalizer = icu::Normalizer2 const*(UErrorCode&);

std::string normalise_by(GetNormalizer get, std::string_view text) {
  UErrorCode status = U_ZERO_ERROR;
  std::string result;
  Sink sink(&result, static_cast<std::int32_t>(text.size()));
  icu::Normalizer2 const* const form = get(status);
  require(status);
  form->normalizeUTF8(0, piece(text), sink, nullptr, status);
  require(status);
  return result;
}

std::string nfc(std::string_view text) {
  return normalise_by(icu::Normalizer2::getNFCInstance, text);
}

std::string nfd(std::string_view text) {
  return normalise_by(icu::Normalizer2::getNFDInstance, text);
}

std::string fold_case(std::string_view text) {
  UErrorCode status = U_ZERO_ERROR;
  std::string result;
  Sink sink(&result, static_cast<std::int32_t>(text.size()));
  icu::CaseMap::utf8Fold(U_FOLD_CASE_DEFAULT, piece(text), sink, nullptr, status);
  require(status);
  return result;
}

std::string upper(std::string_view text) {
  UErrorCode status = U_ZERO_ERROR;
  std::string result;
  Sink sink(&result, static_cast<std::int32_t>(text.size()));
  icu::CaseMap::utf8ToUpper("", 0, piece(text), sink, nullptr, status);
  require(status);
  return result;
}

char ascii_lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
}
char ascii_upper(char c) {
  return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c;
}

std::string mapped(std::string_view ascii, char (*map)(char)) {
  std::string result(ascii);
  std::transform(result.begin(), result.end(), result.begin(), map);
  return result;
}

bool is_space(UChar32 c) {
  return u_isUWhiteSpace(c);
}
bool is_format(UChar32 c) {
  return u_charType(c) == U_FORMAT_CHAR;
}
bool is_dash(UChar32 c) {
  return u_hasBinaryProperty(c, UCHAR_DASH);
}

bool is_seen(UChar32 c) {
  constexpr std::uint32_t unseen = U_GC_Z_MASK | U_GC_C_MASK;
  return (U_GET_GC_MASK(c) & unseen) == 0;
}

/// Calls `use(code point, its bytes)` for each character.
template <class Use>
void for_each_character(std::string_view text, Use use) {
  auto const size = static_cast<std::int32_t>(text.size());
  for (std::int32_t i = 0; i < size;) {
    std::int32_t const start = i;
    UChar32 c = 0;
    U8_NEXT(text.data(), i, size, c);
    use(c, text.substr(static_cast<std::size_t>(start), static_cast<std::size_t>(i - start)));
  }
}

}  // namespace

bool is_ascii(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return (c & 0x80) == 0; });
}

std::string nfkc(std::string_view text) {
  if (is_ascii(text)) return std::string(text);
  return normalise_by(icu::Normalizer2::getNFKCInstance, text);
}

std::string fold(std::string_view text) {
  if (is_ascii(text)) return mapped(text, ascii_lower);
  return nfc(fold_case(nfd(text)));
}

std::string fold_compatible(std::string_view text) {
  if (is_ascii(text)) return mapped(text, ascii_lower);
  return normalise_by(icu::Normalizer2::getNFKCCasefoldInstance, text);
}

std::string upper_compatible(std::string_view text) {
  if (is_ascii(text)) return mapped(text, ascii_upper);
  return nfkc(upper(nfkc(text)));
}

std::string_view trim(std::string_view text) {
  auto end = static_cast<std::int32_t>(text.size());
  std::int32_t begin = 0;
  UChar32 c = 0;
  for (std::int32_t next = 0; next < end; begin = next) {
    U8_NEXT(text.data(), next, end, c);
    if (!is_space(c) && !is_format(c)) break;
  }
  for (std::int32_t previous = end; previous > begin; end = previous) {
    U8_PREV(text.data(), begin, previous, c);
    if (!is_space(c) && !is_format(c)) break;
  }
  return text.substr(static_cast<std::size_t>(begin), static_cast<std::size_t>(end - begin));
}

std::string squeeze(std::string_view text) {
  std::string result;
  bool gap = false;
  for_each_character(text, [&](UChar32 c, std::string_view bytes) {
    if (is_format(c)) return;
    if (is_space(c)) {
      gap = true;
      return;
    }
    if (gap && !result.empty()) result += ' ';
    gap = false;
    result += bytes;
  });
  return result;
}

std::string without_separators(std::string_view text) {
  std::string result;
  for_each_character(text, [&result](UChar32 c, std::string_view bytes) {
    if (!is_space(c) && !is_dash(c) && !is_format(c)) result += bytes;
  });
  return result;
}

bool is_visible(std::string_view text) {
  bool visible = true;
  for_each_character(text,
                     [&visible](UChar32 c, std::string_view) { visible = visible && is_seen(c); });
  return visible;
}

}  // namespace throughline::identity

// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include "domain/likeness/letters.hpp"

#include <unicode/translit.h>
#include <unicode/unistr.h>

#include <algorithm>
#include <memory>
#include <mutex>

#include "throughline/domain/likeness.hpp"

namespace throughline::likeness {
namespace {

/// One for all threads: it takes milliseconds and megabytes to make. ICU promises no thread safety
/// for it, hence the mutex, which only text beyond ASCII meets.
class Latin {
 public:
  Latin() {
    UErrorCode status = U_ZERO_ERROR;
    rules_.reset(icu::Transliterator::createInstance("Any-Latin; Latin-ASCII; Lower",
                                                     UTRANS_FORWARD, status));
    if (U_FAILURE(status)) rules_.reset();
  }
  std::string apply(std::string_view text) {
    auto wide = icu::UnicodeString::fromUTF8(
        icu::StringPiece(text.data(), static_cast<std::int32_t>(text.size())));
    {
      std::lock_guard const lock(mutex_);
      if (rules_) rules_->transliterate(wide);
    }
    std::string result;
    wide.toUTF8String(result);
    return result;
  }

 private:
  std::mutex mutex_;
  std::unique_ptr<icu::Transliterator> rules_;
};

std::string to_latin(std::string_view text) {
  static Latin latin;
  return latin.apply(text);
}

bool is_ascii(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return (c & 0x80) == 0; });
}

/// What is left out without parting a word: O'Hare, St. John, J.R.
bool vanishes(char c) {
  return c == '\'' || c == '.' || c == '`';
}

std::string squeeze(std::string_view text) {
  std::string result;
  bool gap = false;
  for (char c : text) {
    if (vanishes(c)) continue;
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
    bool const seen = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
    if (!seen) {
      gap = true;
      continue;
    }
    if (gap && !result.empty()) result += ' ';
    gap = false;
    result += c;
  }
  return result;
}

}  // namespace

std::string letters(std::string_view text) {
  return is_ascii(text) ? squeeze(text) : squeeze(to_latin(text));
}

std::vector<std::string> words(std::string_view text) {
  std::string const plain = letters(text.substr(0, text_bytes_max));
  std::vector<std::string> result;
  std::size_t begin = 0;
  while (begin < plain.size() && result.size() < words_max) {
    auto const end = std::min(plain.find(' ', begin), plain.size());
    result.push_back(plain.substr(begin, end - begin));
    begin = end + 1;
  }
  return result;
}

std::string joined(std::vector<std::string> const& words) {
  std::string result;
  for (auto const& word : words) result += word;
  return result;
}

}  // namespace throughline::likeness

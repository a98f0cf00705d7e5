// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include "domain/identity/placeholders.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <iterator>
#include <string>

namespace throughline::identity {
namespace {

constexpr std::size_t repeated_digits_min = 7;  // a subscriber's number, an account's
constexpr std::size_t zeros_min = 3;

/// In lower case, letters and digits alone; the first few are nobody's handle either.
constexpr std::size_t handles = 8;
constexpr std::array<std::string_view, 28> words{
    "null",         "nil",         "none",          "na",      "nan",         "unknown",
    "anonymous",    "undefined",   "noone",         "nobody",  "notprovided", "notgiven",
    "notavailable", "unavailable", "notapplicable", "private", "restricted",  "withheld",
    "nonumber",     "nocallerid",  "nophone",       "noemail", "nomail",      "missing",
    "empty",        "void",        "xxx",           "xxxx"};

/// Local parts of addresses that nobody reads, or that a tester made up.
constexpr std::array<std::string_view, 8> locals{
    "noreply", "donotreply", "mailerdaemon", "test", "testing", "dummy", "fake", "example"};

constexpr std::array<std::string_view, 2> ascending{"1234567890", "0123456789"};

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

/// Lower-case letters and digits alone; a text of anything else (another script) stays itself.
std::string bare(std::string_view text) {
  std::string result;
  for (char const c : text) {
    if (static_cast<unsigned char>(c) >= 0x80) return std::string(text);
    if (c >= 'A' && c <= 'Z') {
      result += static_cast<char>(c + 32);
    } else if (is_digit(c) || (c >= 'a' && c <= 'z')) {
      result += c;
    }
  }
  return result;
}

bool is_word(std::string_view text, std::size_t among = words.size()) {
  auto const word = bare(text);
  auto const end = words.begin() + static_cast<std::ptrdiff_t>(among);
  return word.empty() || std::find(words.begin(), end, word) != end;
}

bool is_reserved(std::string_view domain) {
  return domain == "localhost" || domain.ends_with(".localhost") || domain.ends_with(".invalid");
}

bool is_nobodys_email(std::string_view value) {
  auto const at = value.rfind('@');
  auto const local = value.substr(0, std::min(value.find('+'), at));
  auto const word = bare(local);
  return is_word(local) || std::find(locals.begin(), locals.end(), word) != locals.end() ||
         is_reserved(value.substr(at + 1));
}

bool is_repeated(std::string_view digits) {
  return digits.size() >= repeated_digits_min &&
         digits.find_first_not_of(digits.front()) == std::string_view::npos;
}

/// "+1 555 555 5555", "111 111 1111": the country's code aside, of one digit in the plans of 1 and
/// 7, of two or three elsewhere.
bool is_repeated_number(std::string_view number, std::string_view digits) {
  if (!number.starts_with('+') || digits.size() < 4) return is_repeated(digits);
  if (digits[0] == '1' || digits[0] == '7') return is_repeated(digits.substr(1));
  return is_repeated(digits.substr(2)) || is_repeated(digits.substr(3));
}

/// "000" and longer; a single zero may be somebody's number.
bool is_zero(std::string_view digits) {
  return digits.size() >= zeros_min && digits.find_first_not_of('0') == std::string_view::npos;
}

/// Nothing but zeros, a country's code of up to three digits aside.
bool is_zero_number(std::string_view digits) {
  auto const last = digits.find_last_not_of('0');
  return last == std::string_view::npos || (last < 3 && digits.size() >= last + 4);
}

bool is_nobodys_phone(std::string_view value) {
  auto const number = value.substr(0, value.find(';'));
  std::string digits;
  std::copy_if(number.begin(), number.end(), std::back_inserter(digits), is_digit);
  if (digits.empty()) return is_word(number);
  return is_zero_number(digits) || is_repeated_number(number, digits) ||
         std::any_of(ascending.begin(), ascending.end(),
                     [&](std::string_view end) { return digits.ends_with(end); });
}

bool is_nobodys_number(std::string_view number) {
  bool const digits = std::all_of(number.begin(), number.end(), is_digit);
  return is_word(number) || (digits && (is_zero(number) || is_repeated(number)));
}

}  // namespace

bool is_placeholder(std::string_view type, std::string_view value) {
  if (type == "email") return is_nobodys_email(value);
  if (type == "phone") return is_nobodys_phone(value);
  auto const name = value.substr(value.find(':') + 1);
  return type == "account" ? is_nobodys_number(name) : is_word(name, handles);
}

bool matches_pattern(std::string_view value, std::string_view pattern) {
  std::size_t at = 0;
  std::size_t in = 0;
  std::size_t star = std::string_view::npos;  // the last asterisk passed
  std::size_t resume = 0;                     // where what it stands for may grow to
  while (at < value.size()) {
    if (in < pattern.size() && pattern[in] == '*') {
      star = in++;
      resume = at;
    } else if (in < pattern.size() && pattern[in] == value[at]) {
      ++in;
      ++at;
    } else if (star != std::string_view::npos) {
      in = star + 1;
      at = ++resume;
    } else {
      return false;
    }
  }
  return pattern.find_first_not_of('*', in) == std::string_view::npos;
}

}  // namespace throughline::identity

// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include "domain/likeness/dates.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "domain/likeness/edits.hpp"

namespace throughline::likeness {
namespace {

constexpr int year_min = 1850;
constexpr int year_max = 2100;
constexpr std::size_t text_max = 40;  // a longer text is no date

/// A run of digits or of letters.
struct Token {
  std::string_view text;
  int number = -1;  // -1: letters
  int month = 0;    // of letters: the month named
};

int month_named(std::string_view word) {
  constexpr std::array<std::string_view, 12> months{"jan", "feb", "mar", "apr", "may", "jun",
                                                    "jul", "aug", "sep", "oct", "nov", "dec"};
  if (word.size() < 3) return 0;
  std::string begin(word.substr(0, 3));
  for (char& c : begin) c = static_cast<char>(c | 0x20);
  auto const found = std::find(months.begin(), months.end(), begin);
  return found == months.end() ? 0 : static_cast<int>(found - months.begin()) + 1;
}

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_letter(char c) {
  char const lower = static_cast<char>(c | 0x20);
  return lower >= 'a' && lower <= 'z';
}

std::vector<Token> tokens(std::string_view text) {
  std::vector<Token> found;
  for (std::size_t i = 0; i < text.size();) {
    bool const digits = is_digit(text[i]);
    if (!digits && !is_letter(text[i])) {
      ++i;
      continue;
    }
    std::size_t const begin = i;
    while (i < text.size() && (digits ? is_digit(text[i]) : is_letter(text[i]))) ++i;
    Token token{text.substr(begin, i - begin), -1, 0};
    if (digits) {
      std::from_chars(text.data() + begin, text.data() + i, token.number);
    } else {
      token.month = month_named(token.text);
    }
    found.push_back(token);
  }
  return found;
}

/// Without the time of day behind it: 1978-11-12T00:00:00Z, 1978-11-12 00:00.
std::string_view without_time(std::string_view text) {
  auto const colon = text.find(':');
  if (colon == std::string_view::npos) return text;
  auto const gap = text.find_last_of("T ", colon);
  return gap == std::string_view::npos ? text : text.substr(0, gap);
}

std::optional<Date> checked(int year, int month, int day) {
  bool const told_century = year >= year_min && year <= year_max;
  if (!told_century && (year < 0 || year > 99)) return std::nullopt;
  if (month < 0 || month > 12 || day < 0 || day > 31) return std::nullopt;
  if (month == 0 && day != 0) return std::nullopt;
  bool const stands_for_none = year == 1900 && month == 1 && day == 1;
  if (stands_for_none) return std::nullopt;
  return Date{year, month, day};
}

std::optional<Date> read_compact(std::string_view digits) {
  int const number = [&] {
    int value = 0;
    std::from_chars(digits.data(), digits.data() + digits.size(), value);
    return value;
  }();
  if (number / 10000 < year_min) return std::nullopt;
  return checked(number / 10000, number / 100 % 100, number % 100);
}

/// Day and month in either order; month first where both are possible.
std::optional<Date> read_day_and_month(int year, int first, int second) {
  return first > 12 ? checked(year, second, first) : checked(year, first, second);
}

std::optional<Date> read_named(std::vector<Token> const& parts, int month) {
  std::vector<int> numbers;
  bool year_first = false;
  for (auto const& part : parts) {
    if (part.number < 0) continue;
    if (numbers.empty()) year_first = part.text.size() == 4;
    numbers.push_back(part.number);
  }
  if (numbers.size() == 1 && year_first) return checked(numbers[0], month, 0);
  if (numbers.size() != 2) return std::nullopt;
  return year_first ? checked(numbers[0], month, numbers[1])
                    : checked(numbers[1], month, numbers[0]);
}

std::string digits_of(Date const& date, bool century) {
  std::array<char, 16> text{};
  int const year = century ? date.year : date.year % 100;
  std::snprintf(text.data(), text.size(), century ? "%04d%02d%02d" : "%02d%02d%02d", year % 10000,
                date.month, date.day);
  return text.data();
}

bool is_whole(Date const& date) {
  return date.month != 0 && date.day != 0;
}

/// The next year or decade, the next month, some day: how people misremember another's birthday and
/// miss a row of a list. Hardly any two people of one family are so near.
bool is_slip(Date const& one, Date const& other) {
  int const years = std::abs(one.year % 100 - other.year % 100);
  int const months = std::abs(one.month - other.month);
  bool const next_year = years <= 1 || years == 10 || years == 90 || years == 99;
  return next_year && (months <= 1 || months == 11);
}

DateLevel compare_partly(Date const& one, Date const& other, bool same_year) {
  bool const months = one.month == 0 || other.month == 0 || one.month == other.month;
  bool const days = one.day == 0 || other.day == 0 || one.day == other.day;
  if (same_year && months && days) return date_year;
  return same_year ? date_slip : date_different;
}

}  // namespace

std::optional<Date> read_date(std::string_view text) {
  if (text.size() > text_max) return std::nullopt;
  auto const parts = tokens(without_time(text));
  if (parts.size() > 4) return std::nullopt;
  for (auto const& part : parts) {
    if (part.month != 0) return read_named(parts, part.month);
    if (part.number < 0) return std::nullopt;
  }
  if (!parts.empty() && parts[0].text.size() == 4 && parts[0].number < year_min) {
    return std::nullopt;
  }
  if (parts.size() == 1) {
    auto const& only = parts[0];
    if (only.text.size() == 8) return read_compact(only.text);
    return only.text.size() == 4 ? checked(only.number, 0, 0) : std::nullopt;
  }
  if (parts.size() == 2 && parts[0].text.size() == 4) {
    return checked(parts[0].number, parts[1].number, 0);
  }
  if (parts.size() != 3) return std::nullopt;
  if (parts[0].text.size() == 4) {
    return checked(parts[0].number, parts[1].number, parts[2].number);
  }
  return read_day_and_month(parts[2].number, parts[0].number, parts[1].number);
}

DateLevel compare_dates(std::optional<Date> const& one, std::optional<Date> const& other) {
  if (!one || !other) return date_absent;
  bool const century = one->year > 99 && other->year > 99;
  int const modulus = century ? 10000 : 100;
  bool const same_year = one->year % modulus == other->year % modulus;
  if (!is_whole(*one) || !is_whole(*other)) return compare_partly(*one, *other, same_year);

  bool const same_month = one->month == other->month;
  bool const same_day = one->day == other->day;
  if (same_year && same_month && same_day) return date_exact;
  if (same_year && one->month == other->day && one->day == other->month) return date_swapped;
  if (edits(digits_of(*one, century), digits_of(*other, century), 1) == 1) return date_digit;
  int const agreeing = int{same_year} + int{same_month} + int{same_day};
  return agreeing == 2 || is_slip(*one, *other) ? date_slip : date_different;
}

}  // namespace throughline::likeness

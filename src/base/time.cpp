// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include "throughline/base/time.hpp"

#include <cstdint>

namespace throughline {
namespace {

using namespace std::chrono;

constexpr int year_min = 1900;
constexpr int year_max = 9999;
constexpr std::size_t fraction_digits_max = 9;

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

/// Takes text from the front; once something is missing, everything after it fails too.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : text_(text) {}

  int digits(std::size_t count) {
    if (text_.size() < count) return fail();
    int value = 0;
    for (char const c : text_.substr(0, count)) {
      if (!is_digit(c)) return fail();
      value = value * 10 + (c - '0');
    }
    text_.remove_prefix(count);
    return value;
  }
  void expect(char upper, char lower) {
    if (!take(upper) && !take(lower)) fail();
  }
  void expect(char c) { expect(c, c); }
  bool take(char c) {
    if (text_.empty() || text_.front() != c) return false;
    text_.remove_prefix(1);
    return true;
  }
  /// The digits behind a decimal point as microseconds; those past the sixth are cut.
  microseconds fraction() {
    std::int64_t micros = 0;
    std::int64_t weight = 100'000;
    std::size_t count = 0;
    for (; count < text_.size() && is_digit(text_[count]); ++count, weight /= 10) {
      micros += (text_[count] - '0') * weight;
    }
    if (count == 0 || count > fraction_digits_max) return microseconds{fail()};
    text_.remove_prefix(count);
    return microseconds{micros};
  }
  bool done() const { return ok_ && text_.empty(); }

 private:
  int fail() {
    ok_ = false;
    text_ = {};
    return 0;
  }
  std::string_view text_;
  bool ok_ = true;
};

/// "Z" or "+05:30"; nullopt for a clock that does not exist. Other faults are left to the scanner.
std::optional<minutes> scan_offset(Scanner& in) {
  bool const negative = in.take('-');
  if (!negative && !in.take('+')) {
    in.expect('Z', 'z');
    return minutes{0};
  }
  int const hour = in.digits(2);
  in.expect(':');
  int const minute = in.digits(2);
  if (hour > 23 || minute > 59) return std::nullopt;
  minutes const offset = hours{hour} + minutes{minute};
  return negative ? -offset : offset;
}

bool is_last_minute_of_day(sys_seconds at) {
  return at - floor<days>(at) == 23h + 59min;
}

void write_digits(char* to, int value, int count) {
  for (int i = count - 1; i >= 0; --i, value /= 10) to[i] = static_cast<char>('0' + value % 10);
}

}  // namespace

std::optional<Timestamp> parse_rfc3339(std::string_view text) {
  Scanner in(text);
  int const year_number = in.digits(4);
  in.expect('-');
  int const month_number = in.digits(2);
  in.expect('-');
  int const day_number = in.digits(2);
  in.expect('T', 't');
  int const hour = in.digits(2);
  in.expect(':');
  int const minute = in.digits(2);
  in.expect(':');
  int const second = in.digits(2);
  microseconds const fraction = in.take('.') ? in.fraction() : microseconds{0};
  std::optional<minutes> const offset = scan_offset(in);
  if (!in.done() || !offset) return std::nullopt;

  year_month_day const date{year{year_number}, month{static_cast<unsigned>(month_number)},
                            day{static_cast<unsigned>(day_number)}};
  if (!date.ok() || hour > 23 || minute > 59 || second > 60) return std::nullopt;

  sys_seconds const start_of_minute = sys_days{date} + hours{hour} + minutes{minute} - *offset;
  // Leap seconds end a UTC day; anywhere else, :60 is a mistake.
  bool const leap = second == 60;
  if (leap && !is_last_minute_of_day(start_of_minute)) return std::nullopt;
  Timestamp const at = leap ? Timestamp{start_of_minute + 60s}
                            : Timestamp{start_of_minute + seconds{second}} + fraction;
  int const utc_year = static_cast<int>(year_month_day{floor<days>(at)}.year());
  if (utc_year < year_min || utc_year > year_max) return std::nullopt;
  return at;
}

std::string format_rfc3339(Timestamp at) {
  auto const midnight = floor<days>(at);
  year_month_day const date{midnight};
  hh_mm_ss const clock{at - midnight};
  std::string text = "0000-00-00T00:00:00.000000Z";
  char* const to = text.data();
  write_digits(to, static_cast<int>(date.year()), 4);
  write_digits(to + 5, static_cast<int>(static_cast<unsigned>(date.month())), 2);
  write_digits(to + 8, static_cast<int>(static_cast<unsigned>(date.day())), 2);
  write_digits(to + 11, static_cast<int>(clock.hours().count()), 2);
  write_digits(to + 14, static_cast<int>(clock.minutes().count()), 2);
  write_digits(to + 17, static_cast<int>(clock.seconds().count()), 2);
  write_digits(to + 20, static_cast<int>(clock.subseconds().count()), 6);
  return text;
}

Timestamp SystemClock::now() const {
  return floor<microseconds>(system_clock::now());
}

}  // namespace throughline

// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// Parameters going out and fields coming in, both in PostgreSQL's text form.
#include <array>
#include <charconv>
#include <limits>
#include <stdexcept>

#include "platform/postgres/rows_impl.hpp"
#include "throughline/platform/postgres.hpp"

namespace throughline::postgres {
namespace {

template <class Number>
Number parse_number(std::string_view text, char const* kind) {
  Number value{};
  auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size())
    throw std::logic_error(std::string("a field is no ") + kind);
  return value;
}

/// "2026-11-21 08:30:00[.123456]+00", as a session under timezone=UTC and datestyle=ISO writes it.
std::optional<Timestamp> parse_timestamptz(std::string_view text) {
  constexpr std::size_t seconds_size = 19;
  constexpr std::size_t fraction_digits = 6;
  if (text.size() < seconds_size + 3 || !text.ends_with("+00")) return std::nullopt;
  auto const number = [&](std::size_t at, std::size_t size) {
    return parse_number<int>(text.substr(at, size), "time");
  };
  using namespace std::chrono;
  auto const day = year(number(0, 4)) / number(5, 2) / number(8, 2);
  if (text[4] != '-' || !day.ok()) return std::nullopt;
  Timestamp at = sys_days(day) + hours(number(11, 2)) + minutes(number(14, 2)) +
                 seconds(number(17, 2)) + microseconds(0);
  auto const fraction = text.substr(seconds_size, text.size() - seconds_size - 3);
  if (fraction.empty()) return at;
  if (fraction[0] != '.' || fraction.size() > fraction_digits + 1) return std::nullopt;
  auto scaled = parse_number<int>(fraction.substr(1), "time");
  for (auto digits = fraction.size() - 1; digits < fraction_digits; ++digits) scaled *= 10;
  return at + microseconds(scaled);
}

}  // namespace

Param::Param(double value) {
  std::array<char, 32> buffer;
  auto const end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value).ptr;
  text = std::string(buffer.data(), end);
}

Param Param::bytes(std::span<std::uint8_t const> value) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string literal = "\\x";
  for (auto const byte : value) {
    literal += digits[byte >> 4];
    literal += digits[byte & 0xf];
  }
  return Param(std::move(literal));
}

Param Param::array(std::span<Param const> items) {
  std::string literal = "{";
  for (auto const& item : items) {
    if (literal.size() > 1) literal += ',';
    if (!item.text) {
      literal += "NULL";
      continue;
    }
    literal += '"';
    for (char const c : *item.text) {
      if (c == '"' || c == '\\') literal += '\\';
      literal += c;
    }
    literal += '"';
  }
  return Param(literal + '}');
}

std::string_view Field::view() const {
  if (null_) throw std::logic_error("a field is NULL");
  return {data_, size_};
}

std::optional<std::string> Field::optional_text() const {
  return null_ ? std::nullopt : std::optional<std::string>(text());
}

bool Field::boolean() const {
  auto const value = view();
  if (value != "t" && value != "f") throw std::logic_error("a field is no boolean");
  return value == "t";
}

std::int64_t Field::integer() const {
  return parse_number<std::int64_t>(view(), "integer");
}

double Field::real() const {
  return parse_number<double>(view(), "number");
}

std::optional<double> Field::optional_real() const {
  return null_ ? std::nullopt : std::optional<double>(real());
}

Timestamp Field::time() const {
  auto const at = parse_timestamptz(view());
  if (!at) throw std::logic_error("a field is no time");
  return *at;
}

std::optional<Timestamp> Field::optional_time() const {
  return null_ ? std::nullopt : std::optional<Timestamp>(time());
}

Uuid Field::uuid() const {
  auto const value = parse_uuid(view());
  if (!value) throw std::logic_error("a field is no UUID");
  return *value;
}

Rows::Rows(std::shared_ptr<Impl const> impl) : impl_(std::move(impl)) {}

std::size_t Rows::size() const {
  return static_cast<std::size_t>(PQntuples(impl_->result.get()));
}

std::size_t Rows::affected() const {
  std::string_view const text = PQcmdTuples(impl_->result.get());
  return text.empty() ? 0 : parse_number<std::size_t>(text, "count");
}

Field Rows::Row::operator[](std::size_t column) const {
  auto* const result = impl_->result.get();
  auto const row = static_cast<int>(index_);
  auto const field = static_cast<int>(column);
  if (row >= PQntuples(result) || field >= PQnfields(result))
    throw std::logic_error("there is no such row or column");
  return Field(PQgetvalue(result, row, field),
               static_cast<std::size_t>(PQgetlength(result, row, field)),
               PQgetisnull(result, row, field) == 1);
}

}  // namespace throughline::postgres

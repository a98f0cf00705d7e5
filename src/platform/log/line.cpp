// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include "platform/log/line.hpp"

#include <charconv>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <variant>

namespace throughline::log {

namespace {

constexpr std::string_view replacement = "\xEF\xBF\xBD";  // U+FFFD

bool continues(unsigned char byte) {
  return (byte & 0xC0) == 0x80;
}

/// The length of the well-formed UTF-8 sequence that `text` starts with; 0 if there is none.
std::size_t sequence_length(std::string_view text) {
  auto const byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  unsigned char const first = byte(0);
  std::size_t const length = first < 0x80   ? 1
                             : first < 0xC2 ? 0
                             : first < 0xE0 ? 2
                             : first < 0xF0 ? 3
                             : first < 0xF5 ? 4
                                            : 0;
  if (length == 0 || text.size() < length) return 0;
  for (std::size_t i = 1; i < length; ++i) {
    if (!continues(byte(i))) return 0;
  }
  bool const overlong = (first == 0xE0 && byte(1) < 0xA0) || (first == 0xF0 && byte(1) < 0x90);
  bool const surrogate = first == 0xED && byte(1) >= 0xA0;
  bool const beyond = first == 0xF4 && byte(1) >= 0x90;
  return overlong || surrogate || beyond ? 0 : length;
}

void append_escaped_control(std::string& out, unsigned char byte) {
  static constexpr std::string_view hex = "0123456789abcdef";
  out += "\\u00";
  out += hex[byte >> 4];
  out += hex[byte & 0xF];
}

void append_string(std::string& out, std::string_view text) {
  out += '"';
  while (!text.empty()) {
    std::size_t const length = sequence_length(text);
    char const first = text.front();
    if (length == 0) {
      out += replacement;
    } else if (length > 1) {
      out += text.substr(0, length);
    } else if (first == '"' || first == '\\') {
      out += '\\';
      out += first;
    } else if (static_cast<unsigned char>(first) < 0x20) {
      append_escaped_control(out, static_cast<unsigned char>(first));
    } else {
      out += first;
    }
    text.remove_prefix(length == 0 ? 1 : length);
  }
  out += '"';
}

template <class Number>
void append_number(std::string& out, Number number) {
  char digits[32];
  auto const end = std::to_chars(digits, digits + sizeof digits, number).ptr;
  out.append(digits, end);
}

struct AppendValue {
  std::string& out;
  void operator()(std::string_view text) const { append_string(out, text); }
  void operator()(std::int64_t number) const { append_number(out, number); }
  void operator()(bool truth) const { out += truth ? "true" : "false"; }
  void operator()(double number) const {
    if (std::isfinite(number)) {
      append_number(out, number);
    } else {
      out += "null";
    }
  }
};

std::string_view name(Level level) {
  switch (level) {
    case Level::debug:
      return "debug";
    case Level::info:
      return "info";
    case Level::warning:
      return "warning";
    case Level::error:
      return "error";
  }
  return "error";
}

}  // namespace

std::string line(Timestamp at, Level level, std::string_view event,
                 std::initializer_list<Field> fields) {
  std::string out;
  out.reserve(96 + fields.size() * 32);
  out += "{\"at\":\"";
  out += format_rfc3339(at);
  out += "\",\"level\":\"";
  out += name(level);
  out += "\",\"event\":";
  append_string(out, event);
  for (Field const& field : fields) {
    out += ',';
    append_string(out, field.name);
    out += ':';
    std::visit(AppendValue{out}, field.value);
  }
  out += '}';
  return out;
}

}  // namespace throughline::log

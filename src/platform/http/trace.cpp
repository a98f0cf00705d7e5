// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include "platform/http/trace.hpp"

#include <algorithm>

#include "platform/http/text.hpp"

namespace throughline::http {

namespace {

constexpr std::size_t request_id_max = 128;

bool is_lower_hex(std::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return is_digit(c) || (c >= 'a' && c <= 'f'); });
}

bool all_zero(std::string_view text) {
  return text.find_first_not_of('0') == std::string_view::npos;
}

}  // namespace

bool is_request_id(std::string_view text) {
  return !text.empty() && text.size() <= request_id_max &&
         std::all_of(text.begin(), text.end(), [](char c) {
           return is_digit(c) || is_letter(c) || c == '-' || c == '_' || c == '.' || c == ':';
         });
}

std::string_view well_formed_traceparent(std::string_view text) {
  constexpr std::size_t size = 55;  // version "-" 32 trace "-" 16 parent "-" 2 flags
  if (text.size() < size) return {};
  auto const version = text.substr(0, 2);
  auto const trace = text.substr(3, 32);
  auto const parent = text.substr(36, 16);
  auto const flags = text.substr(53, 2);
  bool const dashes = text[2] == '-' && text[35] == '-' && text[52] == '-';
  bool const hex =
      is_lower_hex(version) && is_lower_hex(trace) && is_lower_hex(parent) && is_lower_hex(flags);
  bool const tail = text.size() == size || (version != "00" && text[size] == '-');
  bool const valid =
      dashes && hex && tail && version != "ff" && !all_zero(trace) && !all_zero(parent);
  return valid ? text.substr(0, size) : std::string_view{};
}

void identify(Request& request, Timestamp now) {
  request.received_at = now;
  auto const id = request.header("x-request-id");
  request.id = is_request_id(id) ? std::string(id) : to_string(make_uuid7(now));
  request.traceparent = well_formed_traceparent(request.header("traceparent"));
}

}  // namespace throughline::http

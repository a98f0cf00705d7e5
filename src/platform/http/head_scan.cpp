// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include "platform/http/head_scan.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "platform/http/text.hpp"

namespace throughline::http {

namespace {

constexpr std::size_t content_length_digits_max = 18;  // fits 64 bits with room to spare

// A second one would leave it to the reader's taste which of the two counts.
constexpr std::array<std::string_view, 8> singletons = {
    "host",         "content-length",  "transfer-encoding", "authorization",
    "content-type", "idempotency-key", "x-request-id",      "traceparent"};

bool is_visible_ascii(char c) {
  return c > ' ' && c < '\x7f';
}

bool is_field_value(std::string_view value) {
  return std::all_of(value.begin(), value.end(), [](char c) {
    auto const byte = static_cast<unsigned char>(c);
    return byte == '\t' || (byte >= 0x20 && byte != 0x7f);
  });
}

bool is_host(std::string_view value) {
  return std::all_of(value.begin(), value.end(), [](char c) {
    return is_visible_ascii(c) && std::string_view("/\\@,?#\"<>").find(c) == std::string_view::npos;
  });
}

}  // namespace

bool HeadScan::refuse(std::string reason) {
  reason_ = std::move(reason);
  return false;
}

HeadScan::State HeadScan::look(std::string_view received) {
  while (!complete_) {
    auto const end = received.find('\n', position_);
    auto const seen = received.substr(position_, end - position_);  // npos: to the end
    auto const carriage_return = seen.find('\r');
    if (end == std::string_view::npos) {
      // A CR may be the last byte so far, its LF still on the way.
      if (carriage_return != std::string_view::npos && carriage_return + 1 != seen.size()) {
        refuse("A line of the head holds a CR that does not end it.");
        return State::refused;
      }
      return State::need_more;
    }
    if (carriage_return == std::string_view::npos || carriage_return + 1 != seen.size()) {
      refuse("Every line of the head ends in CR LF, and holds neither elsewhere.");
      return State::refused;
    }
    position_ = end + 1;
    if (!line(seen.substr(0, seen.size() - 1))) {
      return too_many_fields_ ? State::too_many_fields : State::refused;
    }
  }
  return State::complete;
}

bool HeadScan::line(std::string_view text) {
  if (!request_line_seen_) {
    request_line_seen_ = true;
    return request_line(text);
  }
  if (text.empty()) return end_of_head();
  return field_line(text);
}

bool HeadScan::request_line(std::string_view text) {
  auto const first = text.find(' ');
  auto const last = text.rfind(' ');
  if (first == std::string_view::npos || first == last) {
    return refuse("A request line is a method, a target and a version, with one space between.");
  }
  auto const method = text.substr(0, first);
  auto const target = text.substr(first + 1, last - first - 1);
  auto const version = text.substr(last + 1);
  if (!is_token(method)) return refuse("The method is no token.");
  if (target.empty() || !std::all_of(target.begin(), target.end(), is_visible_ascii)) {
    return refuse("The request target holds a byte that must be percent-encoded.");
  }
  http11_ = version == "HTTP/1.1";
  if (!http11_ && version != "HTTP/1.0") return refuse("The server speaks HTTP/1.1 and HTTP/1.0.");
  return true;
}

bool HeadScan::field_line(std::string_view text) {
  if (text.front() == ' ' || text.front() == '\t') {
    return refuse("A header field folded over several lines is not accepted.");
  }
  too_many_fields_ = ++fields_ > fields_max;
  if (too_many_fields_) return false;
  auto const colon = text.find(':');
  if (colon == std::string_view::npos || !is_token(text.substr(0, colon))) {
    return refuse(
        "A header field is a name that is a token, a colon right behind it, and a value.");
  }
  auto const value = trim_blanks(text.substr(colon + 1));
  if (!is_field_value(value)) return refuse("A header field's value holds a control character.");
  return framing_field(to_lower(text.substr(0, colon)), value);
}

bool HeadScan::framing_field(std::string_view lower_name, std::string_view value) {
  auto const* const known = std::find(singletons.begin(), singletons.end(), lower_name);
  if (known == singletons.end()) return true;
  auto const bit = 1U << static_cast<unsigned>(known - singletons.begin());
  if ((singletons_seen_ & bit) != 0) {
    return refuse("The header field " + std::string(*known) + " is given more than once.");
  }
  singletons_seen_ |= bit;

  if (lower_name == "host") {
    ++hosts_;
    return is_host(value) || refuse("The Host header names no host.");
  }
  if (lower_name == "content-length") {
    content_length_ = true;
    bool const digits = !value.empty() && value.size() <= content_length_digits_max &&
                        std::all_of(value.begin(), value.end(), is_digit);
    return digits || refuse("Content-Length is no number of bytes.");
  }
  if (lower_name == "transfer-encoding") {
    chunked_ = true;
    return value == "chunked" || refuse("The only transfer encoding accepted is: chunked.");
  }
  return true;
}

bool HeadScan::end_of_head() {
  if (http11_ && hosts_ == 0) return refuse("An HTTP/1.1 request names its Host.");
  if (chunked_ && content_length_) {
    return refuse("A request has a Transfer-Encoding or a Content-Length, not both.");
  }
  if (chunked_ && !http11_) return refuse("HTTP/1.0 knows no transfer encodings.");
  complete_ = true;
  return true;
}

}  // namespace throughline::http

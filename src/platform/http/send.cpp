// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include "platform/http/send.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <ctime>

namespace throughline::http {

namespace {

std::string_view reason_phrase(int status) {
  switch (status) {
    case 200:
      return "OK";
    case 201:
      return "Created";
    case 202:
      return "Accepted";
    case 204:
      return "No Content";
    case 207:
      return "Multi-Status";
    case 304:
      return "Not Modified";
    case 400:
      return "Bad Request";
    case 401:
      return "Unauthorized";
    case 403:
      return "Forbidden";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 408:
      return "Request Timeout";
    case 409:
      return "Conflict";
    case 410:
      return "Gone";
    case 412:
      return "Precondition Failed";
    case 413:
      return "Content Too Large";
    case 415:
      return "Unsupported Media Type";
    case 422:
      return "Unprocessable Content";
    case 429:
      return "Too Many Requests";
    case 431:
      return "Request Header Fields Too Large";
    case 500:
      return "Internal Server Error";
    case 503:
      return "Service Unavailable";
    default:
      return "";
  }
}

void append_number(std::string& out, std::size_t number) {
  std::array<char, 20> digits;
  auto const end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
  out.append(digits.data(), end);
}

void append_field(std::string& out, std::string_view name, std::string_view value) {
  out.append(name).append(": ").append(value).append("\r\n");
}

bool has_field(Reply const& reply, std::string_view name) {
  return std::any_of(reply.headers.begin(), reply.headers.end(),
                     [&](auto const& field) { return field.first == name; });
}

}  // namespace

std::string_view DateText::at(Timestamp now) {
  auto const second = std::chrono::floor<std::chrono::seconds>(now);
  if (second != second_) {
    second_ = second;
    std::time_t const since_epoch = second.time_since_epoch().count();
    std::tm parts{};
    gmtime_r(&since_epoch, &parts);
    std::array<char, 40> text;
    text_.assign(text.data(),
                 std::strftime(text.data(), text.size(), "%a, %d %b %Y %H:%M:%S GMT", &parts));
  }
  return text_;
}

void append_head(std::string& out, Reply const& reply, std::string_view request_id,
                 std::string_view date, Persistence persistence) {
  out.append("HTTP/1.1 ");
  append_number(out, static_cast<std::size_t>(reply.status));
  out.append(" ").append(reason_phrase(reply.status)).append("\r\n");
  append_field(out, "Date", date);
  // RFC 9110 8.6: neither status has content, and 204 must not state a length.
  if (reply.status != 204 && reply.status != 304) {
    append_field(out, "Content-Type", reply.content_type);
    if (persistence != Persistence::stream) {
      out.append("Content-Length: ");
      append_number(out, body_of(reply).size());
      out.append("\r\n");
    }
  }
  append_field(out, "X-Request-Id", request_id);
  append_field(out, "X-Content-Type-Options", "nosniff");
  if (reply.document && !reply.document->etag.empty()) {
    append_field(out, "ETag", reply.document->etag);
    append_field(out, "Cache-Control", "private, no-cache");
  } else if (!has_field(reply, "Cache-Control")) {
    append_field(out, "Cache-Control", "no-store");
  }
  for (auto const& [name, value] : reply.headers) append_field(out, name, value);
  if (persistence == Persistence::close || persistence == Persistence::stream) {
    append_field(out, "Connection", "close");
  }
  if (persistence == Persistence::keep_alive_said) append_field(out, "Connection", "keep-alive");
  out.append("\r\n");
}

}  // namespace throughline::http

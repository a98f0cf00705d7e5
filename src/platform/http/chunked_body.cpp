// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include "platform/http/chunked_body.hpp"

#include <algorithm>

#include "platform/http/text.hpp"

namespace throughline::http {

namespace {

constexpr std::size_t size_digits_max = 15;  // fits 64 bits with room to spare

bool is_printable(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) {
    auto const byte = static_cast<unsigned char>(c);
    return byte == '\t' || (byte >= 0x20 && byte != 0x7f);
  });
}

}  // namespace

ChunkedBody::State ChunkedBody::take(std::string_view& received, std::string& body) {
  State state = State::need_more;
  while (state == State::need_more && !received.empty()) {
    if (part_ == Part::data) {
      take_data(received, body);
      continue;
    }
    auto const before = received.size();
    state = take_line(received);
    if (received.size() == before) break;  // no whole line yet
  }
  return state;
}

void ChunkedBody::take_data(std::string_view& received, std::string& body) {
  auto const size = std::min(left_in_chunk_, received.size());
  body.append(received.substr(0, size));
  received.remove_prefix(size);
  left_in_chunk_ -= size;
  if (left_in_chunk_ == 0) part_ = Part::data_end;
}

ChunkedBody::State ChunkedBody::take_line(std::string_view& received) {
  auto const max = part_ == Part::trailers ? trailer_bytes_max : size_line_bytes_max;
  auto const end = received.substr(0, max).find('\n');
  if (end == std::string_view::npos) {
    return received.size() >= max ? State::refused : State::need_more;
  }
  if (end == 0 || received[end - 1] != '\r') return State::refused;
  auto const line = received.substr(0, end - 1);
  received.remove_prefix(end + 1);
  if (part_ == Part::size_line) return take_size_line(line);
  if (part_ == Part::trailers) return take_trailer(line);
  part_ = Part::size_line;
  return line.empty() ? State::need_more : State::refused;
}

ChunkedBody::State ChunkedBody::take_size_line(std::string_view line) {
  std::size_t digits = 0;
  std::size_t size = 0;
  for (; digits < line.size() && hex_value(line[digits]) >= 0; ++digits) {
    if (digits == size_digits_max) return State::refused;
    size = size * 16 + static_cast<std::size_t>(hex_value(line[digits]));
  }
  auto const extension = trim_blanks(line.substr(digits));
  extension_bytes_ += line.size() - digits;
  bool const well_formed = digits > 0 && is_printable(extension) &&
                           (line.size() == digits || (!extension.empty() && extension[0] == ';'));
  if (!well_formed || extension_bytes_ > extension_bytes_max) return State::refused;
  if (size > body_bytes_max_ - decoded_) return State::too_large;
  decoded_ += size;
  left_in_chunk_ = size;
  part_ = size == 0 ? Part::trailers : Part::data;
  return State::need_more;
}

ChunkedBody::State ChunkedBody::take_trailer(std::string_view line) {
  if (line.empty()) return State::complete;
  trailer_bytes_ += line.size();
  auto const colon = line.find(':');
  bool const well_formed = colon != std::string_view::npos && is_token(line.substr(0, colon)) &&
                           is_printable(line.substr(colon + 1));
  return well_formed && trailer_bytes_ <= trailer_bytes_max ? State::need_more : State::refused;
}

}  // namespace throughline::http

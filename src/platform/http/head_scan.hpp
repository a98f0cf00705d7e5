// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// Looks at a request's head byte by byte before any parser does. Two servers that read one head
// differently can be played against each other (request smuggling), so whatever RFC 9112 leaves
// room to read in two ways is refused here, and the parser behind sees only heads with one meaning.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace throughline::http {

class HeadScan {
 public:
  static constexpr std::size_t fields_max = 100;

  enum class State { need_more, complete, refused, too_many_fields };

  /// Looks at the bytes received so far, from the head's first; called again with more of the same
  /// head, it goes on where it stopped.
  State look(std::string_view received);

  /// Bytes of the head, its empty line included; after complete.
  std::size_t length() const { return position_; }
  bool chunked() const { return chunked_; }
  /// After refused: what is wrong, for the caller to read. Never repeats what was sent.
  std::string const& reason() const { return reason_; }

 private:
  bool line(std::string_view text);  // without its CRLF; false: refused
  bool request_line(std::string_view text);
  bool field_line(std::string_view text);
  bool framing_field(std::string_view lower_name, std::string_view value);
  bool end_of_head();
  bool refuse(std::string reason);

  std::size_t position_ = 0;  // everything before it has been looked at
  bool request_line_seen_ = false;
  bool complete_ = false;
  bool too_many_fields_ = false;
  bool http11_ = false;
  bool chunked_ = false;
  bool content_length_ = false;
  std::size_t hosts_ = 0;
  std::size_t fields_ = 0;
  unsigned singletons_seen_ = 0;  // bit per name in the list of head_scan.cpp
  std::string reason_;
};

}  // namespace throughline::http

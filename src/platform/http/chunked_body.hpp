// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// Decodes a chunked body. Beast's own decoder asserts on a last chunk that arrives byte by byte
// (1.74) and takes trailers for headers; this one reads the same grammar and throws extensions and
// trailers away, both within limits.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace throughline::http {

class ChunkedBody {
 public:
  static constexpr std::size_t size_line_bytes_max = 256;
  static constexpr std::size_t extension_bytes_max = 4096;  // of the whole body
  static constexpr std::size_t trailer_bytes_max = 4096;

  enum class State { need_more, complete, refused, too_large };

  explicit ChunkedBody(std::size_t body_bytes_max) : body_bytes_max_(body_bytes_max) {}

  /// Appends what it can decode to `body` and removes what it has used from the front of
  /// `received`; what is left is to be given again with more behind it.
  State take(std::string_view& received, std::string& body);

 private:
  enum class Part { size_line, data, data_end, trailers };

  State take_size_line(std::string_view line);
  State take_trailer(std::string_view line);
  State take_line(std::string_view& received);
  void take_data(std::string_view& received, std::string& body);

  std::size_t const body_bytes_max_;
  Part part_ = Part::size_line;
  std::size_t decoded_ = 0;
  std::size_t left_in_chunk_ = 0;
  std::size_t extension_bytes_ = 0;
  std::size_t trailer_bytes_ = 0;
};

}  // namespace throughline::http

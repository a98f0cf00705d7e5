// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// The bytes of an answer's head. The body is sent from where it lies.
#pragma once

#include <string>
#include <string_view>

#include "throughline/base/time.hpp"
#include "throughline/platform/http.hpp"

namespace throughline::http {

/// The Date header's value for each moment; formats once a second. One per I/O thread.
class DateText {
 public:
  std::string_view at(Timestamp now);

 private:
  std::chrono::sys_seconds second_{std::chrono::seconds{-1}};
  std::string text_;
};

/// The bytes that follow the head unless the request was HEAD.
inline std::string_view body_of(Reply const& reply) {
  return reply.document ? std::string_view(reply.document->body) : std::string_view(reply.body);
}

enum class Persistence {
  keep_alive,
  keep_alive_said,
  close,
  stream  // what follows goes on until the connection closes
};

/// Appends status line and header fields, the empty line included.
void append_head(std::string& out, Reply const& reply, std::string_view request_id,
                 std::string_view date, Persistence persistence);

}  // namespace throughline::http

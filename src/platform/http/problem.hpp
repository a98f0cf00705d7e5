// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// Errors as RFC 9457 problem documents. The only place that knows which status a code becomes.
#pragma once

#include <chrono>
#include <exception>
#include <string>
#include <string_view>

#include "throughline/base/error.hpp"
#include "throughline/platform/http.hpp"
#include "throughline/platform/log.hpp"

namespace throughline::http {

/// What is wrong with a request before it is one: the connection ends with the answer.
struct Fault {
  enum class Kind { malformed, head_too_large, body_too_large, timeout } kind = Kind::malformed;
  std::string detail;
};

/// Up to so much is added, at random, to every Retry-After: those turned away together are not to
/// come back together.
inline constexpr std::chrono::seconds retry_after_spread{2};

/// The answer to an error. `request_id` becomes the problem's `instance`.
Reply problem(Error const& error, std::string_view request_id);
Reply problem(Fault const& fault, std::string_view request_id);
/// The answer to anything thrown. What is no Error is a fault of ours: it is logged with the
/// request id, and the caller learns nothing but that id.
Reply problem(std::exception_ptr const& thrown, std::string_view request_id, log::Logger& log);

}  // namespace throughline::http

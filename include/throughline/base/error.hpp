// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// The one error type. A domain or platform function that has to end the request throws an Error;
// src/platform/http/problem.cpp is the only place that knows which HTTP status a code becomes.
// An outcome that callers branch on is a return type, not an Error.
#pragma once

#include <chrono>
#include <exception>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace throughline {

/// Stable: a code is never renamed or given to another meaning. The problem's `type` ends in it.
enum class Code {
  invalid,               // 422: the request was understood and is wrong; `errors` names every field
  malformed,             // 400: not JSON, not HTTP, a broken URL
  unauthorized,          // 401: no key, or one that does not work
  forbidden,             // 403: the key lacks the scope
  not_found,             // 404
  method_not_allowed,    // 405: `Allow` names what is
  not_acceptable,        // 415: a body that is not JSON
  conflict,              // 409: the state of the resource forbids it
  handed_off,            // 409: another agent speaks here now; `agent` names it
  ambiguous,             // 409: an identifier leads to several customers; `candidates` names them
  gone,                  // 410: what the cursor stood at is kept no longer
  version_mismatch,      // 412: If-Match names another version
  too_large,             // 413: the limit is named
  too_many_requests,     // 429: this key has its allowed requests in flight
  idempotency_mismatch,  // 422: the key was used for a different request
  unavailable,           // 503: a queue is full or PostgreSQL is away; safe to repeat
  internal               // 500: a fault of ours; the request id finds it in the log
};

/// The code as it stands in a problem's `type`, e.g. "version_mismatch".
std::string_view name(Code code);

/// One bad field. `pointer` is a JSON Pointer (RFC 6901) into the request body, or the name of a
/// query parameter or header behind "?" or "@" (e.g. "?limit", "@If-Match"), or of a part of the
/// path in braces ("{value}"). `detail` says what would be right; it never repeats the value, which
/// may be personal.
struct FieldError {
  std::string pointer;
  std::string detail;
};

class Error : public std::exception {
 public:
  /// `detail` is shown to the caller: what is wrong and the remedy, without personal values.
  Error(Code code, std::string detail);
  /// Code::invalid with every bad field.
  explicit Error(std::vector<FieldError> fields);

  /// Adds a member to the problem document; `json` is a complete JSON value.
  Error& with(std::string member, std::string json) &;
  Error&& with(std::string member, std::string json) &&;
  /// Sent as Retry-After, whole seconds, at least 1.
  Error&& retry_after(std::chrono::seconds delay) &&;

  Code code() const noexcept { return code_; }
  std::string const& detail() const noexcept { return detail_; }
  std::vector<FieldError> const& fields() const noexcept { return fields_; }
  struct Member {
    std::string name;
    std::string json;
  };
  std::vector<Member> const& members() const noexcept { return members_; }
  std::optional<std::chrono::seconds> retry_after() const noexcept { return retry_after_; }
  char const* what() const noexcept override { return detail_.c_str(); }

 private:
  Code code_;
  std::string detail_;
  std::vector<FieldError> fields_;
  std::vector<Member> members_;
  std::optional<std::chrono::seconds> retry_after_;
};

}  // namespace throughline

// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include "throughline/base/error.hpp"

#include <algorithm>
#include <utility>

namespace throughline {

std::string_view name(Code code) {
  switch (code) {
    case Code::invalid:
      return "invalid";
    case Code::malformed:
      return "malformed";
    case Code::unauthorized:
      return "unauthorized";
    case Code::forbidden:
      return "forbidden";
    case Code::not_found:
      return "not_found";
    case Code::method_not_allowed:
      return "method_not_allowed";
    case Code::not_acceptable:
      return "not_acceptable";
    case Code::conflict:
      return "conflict";
    case Code::handed_off:
      return "handed_off";
    case Code::ambiguous:
      return "ambiguous";
    case Code::gone:
      return "gone";
    case Code::version_mismatch:
      return "version_mismatch";
    case Code::too_large:
      return "too_large";
    case Code::too_many_requests:
      return "too_many_requests";
    case Code::idempotency_mismatch:
      return "idempotency_mismatch";
    case Code::unavailable:
      return "unavailable";
    case Code::internal:
      return "internal";
  }
  return "internal";
}

Error::Error(Code code, std::string detail) : code_(code), detail_(std::move(detail)) {}

Error::Error(std::vector<FieldError> fields)
    : code_(Code::invalid),
      detail_(fields.size() == 1 ? "One field of the request is wrong; errors names it."
                                 : std::to_string(fields.size()) +
                                       " fields of the request are wrong; errors names each."),
      fields_(std::move(fields)) {}

Error& Error::with(std::string member, std::string json) & {
  members_.push_back({std::move(member), std::move(json)});
  return *this;
}

Error&& Error::with(std::string member, std::string json) && {
  return std::move(with(std::move(member), std::move(json)));
}

Error&& Error::retry_after(std::chrono::seconds delay) && {
  retry_after_ = std::max(delay, std::chrono::seconds{1});
  return std::move(*this);
}

}  // namespace throughline

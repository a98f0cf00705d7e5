// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// How a request is found again: its id and its W3C trace context.
#pragma once

#include <string>
#include <string_view>

#include "throughline/platform/http.hpp"

namespace throughline::http {

/// Letters, digits, "-", "_", "." and ":", at most 128: nothing that would need quoting in a log,
/// and no room for an address or a phone number with its plus.
bool is_request_id(std::string_view text);

/// The part of a traceparent that is understood today (version 00's 55 characters; later versions
/// may have more behind it), or empty if it is not well-formed.
std::string_view well_formed_traceparent(std::string_view text);

/// Sets received_at, id and traceparent of a request that was just read.
void identify(Request& request, Timestamp now);

}  // namespace throughline::http

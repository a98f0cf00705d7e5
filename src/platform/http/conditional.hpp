// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// If-None-Match (RFC 9110 13.1.2).
#pragma once

#include <string_view>

#include "throughline/platform/http.hpp"

namespace throughline::http {

/// Whether the header's list names this ETag, compared weakly, or is "*".
bool names_etag(std::string_view if_none_match, std::string_view etag);

/// The reply, or 304 with its headers and without its body where a GET or HEAD says that the caller
/// holds what would be sent.
Reply unless_held(Request const& request, Reply reply);

}  // namespace throughline::http

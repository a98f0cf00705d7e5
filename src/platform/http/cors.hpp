// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// Which pages a browser lets read our answers (the Fetch standard's CORS protocol).
#pragma once

#include <span>
#include <string>

#include "throughline/platform/http.hpp"

namespace throughline::http {

/// Names the request's Origin as one that may read the reply, if it is among `allowed`; for a
/// preflight, with what such a page may send. Keys are sent as a header and never as cookies, so
/// credentials are not allowed. Does nothing where nobody is allowed.
void allow_origin(Reply& reply, Request const& request, std::span<std::string const> allowed);

}  // namespace throughline::http

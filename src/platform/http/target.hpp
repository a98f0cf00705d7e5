// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// Reading a request target: split first, decode after, so that %2F stays inside its segment.
#pragma once

#include "throughline/platform/http.hpp"

namespace throughline::http {

/// Sets segments and query from target. Throws Error(malformed) for a target that is no path, an
/// invalid percent-escape, an encoded NUL, or text that is not UTF-8. "*" has no segments.
void read_target(Request& request);

}  // namespace throughline::http

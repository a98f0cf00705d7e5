// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// The header Prefer (RFC 7240), as far as it is heeded.
#pragma once

#include <chrono>

#include "throughline/platform/http.hpp"

namespace throughline::http {

/// How long the answer to a write may be parked where the caller does not say: longer than it ever
/// is.
inline constexpr std::chrono::milliseconds wait_default{10'000};

/// `wait=N` of the header Prefer: how many seconds the caller will wait for an answer. What is not
/// understood is passed over, as the RFC has it.
std::chrono::milliseconds preferred_wait(Request const& request);

}  // namespace throughline::http

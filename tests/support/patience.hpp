// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// Under a sanitizer everything takes several times as long: limits that only a test is held to are
// that much wider there.
#pragma once

namespace throughline::support {

#if defined(__SANITIZE_THREAD__) || defined(__SANITIZE_ADDRESS__)
inline constexpr int patience = 6;
#else
inline constexpr int patience = 1;
#endif

}  // namespace throughline::support

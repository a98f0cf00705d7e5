// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string_view>

namespace throughline::test {

/// The seed of a randomised test, printed with the test's name: THROUGHLINE_TEST_SEED where that is
/// set, to run a failed test again; otherwise another one each time.
std::uint64_t seed(std::string_view test);

}  // namespace throughline::test

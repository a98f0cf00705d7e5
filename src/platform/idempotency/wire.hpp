// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// A recorded error as JSON text: {"code", "detail", "fields": [[pointer, detail], …]}.
#pragma once

#include <string>
#include <string_view>

#include "throughline/base/error.hpp"

namespace throughline::idempotency {

std::string write_problem(Error const& error);
/// Throws std::logic_error for a text that write_problem did not make.
Error read_problem(std::string_view text);

}  // namespace throughline::idempotency

// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// What libpq's results and messages say. Private to platform/postgres.
#pragma once

#include <libpq-fe.h>

#include <string>
#include <string_view>

namespace throughline::postgres {

std::string trimmed(char const* message);
std::string diagnostic(pg_result const* result, int field);
bool is_success(pg_result const* result);

/// Fit for a log: statement, SQLSTATE and constraint, never a value.
std::string describe(pg_result const* result, std::string const& sqlstate, std::string_view sql);

/// Classes of failure after which the session can't be used.
bool ends_session(std::string const& sqlstate);

}  // namespace throughline::postgres

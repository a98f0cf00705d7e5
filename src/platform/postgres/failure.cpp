// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include "platform/postgres/failure.hpp"

#include <algorithm>

namespace throughline::postgres {
namespace {

constexpr std::size_t shown_sql_bytes = 120;

std::string shown(std::string_view sql) {
  std::string text(sql.substr(0, shown_sql_bytes));
  std::replace(text.begin(), text.end(), '\n', ' ');
  return text;
}

}  // namespace

std::string trimmed(char const* message) {
  std::string text = message == nullptr ? "" : message;
  while (!text.empty() && (text.back() == '\n' || text.back() == ' ')) text.pop_back();
  return text;
}

std::string diagnostic(pg_result const* result, int field) {
  char const* text = PQresultErrorField(result, field);
  return text == nullptr ? "" : text;
}

bool is_success(pg_result const* result) {
  auto const status = PQresultStatus(result);
  return status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK;
}

/// Class 22 (data exceptions) is the one whose messages quote the offending value.
std::string describe(pg_result const* result, std::string const& sqlstate, std::string_view sql) {
  std::string text = "SQLSTATE " + sqlstate;
  if (!sqlstate.starts_with("22")) text += " " + diagnostic(result, PG_DIAG_MESSAGE_PRIMARY);
  auto const constraint = diagnostic(result, PG_DIAG_CONSTRAINT_NAME);
  if (!constraint.empty()) text += " [" + constraint + "]";
  return text + " in: " + shown(sql);
}

/// The server says goodbye (57P01–57P05, 25P03), or it was the primary and no longer is (25006 is
/// handled by the caller).
bool ends_session(std::string const& sqlstate) {
  return sqlstate.starts_with("08") || sqlstate.starts_with("57P") || sqlstate == "25P03";
}

}  // namespace throughline::postgres

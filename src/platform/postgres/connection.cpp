// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include "platform/postgres/connection.hpp"

#include <libpq-fe.h>
#include <poll.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <vector>

#include "platform/postgres/rows_impl.hpp"
#include "throughline/base/error.hpp"

namespace throughline::postgres {
namespace {

using std::chrono::milliseconds;

constexpr std::size_t shown_sql_bytes = 120;

std::string trimmed(char const* message) {
  std::string text = message == nullptr ? "" : message;
  while (!text.empty() && (text.back() == '\n' || text.back() == ' ')) text.pop_back();
  return text;
}

std::string diagnostic(pg_result const* result, int field) {
  char const* text = PQresultErrorField(result, field);
  return text == nullptr ? "" : text;
}

std::string shown(std::string_view sql) {
  std::string text(sql.substr(0, shown_sql_bytes));
  std::replace(text.begin(), text.end(), '\n', ' ');
  return text;
}

/// Class 22 (data exceptions) is the one whose messages quote the offending value.
std::string describe(pg_result const* result, std::string const& sqlstate, std::string_view sql) {
  std::string text = "SQLSTATE " + sqlstate;
  if (!sqlstate.starts_with("22")) text += " " + diagnostic(result, PG_DIAG_MESSAGE_PRIMARY);
  auto const constraint = diagnostic(result, PG_DIAG_CONSTRAINT_NAME);
  if (!constraint.empty()) text += " [" + constraint + "]";
  return text + " in: " + shown(sql);
}

/// Classes of failure after which the session can't be used: the server says goodbye (57P01–57P05,
/// 25P03), or it was the primary and no longer is (25006 is handled by the caller).
bool ends_session(std::string const& sqlstate) {
  return sqlstate.starts_with("08") || sqlstate.starts_with("57P") || sqlstate == "25P03";
}

std::string startup_options(ConnectionOptions const& options) {
  auto const ms = [](milliseconds value) { return std::to_string(value.count()); };
  std::string text =
      "-c statement_timeout=" + ms(options.statement_timeout) +
      " -c lock_timeout=" + ms(options.lock_timeout) +
      " -c idle_in_transaction_session_timeout=" + ms(options.idle_in_transaction_timeout) +
      " -c timezone=UTC -c datestyle=ISO";
  if (!options.role.empty()) text += " -c role=" + options.role;
  return text;
}

/// What the operator's own URL says under `options` stays, ahead of ours: the last one counts.
std::string options_of_url(std::string const& url) {
  char* error = nullptr;
  std::unique_ptr<PQconninfoOption, decltype(&PQconninfoFree)> const parsed(
      PQconninfoParse(url.c_str(), &error), PQconninfoFree);
  std::unique_ptr<char, decltype(&PQfreemem)> const message(error, PQfreemem);
  if (!parsed) throw ConnectionLost("the database URL is not one: " + trimmed(error));
  for (auto const* option = parsed.get(); option->keyword != nullptr; ++option) {
    if (std::string_view(option->keyword) == "options" && option->val != nullptr)
      return std::string(option->val) + " ";
  }
  return {};
}

void note_warning(void* warned, pg_result const* notice) {
  if (diagnostic(notice, PG_DIAG_SEVERITY_NONLOCALIZED) == "WARNING")
    *static_cast<bool*>(warned) = true;
}

void refuse_nul(std::span<Param const> params) {
  for (auto const& param : params) {
    if (param.text && param.text->find('\0') != std::string::npos)
      throw Error(Code::invalid, "A text in the request contains a NUL character; remove it.");
  }
}

Rows rows_of(std::shared_ptr<pg_result> result) {
  return Rows(std::make_shared<Rows::Impl const>(std::move(result)));
}

}  // namespace

void Connection::Closer::operator()(pg_conn* connection) const {
  PQfinish(connection);
}

Connection::Connection(ConnectionOptions const& options)
    : answer_limit_(options.statement_timeout.count() > 0 ? options.statement_timeout + answer_grace
                                                          : answer_max) {
  connect(options);
  PQsetnonblocking(connection_.get(), 1);
  PQsetNoticeReceiver(connection_.get(), note_warning, &warned_);
  if (!options.role.empty()) check_role(options.role);
}

void Connection::connect(ConnectionOptions const& options) {
  auto const startup = options_of_url(options.url) + startup_options(options);
  std::array<char const*, 5> const keywords{"dbname", "options", "application_name",
                                            "client_encoding", nullptr};
  std::array<char const*, 5> const values{options.url.c_str(), startup.c_str(),
                                          options.application_name.c_str(), "UTF8", nullptr};
  connection_.reset(PQconnectStartParams(keywords.data(), values.data(), 1));
  auto const deadline = Clock::now() + options.connect_timeout;
  auto step = PGRES_POLLING_WRITING;
  while (connection_ && PQstatus(connection_.get()) != CONNECTION_BAD && step != PGRES_POLLING_OK &&
         step != PGRES_POLLING_FAILED) {
    wait_socket(step == PGRES_POLLING_READING ? POLLIN : POLLOUT, deadline);
    step = PQconnectPoll(connection_.get());
  }
  if (!connection_ || PQstatus(connection_.get()) != CONNECTION_OK)
    lose("can't connect: " + trimmed(PQerrorMessage(connection_.get())));
}

// A connection pooler between us and PostgreSQL may drop start-up options without a word; then the
// session would work with all the rights of the login.
void Connection::check_role(std::string const& role) {
  auto const rows = run("select current_user");
  if (rows.empty() || rows[0][0].view() != role)
    lose("the session does not work under the role " + role);
}

std::shared_ptr<pg_result> Connection::send(std::string const& sql) {
  if (lost_) throw ConnectionLost("the connection is lost");
  return finish(PQsendQuery(connection_.get(), sql.c_str()) == 1, sql);
}

Rows Connection::run(std::string const& sql) {
  return rows_of(send(sql));
}

Rows Connection::exec(std::string_view sql, std::span<Param const> params) {
  if (lost_) throw ConnectionLost("the connection is lost");
  refuse_nul(params);
  std::vector<char const*> values;
  values.reserve(params.size());
  for (auto const& param : params) values.push_back(param.text ? param.text->c_str() : nullptr);
  auto const count = static_cast<int>(values.size());
  if (auto const* name = prepared(sql)) {
    return rows_of(finish(PQsendQueryPrepared(connection_.get(), name->c_str(), count,
                                              values.data(), nullptr, nullptr, 0) == 1,
                          sql));
  }
  return rows_of(finish(PQsendQueryParams(connection_.get(), std::string(sql).c_str(), count,
                                          nullptr, values.data(), nullptr, nullptr, 0) == 1,
                        sql));
}

std::string const* Connection::prepared(std::string_view sql) {
  if (auto const found = prepared_.find(sql); found != prepared_.end()) return &found->second;
  if (prepared_.size() >= prepared_max) return nullptr;
  auto const name = "s" + std::to_string(prepared_.size());
  finish(PQsendPrepare(connection_.get(), name.c_str(), std::string(sql).c_str(), 0, nullptr) == 1,
         sql);
  return &prepared_.emplace(sql, name).first->second;
}

// With a synchronous standby, a COMMIT whose wait for it is cut short is answered as committed,
// with no more than a warning that it may not be replicated.
void Connection::commit() {
  auto const result = send("commit");
  if (std::string_view(PQcmdStatus(result.get())) != "COMMIT")
    throw std::logic_error("a failed transaction was to be committed");
  if (warned_) lose("COMMIT was answered with a warning");
}

bool Connection::rollback() noexcept {
  try {
    if (!lost_ && !idle()) run("rollback");
  } catch (std::exception const&) {
    lost_ = true;
  }
  return !lost_;
}

bool Connection::idle() const {
  return !lost_ && PQtransactionStatus(connection_.get()) == PQTRANS_IDLE;
}

/// Reads every result of what was sent; the last one counts, unless one is an error.
std::shared_ptr<pg_result> Connection::finish(bool sent, std::string_view sql) {
  if (!sent) lose(trimmed(PQerrorMessage(connection_.get())));
  warned_ = false;
  auto const deadline = Clock::now() + answer_limit_;
  std::shared_ptr<pg_result> last;
  std::shared_ptr<pg_result> error;
  while (auto result = next_result(deadline)) {
    auto const status = PQresultStatus(result.get());
    auto& kept = status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK ? last : error;
    kept = std::move(result);
  }
  if (error) {
    auto const sqlstate = diagnostic(error.get(), PG_DIAG_SQLSTATE);
    auto const text = describe(error.get(), sqlstate, sql);
    if (sqlstate.empty() || ends_session(sqlstate)) lose(text);
    throw StatementFailed(sqlstate, text);
  }
  if (PQstatus(connection_.get()) != CONNECTION_OK || !last) lose("the session ended");
  return last;
}

std::shared_ptr<pg_result> Connection::next_result(Clock::time_point deadline) {
  auto* const connection = connection_.get();
  int unsent = 0;
  while ((unsent = PQflush(connection)) == 1) {
    wait_socket(POLLIN | POLLOUT, deadline);
    // The server may have more to say than its socket holds before it reads on.
    if (PQconsumeInput(connection) == 0) lose(trimmed(PQerrorMessage(connection)));
  }
  if (unsent < 0) lose(trimmed(PQerrorMessage(connection)));
  while (PQisBusy(connection) == 1) {
    wait_socket(POLLIN, deadline);
    if (PQconsumeInput(connection) == 0) lose(trimmed(PQerrorMessage(connection)));
  }
  auto* const result = PQgetResult(connection);
  return result == nullptr ? nullptr : std::shared_ptr<pg_result>(result, PQclear);
}

void Connection::wait_socket(short events, Clock::time_point deadline) {
  for (;;) {
    auto const left = std::chrono::ceil<milliseconds>(deadline - Clock::now());
    if (left.count() <= 0) lose("no answer in time");
    pollfd socket{PQsocket(connection_.get()), events, 0};
    auto const ready = poll(&socket, 1, static_cast<int>(left.count()));
    if (ready > 0) return;
    if (ready < 0 && errno != EINTR) lose("can't wait for the socket");
  }
}

void Connection::lose(std::string const& reason) {
  lost_ = true;
  throw ConnectionLost(reason);
}

}  // namespace throughline::postgres

// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include "platform/postgres/connection.hpp"

#include <libpq-fe.h>
#include <poll.h>

#include <array>
#include <cerrno>

#include "platform/postgres/failure.hpp"
#include "platform/postgres/rows_impl.hpp"
#include "throughline/base/broken.hpp"

namespace throughline::postgres {
namespace {

using std::chrono::milliseconds;

// No jit: estimates over many partitions or parts would have it compile for seconds what runs for
// milliseconds.
// One plan a statement, made once: planning the context's costs ten times its execution, and what
// the tests of plans look at is then what runs.
std::string startup_options(ConnectionOptions const& options) {
  auto const ms = [](milliseconds value) { return std::to_string(value.count()); };
  std::string text =
      "-c statement_timeout=" + ms(options.statement_timeout) +
      " -c lock_timeout=" + ms(options.lock_timeout) +
      " -c idle_in_transaction_session_timeout=" + ms(options.idle_in_transaction_timeout) +
      " -c jit=off -c plan_cache_mode=force_generic_plan -c timezone=UTC -c datestyle=ISO";
  if (is_broken("durability")) text += " -c synchronous_commit=off";
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

/// Reads every result of what was sent; the last one counts, unless one is an error.
Rows Connection::run(std::string const& sql) {
  if (lost_) throw ConnectionLost("the connection is lost");
  read_left();
  pipeline(false);
  must(PQsendQuery(connection_.get(), sql.c_str()));
  auto const deadline = Clock::now() + answer_limit_;
  std::shared_ptr<pg_result> last;
  std::shared_ptr<pg_result> error;
  while (auto result = next_result(deadline)) {
    auto& kept = is_success(result.get()) ? last : error;
    kept = std::move(result);
  }
  if (error) fail(error.get(), sql);
  if (PQstatus(connection_.get()) != CONNECTION_OK || !last) lose("the session ended");
  return rows_of(std::move(last));
}

bool Connection::rollback() noexcept {
  queue_.clear();
  try {
    if (!lost_ && !idle()) run("rollback");
  } catch (std::exception const&) {
    lost_ = true;
  }
  return !lost_;
}

bool Connection::idle() const {
  return !lost_ && (left_ || PQtransactionStatus(connection_.get()) == PQTRANS_IDLE);
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

void Connection::fail(pg_result const* error, std::string_view sql) {
  auto const sqlstate = diagnostic(error, PG_DIAG_SQLSTATE);
  auto const text = describe(error, sqlstate, sql);
  if (sqlstate.empty() || ends_session(sqlstate)) lose(text);
  throw StatementFailed(sqlstate, text);
}

void Connection::must(int done) {
  if (done != 1) lose(trimmed(PQerrorMessage(connection_.get())));
}

void Connection::lose(std::string const& reason) {
  lost_ = true;
  throw ConnectionLost(reason);
}

}  // namespace throughline::postgres

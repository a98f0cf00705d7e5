// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// One session with PostgreSQL over libpq. Private to platform/postgres and to test support.
#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>

#include "throughline/platform/postgres.hpp"

struct pg_conn;
struct pg_result;

namespace throughline::postgres {

/// PostgreSQL refused a statement. what() is fit for a log: it names the statement, the SQLSTATE
/// and the constraint, never a value.
struct StatementFailed : std::runtime_error {
  StatementFailed(std::string state, std::string const& text)
      : std::runtime_error(text), sqlstate(std::move(state)) {}
  std::string sqlstate;
};

/// The session is gone, or was never there.
struct ConnectionLost : std::runtime_error {
  using std::runtime_error::runtime_error;
};

struct ConnectionOptions {
  std::string url;
  std::string role;  // empty: the login's own
  std::string application_name = "throughline";
  std::chrono::milliseconds connect_timeout{2000};
  std::chrono::milliseconds statement_timeout{5000};  // zero: none, see answer_max
  std::chrono::milliseconds lock_timeout{2000};
  std::chrono::milliseconds idle_in_transaction_timeout{2000};
};

/// How much longer than statement_timeout an answer is waited for: past it the server or the
/// network is taken for dead. Where no statement_timeout is set (migrations), answer_max is the
/// limit.
inline constexpr std::chrono::milliseconds answer_grace{1000};
inline constexpr std::chrono::milliseconds answer_max{std::chrono::hours{1}};

/// Statements kept prepared on one connection; others are planned each time.
inline constexpr std::size_t prepared_max = 1000;

/// Used by one thread at a time. Once lost it stays lost: there is no way to re-establish it.
class Connection {
 public:
  /// Connects and makes sure that the session works under the role asked for. Throws
  /// ConnectionLost.
  explicit Connection(ConnectionOptions const& options);
  Connection(Connection const&) = delete;
  Connection& operator=(Connection const&) = delete;

  /// One round trip for one or more statements without parameters.
  Rows run(std::string const& sql);
  /// Prepared on first use.
  Rows exec(std::string_view sql, std::span<Param const> params);
  /// Throws ConnectionLost when it is in doubt whether the transaction is committed (or whether the
  /// standbys have it), std::logic_error when PostgreSQL rolled back instead.
  void commit();
  /// False if the session is lost.
  bool rollback() noexcept;

  /// Alive and outside any transaction.
  bool idle() const;
  /// From now on it counts as lost.
  void abandon() { lost_ = true; }

 private:
  using Clock = std::chrono::steady_clock;
  struct Closer {
    void operator()(pg_conn* connection) const;
  };

  void connect(ConnectionOptions const& options);
  void check_role(std::string const& role);
  std::shared_ptr<pg_result> send(std::string const& sql);
  std::shared_ptr<pg_result> finish(bool sent, std::string_view sql);
  std::shared_ptr<pg_result> next_result(Clock::time_point deadline);
  void wait_socket(short events, Clock::time_point deadline);
  std::string const* prepared(std::string_view sql);
  [[noreturn]] void lose(std::string const& reason);

  std::unique_ptr<pg_conn, Closer> connection_;
  std::map<std::string, std::string, std::less<>> prepared_;  // SQL text to statement name
  std::chrono::milliseconds answer_limit_;
  bool lost_ = false;
  bool warned_ = false;  // by the statement last run
};

}  // namespace throughline::postgres

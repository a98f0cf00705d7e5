// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// One session with PostgreSQL over libpq. Private to platform/postgres and to test support.
#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

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

/// Where the answer to a queued statement appears, if anybody wants it.
struct Outcome {
  std::shared_ptr<pg_result> result;  // null until it is there; stays so if the statement failed
  bool warned = false;
};
using Slot = std::shared_ptr<Outcome>;

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

  /// One round trip for one or more statements without parameters. Nothing may be queued.
  Rows run(std::string const& sql);

  /// Adds a statement to those that travel together; prepared on first use, in the same pipeline.
  /// `slot` gets the answer.
  void queue(std::string_view sql, std::vector<Param> params, Slot slot = {});
  /// The same for a text without parameters that is not worth preparing.
  void queue_plain(std::string sql);
  /// Sends what is queued in one pipeline and reads every answer. Throws the first failure: what
  /// was queued behind it did not run.
  void flush();
  /// flush() with this statement as the last one.
  Rows exec(std::string_view sql, std::span<Param const> params);
  /// flush() with COMMIT, and `after` behind it; nullopt where that is empty or came to nothing.
  /// Throws ConnectionLost when it is in doubt whether the transaction is committed (or whether the
  /// standbys have it), std::logic_error when PostgreSQL rolled back instead.
  std::optional<Rows> commit(std::string_view after = {});
  /// COMMIT of a transaction that has only read. Its answer is left to whoever comes next: nothing
  /// rests on it. Nothing may be queued. Throws std::logic_error when a statement of the
  /// transaction has failed, ConnectionLost when the session was lost before.
  void leave();
  /// Drops what is queued.
  void drop() { queue_.clear(); }
  /// The same, and leaves the transaction. False if the session is lost.
  bool rollback() noexcept;

  /// Alive, as far as is known, and outside any transaction.
  bool idle() const;
  /// From now on it counts as lost.
  void abandon() { lost_ = true; }

 private:
  using Clock = std::chrono::steady_clock;
  struct Closer {
    void operator()(pg_conn* connection) const;
  };
  struct Prepared {
    std::string name;
    enum class State { unknown, sent, ready } state = State::unknown;
  };
  using PreparedMap = std::map<std::string, Prepared, std::less<>>;  // by SQL text
  struct Queued {
    std::string plain;                  // sent as it is
    PreparedMap::value_type* prepared;  // null: plain
    std::vector<Param> params;
    Slot slot;
    bool prepares = false;  // its PREPARE goes ahead of it
    std::string_view sql() const { return prepared != nullptr ? prepared->first : plain; }
  };

  void connect(ConnectionOptions const& options);
  void check_role(std::string const& role);
  void pipeline(bool on);
  PreparedMap::value_type* prepared(std::string_view sql);
  void send(Queued& statement);
  void send_one(Queued const& statement);
  void read(std::span<Queued> statements);
  void read_left();
  void end_of_pipeline();
  std::shared_ptr<pg_result> answer();
  std::shared_ptr<pg_result> answer_to(Queued const& statement);
  std::shared_ptr<pg_result> next_result(Clock::time_point deadline);
  void wait_socket(short events, Clock::time_point deadline);
  [[noreturn]] void fail(pg_result const* error, std::string_view sql);
  void must(int done);
  [[noreturn]] void lose(std::string const& reason);

  std::unique_ptr<pg_conn, Closer> connection_;
  PreparedMap prepared_;
  std::vector<Queued> queue_;
  std::chrono::milliseconds answer_limit_;
  bool lost_ = false;
  bool left_ = false;    // a COMMIT is under way whose answer nobody has read
  bool warned_ = false;  // by the statement last answered
};

}  // namespace throughline::postgres

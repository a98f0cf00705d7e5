// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// The statements of a Connection that travel together, by libpq's pipeline mode.
#include <libpq-fe.h>
#include <poll.h>

#include <utility>

#include "platform/postgres/connection.hpp"
#include "platform/postgres/failure.hpp"
#include "platform/postgres/rows_impl.hpp"
#include "throughline/base/error.hpp"

namespace throughline::postgres {
namespace {

void refuse_nul(std::span<Param const> params) {
  for (auto const& param : params) {
    if (param.text && param.text->find('\0') != std::string::npos)
      throw Error(Code::invalid, "A text in the request contains a NUL character; remove it.");
  }
}

}  // namespace

void Connection::pipeline(bool on) {
  bool const is_on = PQpipelineStatus(connection_.get()) != PQ_PIPELINE_OFF;
  if (on == is_on) return;
  must(on ? PQenterPipelineMode(connection_.get()) : PQexitPipelineMode(connection_.get()));
}

Connection::PreparedMap::value_type* Connection::prepared(std::string_view sql) {
  if (auto const found = prepared_.find(sql); found != prepared_.end()) return &*found;
  if (prepared_.size() >= prepared_max) return nullptr;
  Prepared entry{"s" + std::to_string(prepared_.size())};
  return &*prepared_.emplace(std::string(sql), std::move(entry)).first;
}

void Connection::queue(std::string_view sql, std::vector<Param> params, Slot slot) {
  refuse_nul(params);
  auto* const known = prepared(sql);
  std::string text(known == nullptr ? sql : std::string_view());
  queue_.push_back({std::move(text), known, std::move(params), std::move(slot)});
}

void Connection::queue_plain(std::string sql) {
  queue_.push_back({std::move(sql), nullptr, {}, {}});
}

Rows Connection::exec(std::string_view sql, std::span<Param const> params) {
  auto const slot = std::make_shared<Outcome>();
  queue(sql, {params.begin(), params.end()}, slot);
  flush();
  return rows_of(slot->result);
}

// With a synchronous standby, a COMMIT whose wait for it is cut short is answered as committed,
// with no more than a warning that it may not be replicated.
std::optional<Rows> Connection::commit(std::string_view after) {
  auto const slot = std::make_shared<Outcome>();
  auto const behind = std::make_shared<Outcome>();
  queue_.push_back({"commit", nullptr, {}, slot});
  if (!after.empty()) queue(after, {}, behind);
  try {
    flush();
  } catch (std::exception const&) {
    if (!slot->result) throw;  // else it is what came behind COMMIT that failed
  }
  if (std::string_view(PQcmdStatus(slot->result.get())) != "COMMIT")
    throw std::logic_error("a failed transaction was to be committed");
  if (slot->warned) lose("COMMIT was answered with a warning");
  if (!behind->result) return std::nullopt;
  return rows_of(behind->result);
}

void Connection::leave() {
  if (lost_) throw ConnectionLost("the connection is lost");
  if (PQtransactionStatus(connection_.get()) != PQTRANS_INTRANS)
    throw std::logic_error("a failed transaction was to be committed");
  left_ = true;
  try {
    send_one({"commit", nullptr, {}, {}});
    must(PQpipelineSync(connection_.get()));
  } catch (ConnectionLost const&) {
    // Everything that was asked for has been answered.
  }
}

void Connection::flush() {
  auto statements = std::exchange(queue_, {});
  if (statements.empty()) return;
  if (lost_) throw ConnectionLost("the connection is lost");
  pipeline(true);
  for (auto& statement : statements) send(statement);
  must(PQpipelineSync(connection_.get()));
  read_left();
  read(statements);
}

void Connection::send(Queued& statement) {
  if (statement.prepared != nullptr &&
      statement.prepared->second.state == Prepared::State::unknown) {
    auto& [sql, entry] = *statement.prepared;
    must(PQsendPrepare(connection_.get(), entry.name.c_str(), sql.c_str(), 0, nullptr));
    entry.state = Prepared::State::sent;
    statement.prepares = true;
  }
  send_one(statement);
}

void Connection::send_one(Queued const& statement) {
  std::vector<char const*> values;
  values.reserve(statement.params.size());
  for (auto const& param : statement.params)
    values.push_back(param.text ? param.text->c_str() : nullptr);
  auto const count = static_cast<int>(values.size());
  if (statement.prepared == nullptr) {
    must(PQsendQueryParams(connection_.get(), statement.plain.c_str(), count, nullptr,
                           values.data(), nullptr, nullptr, 0));
    return;
  }
  must(PQsendQueryPrepared(connection_.get(), statement.prepared->second.name.c_str(), count,
                           values.data(), nullptr, nullptr, 0));
}

/// Reads to the end of the pipeline whatever happens in it, so that the session stays usable.
void Connection::read(std::span<Queued> statements) {
  std::shared_ptr<pg_result> error;
  std::string_view failed;
  for (auto& statement : statements) {
    auto result = answer_to(statement);
    if (is_success(result.get())) {
      if (statement.slot) *statement.slot = {std::move(result), warned_};
    } else if (!error) {
      error = std::move(result);
      failed = statement.sql();
    }
  }
  end_of_pipeline();
  if (error) fail(error.get(), failed);
}

/// Whatever the answer is, the transaction has ended.
void Connection::read_left() {
  if (!std::exchange(left_, false)) return;
  answer();
  end_of_pipeline();
}

void Connection::end_of_pipeline() {
  if (PQresultStatus(answer().get()) != PGRES_PIPELINE_SYNC) lose("the pipeline went out of step");
}

/// The answer to a statement; if its PREPARE failed, the answer to that.
std::shared_ptr<pg_result> Connection::answer_to(Queued const& statement) {
  warned_ = false;
  if (!statement.prepares) return answer();
  auto preparation = answer();
  bool const ready = is_success(preparation.get());
  statement.prepared->second.state = ready ? Prepared::State::ready : Prepared::State::unknown;
  auto result = answer();
  return ready ? result : preparation;
}

/// The next result in the pipeline. Each but the last, which is for the Sync, is followed by a null
/// one.
std::shared_ptr<pg_result> Connection::answer() {
  auto const deadline = Clock::now() + answer_limit_;
  auto result = next_result(deadline);
  if (!result || PQstatus(connection_.get()) != CONNECTION_OK) {
    lose(result ? describe(result.get(), diagnostic(result.get(), PG_DIAG_SQLSTATE), "a pipeline")
                : "the session ended");
  }
  if (PQresultStatus(result.get()) != PGRES_PIPELINE_SYNC && next_result(deadline))
    lose("the pipeline went out of step");
  return result;
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

}  // namespace throughline::postgres

// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <stdexcept>

#include "platform/postgres/transaction.hpp"
#include "throughline/base/error.hpp"

namespace throughline::postgres {
namespace {

constexpr std::chrono::seconds retry_soon{1};

/// Failures that are the moment's, not the statement's: the caller may simply come again.
[[noreturn]] void refuse(StatementFailed const& failure) {
  auto const& state = failure.sqlstate;
  if (state == "55P03" || state == "57014")
    throw Error(Code::unavailable, "The database took too long; repeat the request.")
        .retry_after(retry_soon);
  if (state.starts_with("53"))
    throw Error(Code::unavailable, "The database is out of resources; repeat the request later.")
        .retry_after(retry_soon);
  if (state == "22021") throw Error(Code::invalid, "A text in the request is not valid UTF-8.");
  throw failure;
}

}  // namespace

// The setting lasts as long as the transaction; outside of one the policies fail for want of it.
void Tx::Impl::begin() {
  std::string const how = mode == Mode::read ? "begin isolation level repeatable read read only"
                                             : "begin isolation level read committed read write";
  connection.run(how + "; set local throughline.tenant = " + std::to_string(tenant.value));
}

std::vector<Touched> Tx::Impl::commit() {
  connection.commit();
  return newest();
}

std::vector<Touched> Tx::Impl::newest() const {
  std::vector<Touched> result;
  for (auto const& [root, version] : touched) result.push_back({tenant, root, version});
  return result;
}

Rows Tx::exec(std::string_view sql, std::initializer_list<Param> params) {
  return exec(sql, std::span<Param const>(params.begin(), params.size()));
}

Rows Tx::exec(std::string_view sql, std::span<Param const> params) {
  try {
    return impl_.connection.exec(sql, params);
  } catch (StatementFailed const& failure) {
    refuse(failure);
  }
}

Rows Tx::lock(LockRank rank, std::string_view sql, std::initializer_list<Param> params) {
  return lock(rank, sql, std::span<Param const>(params.begin(), params.size()));
}

Rows Tx::lock(LockRank rank, std::string_view sql, std::span<Param const> params) {
  if (impl_.mode == Mode::read) throw std::logic_error("locks belong into a writing transaction");
  if (rank <= impl_.rank) throw std::logic_error("locks are taken in the order of LockRank, once");
  impl_.rank = rank;
  return exec(sql, params);
}

void Tx::savepoint(std::function<void()> const& body) {
  auto const touched = impl_.touched;
  auto const rank = impl_.rank;
  impl_.connection.run("savepoint item");
  try {
    body();
    impl_.connection.run("release savepoint item");
  } catch (ConnectionLost const&) {
    throw;
  } catch (...) {
    // PostgreSQL gives back the row locks taken since the savepoint, so their rank is free again.
    impl_.connection.run("rollback to savepoint item; release savepoint item");
    impl_.touched = touched;
    impl_.rank = rank;
    throw;
  }
}

void Tx::touch(CustomerId root, std::int64_t version) {
  auto& newest = impl_.touched[root];
  newest = std::max(newest, version);
}

std::vector<Touched> Tx::touched() const {
  return impl_.newest();
}

TenantId Tx::tenant() const {
  return impl_.tenant;
}

Mode Tx::mode() const {
  return impl_.mode;
}

}  // namespace throughline::postgres

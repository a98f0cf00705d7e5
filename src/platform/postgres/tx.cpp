// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <iterator>
#include <stdexcept>
#include <utility>

#include "platform/postgres/rows_impl.hpp"
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

std::vector<Touched> losing(std::span<Touched const> roots) {
  std::vector<Touched> result;
  std::copy_if(roots.begin(), roots.end(), std::back_inserter(result),
               [](auto const& root) { return root.loses_names; });
  return result;
}

constexpr std::string_view begin_read_sql = "begin isolation level repeatable read read only";
constexpr std::string_view begin_write_sql = "begin isolation level read committed read write";

}  // namespace

// The setting lasts as long as the transaction; outside of one the policies fail for want of it.
Connection& Tx::Impl::begun() {
  queue_appends();
  if (has_begun) return connection;
  has_begun = true;
  connection.queue(mode == Mode::read ? begin_read_sql : begin_write_sql, {});
  set_tenant();
  return connection;
}

void Tx::Impl::append(std::string_view sql, std::vector<Param> params) {
  if (!has_begun) begun();
  if (appends.add(sql, params)) return;
  queue_appends();
  appends.add(sql, params);
}

void Tx::Impl::queue_appends() {
  if (appends.empty()) return;
  auto fused = appends.take();
  connection.queue(fused.sql, std::move(fused.params));
}

void Tx::Impl::set_tenant() {
  connection.queue_plain("set local throughline.tenant = " + std::to_string(tenant.value));
}

void Tx::Impl::flush() {
  queue_appends();
  try {
    connection.flush();
    answered = true;
  } catch (StatementFailed const& failure) {
    answered = true;
    refuse(failure);
  }
}

// A COMMIT never rides in the first pipeline: if that one is lost, the session may have been broken
// before, and nothing is in doubt.
Committed Tx::Impl::commit(CommitHooks const& hooks) {
  if (!has_begun) return {};
  if (mode == Mode::read) {
    flush();
    connection.leave();
    return {{}, {}, std::nullopt, std::chrono::steady_clock::now()};
  }
  if (!answered) flush();
  Committed committed{newest(), {}, std::nullopt, {}};
  bool const hooked = !touched.empty() && !hooks.before.empty();
  if (hooked) {
    committed.id = make_uuid7(SystemClock().now());
    leave_rows(hooks.before, committed);
  }
  if (hooks.losing) tell_losing(hooks, committed);
  queue_appends();
  try {
    auto rows = connection.commit(hooked ? std::string_view(hooks.after) : "");
    if (rows && !rows->empty()) committed.after = std::move(rows);
  } catch (StatementFailed const& failure) {
    refuse(failure);
  } catch (ConnectionLost const& failure) {
    throw CommitLost(failure, committed.touched);
  }
  committed.at = std::chrono::steady_clock::now();
  return committed;
}

/// One for each tenant, under its own setting.
void Tx::Impl::leave_rows(std::string const& sql, Committed const& committed) {
  auto const& all = committed.touched;  // by tenant
  for (auto from = all.begin(); from != all.end();) {
    auto const to = std::find_if(from, all.end(),
                                 [&](auto const& root) { return root.tenant != from->tenant; });
    if (tenant != from->tenant) {
      queue_appends();
      tenant = from->tenant;
      set_tenant();
    }
    std::span<Touched const> const roots(from, to);
    append(sql, {tenant, committed.id, Param::array_of(roots, [](auto const& t) { return t.root; }),
                 Param::array_of(roots, [](auto const& t) { return t.version; }),
                 Param::array_of(losing(roots), [](auto const& t) { return t.root; })});
    from = to;
  }
}

void Tx::Impl::tell_losing(CommitHooks const& hooks, Committed const& committed) {
  auto const roots = losing(committed.touched);
  if (!roots.empty()) hooks.losing(roots);
}

std::vector<Touched> Tx::Impl::newest() const {
  std::vector<Touched> result;
  for (auto const& [root, touch] : touched)
    result.push_back({TenantId{root.first}, root.second, touch.version, touch.loses_names});
  return result;
}

void Tx::Impl::conclude(metrics::Registry& metrics) noexcept {
  for (auto const& call : after_commit) call(metrics);
}

Rows Tx::exec(std::string_view sql, std::initializer_list<Param> params) {
  return exec(sql, std::span<Param const>(params.begin(), params.size()));
}

Rows Tx::exec(std::string_view sql, std::span<Param const> params) {
  return ask(sql, {params.begin(), params.end()}).rows();
}

void Tx::write(std::string_view sql, std::vector<Param> params) {
  impl_.begun().queue(sql, std::move(params));
}

void Tx::append(std::string_view sql, std::vector<Param> params) {
  impl_.append(sql, std::move(params));
}

Answer Tx::ask(std::string_view sql, std::vector<Param> params) {
  auto answer = std::make_shared<Answer::Impl>(Answer::Impl{impl_});
  impl_.begun().queue(sql, std::move(params), answer->slot);
  return Answer(std::move(answer));
}

Rows Answer::rows() const {
  if (!impl_->slot->result) impl_->tx.flush();
  if (!impl_->slot->result) throw std::logic_error("the statement was dropped or has failed");
  return rows_of(impl_->slot->result);
}

Rows Tx::lock(LockRank rank, std::string_view sql, std::initializer_list<Param> params) {
  return lock(rank, sql, std::span<Param const>(params.begin(), params.size()));
}

Rows Tx::lock(LockRank rank, std::string_view sql, std::span<Param const> params) {
  return ask_lock(rank, sql, {params.begin(), params.end()}).rows();
}

Answer Tx::ask_lock(LockRank rank, std::string_view sql, std::vector<Param> params) {
  if (impl_.mode == Mode::read) throw std::logic_error("locks belong into a writing transaction");
  if (rank <= impl_.rank) throw std::logic_error("locks are taken in the order of LockRank, once");
  impl_.rank = rank;
  return ask(sql, std::move(params));
}

void Tx::savepoint(std::function<void()> const& body) {
  auto const touched = impl_.touched;
  auto const rank = impl_.rank;
  auto const calls = impl_.after_commit.size();
  exec("savepoint item");
  try {
    body();
    exec("release savepoint item");
  } catch (ConnectionLost const&) {
    throw;
  } catch (...) {
    // PostgreSQL gives back the row locks taken since the savepoint, so their rank is free again.
    impl_.appends = {};
    impl_.connection.drop();
    write("rollback to savepoint item", {});
    exec("release savepoint item");
    impl_.touched = touched;
    impl_.rank = rank;
    impl_.after_commit.resize(calls);
    throw;
  }
}

void Tx::touch(CustomerId root, std::int64_t version) {
  auto& newest = impl_.touched[{impl_.tenant.value, root}].version;
  newest = std::max(newest, version);
}

void Tx::loses_names(CustomerId root) {
  impl_.touched[{impl_.tenant.value, root}].loses_names = true;
}

std::vector<Touched> Tx::touched() const {
  return impl_.newest();
}

std::int64_t Tx::version_of(CustomerId root) const {
  auto const found = impl_.touched.find({impl_.tenant.value, root});
  return found == impl_.touched.end() ? 0 : found->second.version;
}

void Tx::after_commit(std::function<void(metrics::Registry&)> call) {
  impl_.after_commit.push_back(std::move(call));
}

TenantId Tx::tenant() const {
  return impl_.tenant;
}

void Tx::enter(TenantId tenant) {
  if (tenant.value <= impl_.tenant.value)
    throw std::logic_error("tenants are entered in rising order");
  impl_.queue_appends();
  impl_.tenant = tenant;
  impl_.rank = LockRank::none;
  if (impl_.has_begun) impl_.set_tenant();
}

Mode Tx::mode() const {
  return impl_.mode;
}

}  // namespace throughline::postgres

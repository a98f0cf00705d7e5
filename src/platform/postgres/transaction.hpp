// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <utility>
#include <vector>

#include "platform/postgres/appends.hpp"
#include "platform/postgres/connection.hpp"

namespace throughline::postgres {

/// What a Tx works on: one attempt at one transaction on a leased connection.
struct Tx::Impl {
  struct Touch {
    std::int64_t version = 0;  // the newest
    bool loses_names = false;
  };

  Impl(Connection& on, TenantId of, Mode how) : connection(on), tenant(of), mode(how) {}

  /// Puts BEGIN and the tenant's setting ahead of the first statement.
  Connection& begun();
  void append(std::string_view sql, std::vector<Param> params);
  void queue_appends();
  void set_tenant();
  void flush();
  Committed commit(CommitHooks const& hooks);
  void leave_rows(std::string const& sql, Committed const& committed);
  void tell_losing(CommitHooks const& hooks, Committed const& committed);
  std::vector<Touched> newest() const;
  /// What is done when the transaction has been committed.
  void conclude(metrics::Registry& metrics) noexcept;

  Connection& connection;
  TenantId tenant;
  Mode const mode;
  Appends appends;  // not queued yet
  bool has_begun = false;
  bool answered = false;  // the session has proved to be alive
  LockRank rank = LockRank::none;
  std::map<std::pair<std::int32_t, CustomerId>, Touch> touched;
  std::vector<std::function<void(metrics::Registry&)>> after_commit;
};

/// The connection was lost during COMMIT.
struct CommitLost : ConnectionLost {
  CommitLost(ConnectionLost const& failure, std::vector<Touched> roots)
      : ConnectionLost(failure), touched(std::move(roots)) {}
  std::vector<Touched> touched;
};

struct Answer::Impl {
  Tx::Impl& tx;
  Slot slot = std::make_shared<Outcome>();
};

}  // namespace throughline::postgres

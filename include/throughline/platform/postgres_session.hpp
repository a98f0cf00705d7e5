// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
//
// One session with PostgreSQL for what lasts as long as a session does: advisory locks.
#pragma once

#include <chrono>
#include <initializer_list>
#include <memory>
#include <string_view>

#include "throughline/platform/postgres.hpp"

namespace throughline::postgres {

/// Used by one thread. Every statement is a transaction of its own. Once lost it stays lost, and
/// with it every lock it held: who notices makes another one.
class Session {
 public:
  /// Connects, within options.connect_timeout. `idle_max`: PostgreSQL ends the session after so
  /// long without a statement, so that a process that hangs does not keep its locks. Throws
  /// Error(unavailable).
  Session(PoolOptions const& options, std::chrono::milliseconds idle_max);
  ~Session();  // closes; PostgreSQL gives back its locks
  Session(Session const&) = delete;
  Session& operator=(Session const&) = delete;

  /// Throws Error(unavailable) when the session is lost, another std::exception when the statement
  /// was refused and the session lives on.
  Rows exec(std::string_view sql, std::initializer_list<Param> params = {});
  bool lost() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace throughline::postgres

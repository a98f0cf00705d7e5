// SPDX-FileCopyrightText: 2026 The Throughline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <unordered_map>
#include <vector>

#include "platform/postgres/connection.hpp"

namespace throughline::postgres {

/// What a Tx works on: one attempt at one transaction on a leased connection.
struct Tx::Impl {
  Impl(Connection& on, TenantId of, Mode how) : connection(on), tenant(of), mode(how) {}

  void begin();
  std::vector<Touched> commit();
  std::vector<Touched> newest() const;

  Connection& connection;
  TenantId const tenant;
  Mode const mode;
  LockRank rank = LockRank::none;
  std::unordered_map<CustomerId, std::int64_t> touched;  // root to its newest version
};

}  // namespace throughline::postgres
